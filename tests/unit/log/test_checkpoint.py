from __future__ import annotations

import pytest

from wellclear.errors import InvalidValue, Malformed, Unverified
from wellclear.log.checkpoint import (
    Checkpoint,
    cosign,
    cosignatures,
    merge_signatures,
    open_checkpoint,
    parse_checkpoint,
    parse_number,
    sign_checkpoint,
)
from wellclear.log.ed25519 import SigningKey
from wellclear.log.note import (
    COSIGNATURE_V1,
    ED25519,
    SIGNATURES_MAX,
    SignatureLine,
    Verifier,
    parse_note,
    sign_line,
    sign_note,
    verify_note,
)

LOG, WITNESS, STRANGER = (SigningKey(bytes([n]) * 32) for n in range(3))
ORIGIN = "host.example/palmyra"
CHECKPOINT = Checkpoint(ORIGIN, 20852163, bytes(range(32)))
NOTE = sign_checkpoint(CHECKPOINT, LOG)
COSIGNER = Verifier("witness.example", COSIGNATURE_V1, WITNESS.public_key)
ROOT = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="


def spelled(origin: str = ORIGIN, size: str = "7", root: str = ROOT, end: str = "\n") -> bytes:
    return f"{origin}\n{size}\n{root}{end}".encode()


def test_a_checkpoint_is_three_lines() -> None:
    assert CHECKPOINT.text() == spelled(size="20852163")
    assert parse_checkpoint(CHECKPOINT.text()) == CHECKPOINT
    assert open_checkpoint(NOTE, ORIGIN, LOG.public_key) == CHECKPOINT


@pytest.mark.parametrize(
    "size",
    [
        "",
        " 7",
        "7 ",
        "+7",
        "-7",
        "-0",
        "07",
        "00",
        "1_0",
        "7.0",
        "0x7",
        "٧",
        "７",
        "7\u2028",
        "7\x85",
        "1" * 20,
        str(2**63),
    ],
)
def test_a_number_has_one_spelling(size: str) -> None:
    with pytest.raises(Malformed):
        parse_number(size, "test", "size")
    with pytest.raises(Malformed):
        parse_checkpoint(spelled(size=size))


def test_numbers_reach_what_others_can_hold() -> None:
    for number in (0, 1, 10, 2**63 - 1):
        assert parse_number(str(number), "test", "") == number


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"\n\n\n",
        spelled(end=""),
        spelled(end="\n\n"),
        spelled(end="\nno LF at the end"),
        spelled(end="\nan extension\n"),
        spelled(end="\r\n"),
        spelled(origin=""),
        spelled(origin="a b"),
        spelled(origin="a+b"),
        spelled(origin="a\u0085b"),
        spelled(origin="a\u2028b"),
        spelled(origin="hôst"),
        spelled(origin="x" * 256),
        spelled(origin="a\x7f"),
        spelled(root=ROOT[:-1]),
        spelled(root=ROOT[:-2] + "9="),  # an unused bit set
        spelled(root=ROOT + "="),
        spelled(root=" " + ROOT),
        spelled(root="AAAA"),
        spelled(root=""),
        b"\xff" + spelled(),
        f"{ORIGIN}\u20287\u2028{ROOT}\u2028".encode(),
        f"{ORIGIN}\n{ROOT}\n".encode(),
        f"{ORIGIN}\n7\n7\n{ROOT}\n".encode(),
        f"7\n{ORIGIN}\n{ROOT}\n".encode(),
    ],
)
def test_what_is_not_exactly_three_lines_is_malformed(text: bytes) -> None:
    with pytest.raises(Malformed):
        parse_checkpoint(text)


def test_a_checkpoint_that_cannot_be_is_not_built() -> None:
    for origin, size, root in (
        ("", 0, bytes(32)),
        ("a b", 0, bytes(32)),
        (ORIGIN, -1, bytes(32)),
        (ORIGIN, 2**63, bytes(32)),
        (ORIGIN, 0, bytes(31)),
    ):
        with pytest.raises(InvalidValue):
            Checkpoint(origin, size, root)


@pytest.mark.requirement("R33")
def test_every_changed_byte_of_a_signed_checkpoint_is_refused() -> None:
    for at in range(len(NOTE)):
        changed = NOTE[:at] + bytes((NOTE[at] ^ 1,)) + NOTE[at + 1 :]
        with pytest.raises((Malformed, Unverified)):
            open_checkpoint(changed, ORIGIN, LOG.public_key)


@pytest.mark.requirement("R33")
def test_only_the_log_speaks_for_its_origin() -> None:
    with pytest.raises(Unverified):
        open_checkpoint(NOTE, ORIGIN, STRANGER.public_key)
    with pytest.raises(Unverified):
        open_checkpoint(NOTE, "other.example/log", LOG.public_key)
    about_another = sign_note(Checkpoint("other.example/log", 1, bytes(32)).text(), ORIGIN, LOG)
    with pytest.raises(Unverified, match=r"other\.example"):
        open_checkpoint(about_another, ORIGIN, LOG.public_key)
    with pytest.raises(Malformed):
        open_checkpoint(sign_note(b"wellclear/picture/v1\n", ORIGIN, LOG), ORIGIN, LOG.public_key)


def test_a_cosigner_says_when() -> None:
    line = cosign(NOTE, COSIGNER.name, WITNESS, 1_679_315_147)
    both = merge_signatures(NOTE, [line])
    assert both == NOTE + line
    assert cosignatures(both, [COSIGNER]) == [(COSIGNER.name, 1_679_315_147)]
    assert cosignatures(NOTE, [COSIGNER]) == []
    assert open_checkpoint(both, ORIGIN, LOG.public_key) == CHECKPOINT
    assert verify_note(both, [COSIGNER]).by == (COSIGNER,)


@pytest.mark.requirement("R33")
def test_every_changed_byte_of_a_cosignature_is_refused() -> None:
    signature = parse_note(cosigned := NOTE + cosign(NOTE, COSIGNER.name, WITNESS, 5)).signatures[1].signature
    assert cosignatures(cosigned, [COSIGNER]) == [(COSIGNER.name, 5)]
    for at in range(len(signature)):
        changed = signature[:at] + bytes((signature[at] ^ 1,)) + signature[at + 1 :]
        with pytest.raises(Unverified):
            cosignatures(NOTE + SignatureLine(COSIGNER.name, COSIGNER.key_id, changed).encode(), [COSIGNER])


def test_a_cosignature_covers_this_checkpoint_only() -> None:
    line = cosign(NOTE, COSIGNER.name, WITNESS, 5)
    other = sign_checkpoint(Checkpoint(ORIGIN, 20852164, bytes(range(32))), LOG)
    with pytest.raises(Unverified):
        cosignatures(other + line, [COSIGNER])


def test_a_plain_signature_is_no_cosignature() -> None:
    plain = Verifier(COSIGNER.name, ED25519, WITNESS.public_key)
    note = NOTE + sign_line(CHECKPOINT.text(), COSIGNER.name, WITNESS)
    assert verify_note(note, [plain]).by == (plain,)
    assert cosignatures(note, [COSIGNER, plain]) == []


def test_what_cannot_be_cosigned() -> None:
    for time_s in (-1, 2**63):
        with pytest.raises(InvalidValue):
            cosign(NOTE, COSIGNER.name, WITNESS, time_s)
    with pytest.raises(Malformed):
        cosign(sign_note(spelled(end="\nan extension\n"), ORIGIN, LOG), COSIGNER.name, WITNESS, 5)
    with pytest.raises(Malformed):
        cosign(b"junk", COSIGNER.name, WITNESS, 5)
    with pytest.raises(Malformed):
        cosignatures(sign_note(spelled(end="\nan extension\n"), ORIGIN, LOG), [COSIGNER])


def test_renewals_replace_and_the_note_does_not_grow() -> None:
    note = NOTE
    for time_s in (5, 9, 7, 9):
        note = merge_signatures(note, [cosign(NOTE, COSIGNER.name, WITNESS, time_s)])
    assert note == NOTE + cosign(NOTE, COSIGNER.name, WITNESS, 9)
    assert merge_signatures(note, []) == note


def test_the_first_line_of_a_plain_key_stands() -> None:
    forged = SignatureLine(ORIGIN, parse_note(NOTE).signatures[0].key_id, bytes(64)).encode()
    shaped = SignatureLine(ORIGIN, parse_note(NOTE).signatures[0].key_id, bytes(72)).encode()
    assert merge_signatures(NOTE, [forged, shaped]) == NOTE


def test_merging_keeps_the_bound_and_takes_only_lines() -> None:
    many = [SignatureLine(f"w{n}", bytes(4), bytes(72)).encode() for n in range(SIGNATURES_MAX)]
    assert len(parse_note(merge_signatures(NOTE, many[1:])).signatures) == SIGNATURES_MAX
    with pytest.raises(Malformed):
        merge_signatures(NOTE, many)
    for bad in (b"", b"junk\n", many[0][:-1], many[0] + many[1], b"\n" + many[0]):
        with pytest.raises(Malformed):
            merge_signatures(NOTE, [bad])
