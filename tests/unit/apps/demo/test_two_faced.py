"""The host that lies is for exercises and for the demo alone; what it does there, `interop/test_demo` plays."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.house.sources import modules
from wellclear.apps.demo.two_faced import SECOND_LOG, serve
from wellclear.apps.host.create import create_host
from wellclear.domain.agreement import default_settings
from wellclear.domain.parts import Articles
from wellclear.edges.card import CardFile
from wellclear.edges.settings import load_host
from wellclear.errors import Misconfigured
from wellclear.testing.sketch import Sketch

PASSPHRASE = "a test and nothing else"


def test_nothing_outside_the_demo_knows_of_it() -> None:
    named = {source.path for source in modules() if "two_faced" in source.text or "two-faced" in source.text}
    assert named, "the search sees"
    assert {Path(path).parent.as_posix() for path in named} == {"src/wellclear/apps/demo"}


def test_it_refuses_a_real_channel_before_anything_is_copied_or_signed(tmp_path: Path) -> None:
    sketch = Sketch(seed=11)
    parties = [sketch.party("CASPIA", "host"), sketch.party("NORTHLAND", "principal")]
    parties.append(sketch.party("SOUTHLAND", "principal"))
    home = tmp_path / "host"
    home.mkdir(mode=0o700)
    create_host(
        home, "CASPIA", [CardFile(card=party.card(), exercise="no") for party in parties], default_settings(),
        Articles(group="articles", text="Real.", open_points=[]), False, "caspia.example/real", PASSPHRASE,
        listen_port=0, kdf="minimum",
    )  # fmt: skip
    before = (home / "host.sqlite").read_bytes()
    with pytest.raises(Misconfigured, match="is no exercise's host, and this one lies"):
        serve(load_host(home), PASSPHRASE, ["SOUTHLAND"])
    assert not (home / SECOND_LOG).exists()
    assert (home / "host.sqlite").read_bytes() == before
