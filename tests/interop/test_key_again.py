"""A new sealing key whose command was broken off: the same command again ends where it would have ended."""

from __future__ import annotations

import json

import pytest

from tests.interop.two_machines import two_machines
from wellclear.edges.keyring import Keyring, public_half

pytestmark = pytest.mark.slow


@pytest.mark.requirement("R25")
def test_a_new_sealing_key_is_registered_once_however_often_it_is_asked_for(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    with two_machines(tmp_path_factory.mktemp("again")) as (a, b):
        for handle in ("A1", "A2"):
            b.does(a, "officer", "add", handle, "--role", "administrator")
        ring, again = Keyring(b.home), ["key", "add", "sealing", "--new", "--as", "A1", "--as", "A2"]
        index = b.does(a, *again)["index"]
        made, former = public_half(ring.path("sealing")), ring.path("sealing_1")
        # So the home looks where the command was broken off after the entry, and before the key took its place.
        ring.path("sealing").rename(ring.next_path("sealing"))
        former.rename(ring.path("sealing"))
        ended, said = b.ask(*again, "--json")
        assert (ended, json.loads(said)["index"]) == (0, index), "the log has it from the first try"
        assert public_half(ring.path("sealing")) == made and former.is_file()
        assert not ring.next_path("sealing").exists()
        keys = b.json("key", "list")["keys"]
        assert [row["state"] for row in keys if row["use"] == "sealing"] == ["replaced", "live"]
        # Where nothing is waited for, the key stays beside the present one until the log has it.
        b.run(*again, "--wait", "0")
        assert ring.next_path("sealing").is_file() and not ring.path("sealing_2").exists()
        b.until(lambda told: sum(row["use"] == "sealing" for row in told["keys"]) == 3, "key", "list")
        b.run(*again)
        assert not ring.next_path("sealing").exists() and ring.path("sealing_2").is_file()
        states = [row["state"] for row in b.json("key", "list")["keys"] if row["use"] == "sealing"]
        assert states == ["replaced", "replaced", "live"]
