"""One parser under atheris, which follows the coverage: `make fuzz PARSER=leaf SECONDS=60`.

Starts from the parser's seeds and what lies in `corpus/PARSER`. Inputs that reached something new go to FOUND, from
where `tests.fuzz.keep` takes the few that are worth keeping; a fault ends the process with its traceback and
leaves its file.
"""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from random import Random
from typing import Final

import atheris

CORPUS: Final = Path(__file__).with_name("corpus")
with atheris.instrument_imports(include=["wellclear"]):
    from tests.fuzz.mutations import TOKENS
    from tests.fuzz.parser import Parser, hold
    from tests.fuzz.parsers import PARSERS


def main(name: str, seconds: int, found: Path) -> None:
    """Fuzz one parser; `found` is a directory that is there."""
    parser = PARSERS[name]
    words, sound = found.with_suffix(".words"), found.with_suffix(".sound")
    words.write_text("".join(f'"{_escaped(token)}"\n' for token in TOKENS if 0 < len(token) < 64))
    sound.mkdir(exist_ok=True)
    for number, raw in enumerate(parser.seeds()):
        (sound / f"{number:03}").write_bytes(raw)
    options = [
        f"-max_total_time={seconds}", f"-max_len={parser.most}", f"-artifact_prefix={found.parent}/{name}-",
        f"-dict={words}", "-timeout=20", "-rss_limit_mb=1024", "-print_final_stats=1", "-verbosity=0",
    ]  # fmt: skip
    kept = [str(folder) for folder in (CORPUS / name,) if folder.is_dir()]
    arguments = [sys.argv[0], *options, str(found), str(sound), *kept]
    if parser.turn is None:
        atheris.Setup(arguments, lambda raw: _one(parser, raw))
    else:
        atheris.Setup(arguments, lambda raw: _one(parser, raw), custom_mutator=partial(_spoilt, parser))
    atheris.Fuzz()


def _one(parser: Parser, raw: bytes) -> None:
    hold(parser, raw)


def _spoilt(parser: Parser, raw: bytes, most: int, seed: int) -> bytes:
    """By the parser's own way, or by libFuzzer's, each half of the time."""
    choose = Random(seed)
    if parser.turn is not None and choose.random() < 0.5:
        return parser.turn(raw, choose)[:most]
    return bytes(atheris.Mutate(raw, most))


def _escaped(token: bytes) -> str:
    return "".join(f"\\x{byte:02x}" for byte in token)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
