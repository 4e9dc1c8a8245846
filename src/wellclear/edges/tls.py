"""Certificates that a host signs for itself, and looking at one before it is trusted.

The trust comes from people: the certificate's fingerprint is read aloud and compared, and from then on that very
certificate is the only one that a node accepts from its host.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from wellclear.edges.keyring import make_private_directory, write_private
from wellclear.errors import InvalidValue, Misconfigured, Unavailable

VALID_DAYS = 825
LOOK_S = 10.0
PEM_BYTES_MAX = 1024 * 1024
"""Of a file with certificates; the first one lies at its beginning."""


def make_certificate(names: Sequence[str], certificate: Path, key: Path, *, common_name: str, now_us: int) -> None:
    """Write a self-signed certificate for host names and addresses, and its private key (P-256, RFC 5280).

    Raises:
        InvalidValue: no name.
        Misconfigured: one of the files is there already.
        Unavailable: they cannot be written.
    """
    if not names:
        raise InvalidValue("names", "a certificate is for one name or address at least")
    private = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
    now = datetime.fromtimestamp(now_us // 1_000_000, UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))  # the other machine's clock may be behind
        .not_valid_after(now + timedelta(days=VALID_DAYS))
        .add_extension(x509.SubjectAlternativeName([_general_name(name) for name in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(private, hashes.SHA256())
    )
    make_private_directory(certificate.parent)
    pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    write_private(key, pem)
    write_private(certificate, made.public_bytes(serialization.Encoding.PEM))


def certificate_bytes(path: Path) -> bytes:
    """The DER form of the first certificate in a PEM file: what is hashed for reading aloud.

    Raises:
        Misconfigured: no such file, or no certificate in it.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(PEM_BYTES_MAX)
        return x509.load_pem_x509_certificate(raw).public_bytes(serialization.Encoding.DER)
    except OSError as error:
        raise Misconfigured(str(path), f"cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise Misconfigured(str(path), "holds no certificate") from error


def look_at(url: str) -> tuple[bytes, str]:
    """The certificate that a server shows, as DER and PEM. Nothing is proven by it until people have compared it.

    Raises:
        InvalidValue: no https address.
        Unavailable: nobody answers there, or not by TLS.
    """
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname:
        raise InvalidValue("URL", f"{url[:80]!r} is no https address; one looks like https://198.51.100.7:8644")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE  # we only look; whoever trusts it, compares it first
    address = (parts.hostname, parts.port or 443)
    try:
        with (
            socket.create_connection(address, timeout=LOOK_S) as plain,
            context.wrap_socket(plain, server_hostname=parts.hostname) as secured,
        ):
            shown = secured.getpeercert(binary_form=True)
    except (OSError, ssl.SSLError) as error:
        raise Unavailable(url, f"shows no certificate: {error}") from error
    if not shown:
        raise Unavailable(url, "shows no certificate")
    return shown, ssl.DER_cert_to_PEM_cert(shown)


def trusting(certificate: Path) -> ssl.SSLContext:
    """A client's context that accepts this one certificate, for the names that stand in it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        context.load_verify_locations(cafile=certificate)
    except (OSError, ssl.SSLError) as error:
        raise Misconfigured(str(certificate), "holds no certificate") from error
    return context


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
