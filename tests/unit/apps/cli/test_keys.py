from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest

from wellclear.apps.cli.acting import Workplace
from wellclear.apps.cli.keys import add_key, key_of, preview_lines, replace_lost
from wellclear.domain.canonical import b64
from wellclear.edges.keyring import KDF_BY_NAME, Keyring, create_key, public_half
from wellclear.edges.settings import NodeSettings, write_node
from wellclear.errors import InvalidValue, Misconfigured, Unavailable


def test_the_preview_names_what_persons_said_and_counts_what_machines_did() -> None:
    rows = [
        {"index": 40, "kind": "notice", "item": "NORTHLAND-1001-9", "said": "221000ZNOV26", "desk": "NORTHLAND/OPS"}
    ]
    told = preview_lines({"since": 38, "count": 4, "rows": rows})
    assert told[0] == "From entry 38 on this becomes doubtful, for everybody:"
    assert told[1] == "  40 notice NORTHLAND-1001-9 221000ZNOV26 NORTHLAND/OPS"
    assert told[2] == "  and 3 entries that the node made by itself"


def test_a_key_that_said_nothing_makes_nothing_doubtful() -> None:
    (line,) = preview_lines({"since": 38, "count": 0, "rows": []})
    assert "nothing becomes doubtful" in line


PASSPHRASE = "the party's own words"


@pytest.mark.requirement("R25")
def test_a_home_that_lost_its_sealing_key_gets_one_that_the_node_can_start_with(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home, file = tmp_path / "node", tmp_path / "passphrase"
    write_node(NodeSettings(home, "SOUTHLAND", "http://127.0.0.1:1", b64(bytes(32)), kdf="minimum"))
    ring, minimum = Keyring(home), KDF_BY_NAME["minimum"]
    create_key(ring.path("node"), "node", "SOUTHLAND", PASSPHRASE, exercise=True, kdf=minimum)
    file.write_text("another one\n")
    file.chmod(0o600)
    with pytest.raises(Misconfigured, match="the passphrase does not open it"):
        replace_lost(home, file, hybrid=False)
    file.write_text(f"{PASSPHRASE}\n")
    with pytest.raises(Unavailable):
        add_key("sealing", new=True, passphrase_file=file, home=home)
    assert "start it, and give\nthis command again" in capsys.readouterr().err
    (made,) = ring.unlock_sealing(PASSPHRASE)
    assert public_half(ring.next_path("sealing")).exercise, "as the node's key is"
    replace_lost(home, file, hybrid=False)
    assert [key.public_key for key in ring.unlock_sealing(PASSPHRASE)] == [made.public_key], "it is made once"


class Roster:
    """What stands for a node's home: nobody is on the roster, and no key lies here."""

    client = keys = property(lambda self: self)

    def get(self, path: str) -> dict[str, list[str]]:
        return {"persons": []}

    def uses(self) -> tuple[str, ...]:
        return ()


def test_a_handle_that_nobody_has_any_more_is_told_as_such() -> None:
    place = cast(Workplace, Roster())
    with pytest.raises(InvalidValue, match="A2 is no officer on the roster now"):
        key_of(place, "A2")
    assert key_of(place, "A" * 43 + "=") == "A" * 43 + "="
