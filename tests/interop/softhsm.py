"""SoftHSM2, the software token that persons' keys are tested with: where its module lies, and how a token is made."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PLACES = ("usr/lib/softhsm", "usr/lib/*/softhsm", "usr/local/lib/softhsm", "usr/lib64/pkcs11", "usr/lib64/softhsm")
WHY_NOT = "no SoftHSM2: `make hsm` takes Debian's packages, or apt install softhsm2"
PIN, SO_PIN = "271828", "31415926"


@dataclass(frozen=True, slots=True)
class SoftHsm:
    """The module, and the program that makes tokens for it."""

    module: Path
    util: Path

    def token(self, home: Path, label: str) -> str:
        """A new token in a directory of its own; returns the setting that SOFTHSM2_CONF must name."""
        tokens, setting = home / "tokens", home / "softhsm2.conf"
        tokens.mkdir(parents=True, exist_ok=True)
        setting.write_text(f"directories.tokendir = {tokens}\nobjectstore.backend = file\nlog.level = ERROR\n")
        subprocess.run(
            [self.util, "--module", self.module, "--init-token", "--free", "--label", label, "--so-pin", SO_PIN,
             "--pin", PIN],
            env=os.environ | {"SOFTHSM2_CONF": str(setting)}, check=True, capture_output=True, timeout=60,
        )  # fmt: skip
        return str(setting)


def softhsm() -> SoftHsm | None:
    """`WELLCLEAR_SOFTHSM` (the root of an unpacked one), the machine's, or that of `make hsm`."""
    named = os.environ.get("WELLCLEAR_SOFTHSM")
    for root in [*([Path(named)] if named else []), Path("/"), *sorted(ROOT.glob(".hsm*/root"))]:
        modules = [path for place in PLACES for path in sorted(root.glob(f"{place}/libsofthsm2.so"))]
        utils = [
            path for path in (root / "usr/bin/softhsm2-util", root / "usr/local/bin/softhsm2-util") if path.is_file()
        ]
        if modules and utils and _loads(modules[0]):
            return SoftHsm(modules[0], utils[0])
    return None


def _loads(module: Path) -> bool:
    """Whether its own libraries are on this machine; in a process of its own, since it would stay."""
    tried = subprocess.run(
        [sys.executable, "-c", "import ctypes, sys; ctypes.CDLL(sys.argv[1])", module], capture_output=True, check=False
    )
    return tried.returncode == 0


if __name__ == "__main__":  # what `make hsm` asks
    found = softhsm()
    sys.stdout.write("" if found is None else str(found.module))
