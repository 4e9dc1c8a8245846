"""Everything that is measured: its name, what it is, its unit, what it is set beside, and our aim with its source."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from benchmarks import (
    away,
    bundling,
    calibration,
    checking,
    cosigning,
    costs,
    judging,
    replaying,
    ringing,
    sequencing,
    tables,
    warning,
)
from benchmarks.engine import write
from benchmarks.measurement import Aim, Measurement, Take, Unit
from benchmarks.peer import OURS
from benchmarks.stand import Stand
from benchmarks.statistics import percentile
from benchmarks.workload import Workload

SIZES = {
    "entries": 2000, "rings": 60, "volumes": 10_000, "checks": 300, "close": 5_000, "crowd": 100_000, "way": 480,
    "cosigned": 60, "long": 100_000, "missed": 100_000, "rows": 16_566, "lines": 1_000,
}  # fmt: skip
"""How much work a full round holds."""
QUICK = {
    "entries": 200, "rings": 8, "volumes": 1_000, "checks": 40, "close": 240, "crowd": 3_000, "way": 32,
    "cosigned": 4, "long": 400, "missed": 400, "rows": 500, "lines": 100,
}  # fmt: skip
"""... and a quick one, which shows that everything runs and little else."""
ON_DEMAND = ("crowd", "bundle", "away")
"""Groups that are taken only when they are named: one round of them takes minutes."""
OWN = "our own, since the first version of this page"

HOLDERS = {OURS: "Wellclear", "flat": "flat tree", "postgis": "PostGIS"}


def _signed(stand: Stand) -> list[tuple[bytes, bytes, bytes]]:
    return stand.kept("signed", lambda: calibration.signed(stand.workload))


def _verify_s(stand: Stand) -> float:
    return calibration.verify_s(_signed(stand))


def _openssl(stand: Stand) -> float:
    rows = _signed(stand)

    def load() -> int:
        file = write(stand.directory / "signed.json", [[part.hex() for part in row] for row in rows])
        return int(stand.peer("openssl").ask("load", file=file))

    return stand.kept("load openssl", load) / float(stand.peer("openssl").ask("verify"))


def _fold_s(stand: Stand) -> float:
    return stand.sampled("fold", lambda: replaying.replay_s(stand.workload))


def _sweep_s(stand: Stand) -> float:
    return stand.sampled("sweep", lambda: replaying.sweep_s(stand.workload))


def _rung(stand: Stand, share: float) -> float:
    return percentile(stand.sampled("rung", lambda: ringing.ring_ms(stand.directory, stand.sizes["rings"])), share)


def _chatted(stand: Stand, share: float) -> float:
    return percentile(
        stand.sampled("chatted", lambda: stand.peer("chat").ask("send", count=stand.sizes["rings"])), share
    )


WAYS = {
    "all": costs.Ways(),
    "sealing": costs.Ways(sealed=False),
    "approvals": costs.Ways(approved=False),
    "mldsa": costs.Ways(second_line=False),
    "witnessing": costs.Ways(witnessed=False),
}
"""The whole way of an entry, and what is left out of it."""


def _way(stand: Stand, key: str) -> costs.Rate:
    return stand.sampled(f"way {key}", lambda: costs.rate(stand.directory, stand.sizes["way"], WAYS[key]))


def _per_s(stand: Stand, key: str) -> float:
    return _way(stand, key).per_s


def _per_cpu_s(stand: Stand, key: str) -> float:
    return _way(stand, key).per_cpu_s


def _cosigned(stand: Stand) -> cosigning.Times:
    return stand.sampled("cosigned", lambda: cosigning.times(stand.directory, stand.sizes["cosigned"]))


def _durable_ms(stand: Stand, share: float) -> float:
    return percentile(_cosigned(stand).durable_ms, share)


def _cosigned_ms(stand: Stand, share: float) -> float:
    return percentile(_cosigned(stand).cosigned_ms, share)


def _sync_ms(stand: Stand) -> float:
    return stand.sampled("sync", lambda: calibration.sync_ms(stand.directory))


def _long_signed(stand: Stand) -> list[tuple[bytes, bytes, bytes]]:
    return stand.kept("long signed", lambda: calibration.signed(stand.long))


def _bundle_s(stand: Stand, processes: int) -> float:
    return bundling.verify_s(stand.kept("bundle", lambda: bundling.exported(stand.long)), processes)


def _told_s(stand: Stand) -> float:
    return bundling.tell_s(stand.long)


def _away_per_s(stand: Stand, which: str) -> float:
    told = stand.sampled("away", lambda: away.times(stand.missed, stand.directory))
    return _count(stand.missed) / float(getattr(told, which))


def _pause_ms(stand: Stand) -> float:
    told = stand.sampled("away", lambda: away.times(stand.missed, stand.directory))
    return told.pause_s * 1000


def _count(workload: Workload) -> float:
    return len(workload.sketch.leaves)


def _leaf_bytes(stand: Stand) -> float:
    frames = stand.workload.frames
    return sum(len(frame.leaf) for frame in frames) / len(frames)


def _protocol() -> Iterator[Measurement]:
    yield Measurement(
        "verifying.strict", "Ed25519 under the one strict rule", "signatures/s",
        lambda stand: len(_signed(stand)) / _verify_s(stand), ("verifying.openssl",),
    )  # fmt: skip
    yield Measurement("verifying.openssl", "OpenSSL", "signatures/s", _openssl)
    limit = "sequencing.limit"
    yield Measurement(
        "sequencing.batched", "host, full submissions over HTTP", "entries/s",
        lambda stand: sequencing.batched_per_s(stand.workload, stand.directory), (limit,),
        Aim(0.5, "more", f"{OWN}; 0.35 is the least", ratio=True),
    )  # fmt: skip
    yield Measurement(
        "sequencing.single", "host, one entry a submission, 17 connections", "entries/s",
        lambda stand: sequencing.single_per_s(stand.workload, stand.directory), (limit,),
    )  # fmt: skip
    yield Measurement(
        limit, "one core that only verifies, hashes and commits 256 at a time", "entries/s",
        lambda stand: calibration.limit_per_s(stand.workload, _signed(stand), stand.directory),
    )  # fmt: skip
    yield Measurement(
        "replaying.whole", "node, replay of its own log and one sweep for conflicts", "entries/s",
        partial(_per_entry_of, (_fold_s, _sweep_s)), ("replaying.verify",),
        Aim(0.5, "more", OWN, ratio=True),
    )  # fmt: skip
    yield Measurement("replaying.fold", "the replay alone", "entries/s", partial(_per_entry_of, (_fold_s,)))
    yield Measurement("replaying.sweep", "the sweep alone", "ms", lambda stand: _sweep_s(stand) * 1000)
    yield Measurement(
        "replaying.verify", "bare verification of the same signatures", "entries/s",
        partial(_per_entry_of, (_verify_s,)),
    )  # fmt: skip


def _per_entry_of(takes: tuple[Callable[[Stand], float], ...], stand: Stand) -> float:
    return len(stand.workload.frames) / sum(take(stand) for take in takes)


def _rings() -> Iterator[Measurement]:
    for name, share, aim_ms in (("p50", 0.5, 15), ("p99", 0.99, 60)):
        yield Measurement(
            f"ringing.{name}", f"announce at A until it rings at B, {name}", "ms", partial(_rung, share=share),
            (f"ringing.{name}.chat",), Aim(aim_ms, "less", OWN),
        )  # fmt: skip
        yield Measurement(
            f"ringing.{name}.chat", "Synapse, a message until the other's sync", "ms", partial(_chatted, share=share)
        )


def _sizes() -> Iterator[Measurement]:
    yield Measurement(
        "size.picture", "picture in memory for each entry", "bytes",
        lambda stand: replaying.picture_bytes_per_entry(stand.workload), once=True,
    )  # fmt: skip
    yield Measurement("size.leaf", "size of a leaf", "bytes", _leaf_bytes, once=True)


def _costs() -> Iterator[Measurement]:
    """The whole way beside the same without one thing: the ratio is the share of the throughput that is left."""
    titles = {
        "all": "the whole way, everything on it", "sealing": "without sealing", "approvals": "without approvals",
        "mldsa": "without ML-DSA-44", "witnessing": "without witnessing",
    }  # fmt: skip
    for suffix, take, how in (("", _per_s, ""), (".cpu", _per_cpu_s, ", for each second of CPU time")):
        left_out = tuple(f"costs.{key}{suffix}" for key in WAYS if key != "all")
        for key, title in titles.items():
            whole = key == "all"
            yield Measurement(
                f"costs.{key}{suffix}", title + (how if whole else ""), "entries/s", partial(take, key=key),
                left_out if whole else (),
            )  # fmt: skip


def _cosigning() -> Iterator[Measurement]:
    sync = "cosigning.sync"
    for name, share in (("p50", 0.5), ("p99", 0.99)):
        yield Measurement(
            f"cosigning.durable.{name}", f"submit until durable, {name}", "ms", partial(_durable_ms, share=share),
            (sync,),
        )  # fmt: skip
        yield Measurement(
            f"cosigning.all.{name}", f"submit until cosigned by all three, {name}", "ms",
            partial(_cosigned_ms, share=share), (sync,), Aim(120, "less", OWN) if name == "p50" else None,
        )  # fmt: skip
    yield Measurement(sync, "a durable write of 4 KiB", "ms", _sync_ms)


def _long() -> Iterator[Measurement]:
    for name, what, processes in (("one", "one process", 1), ("two", "two processes for the signatures", 2)):
        yield Measurement(
            f"bundle.{name}", f"verifying a long bundle, {what}", "s", partial(_bundle_s, processes=processes),
            ("bundle.raw",),
        )  # fmt: skip
    yield Measurement(
        "bundle.raw", "bare verification of its signatures", "s",
        lambda stand: calibration.verify_s(_long_signed(stand)),
    )  # fmt: skip
    yield Measurement("bundle.told", "telling it as a timeline, sentence by sentence", "s", _told_s, ("bundle.raw",))
    for name, what, which in (
        ("followed", "a node that was away, until it has followed", "followed_s"),
        ("opened", "... until every part that is for it is opened as well", "opened_s"),
    ):
        yield Measurement(
            f"away.{name}", what, "entries/s", partial(_away_per_s, which=which), ("away.replayed",)
        )  # fmt: skip
    yield Measurement("away.pause", "... for how long, at worst, it does nothing else meanwhile", "ms", _pause_ms)
    yield Measurement("away.replayed", "replay of its own store", "entries/s", partial(_away_per_s, which="replayed_s"))
    yield Measurement("bundle.entries", "entries in the bundle", "entries", lambda stand: _count(stand.long), once=True)
    yield Measurement("away.entries", "entries that it had missed", "entries", lambda at: _count(at.missed), once=True)


def _table(stand: Stand) -> bytes:
    return stand.kept("table", partial(tables.made, stand.sizes["rows"]))


def _tables() -> Iterator[Measurement]:
    cut = "tables.cut"
    for name, what, take in (
        ("read", "a table of events, every cell checked", lambda stand: tables.read_s(_table(stand))),
        ("import", "... and kept on the disk", lambda stand: tables.import_s(_table(stand), stand.directory)),
        ("again", "the same table again, which changes nothing",
         lambda stand: tables.import_s(_table(stand), stand.directory, again=True)),
    ):  # fmt: skip
        yield Measurement(f"tables.{name}", what, "s", take, (cut,))
    yield Measurement(cut, "csv.reader, which only cuts it into cells", "s", lambda stand: tables.cut_s(_table(stand)))
    yield Measurement("tables.rows", "rows of the table", "entries", lambda stand: stand.sizes["rows"], once=True)


def _held(group: str, use: str) -> Iterator[Measurement]:
    """All questions to all who hold a crowd; ours first, beside the others."""
    asked: list[tuple[str, str, Unit, Callable[..., float], bool]] = [
        ("p50", "one check, p50", "ms", partial(checking.check_ms, share=0.5), False),
        ("p99", "one check, p99", "ms", partial(checking.check_ms, share=0.99), False),
        ("sweep", "all against all", "s", checking.sweep_s, False),
        ("pairs", "pairs in conflict found a second", "pairs/s", checking.pairs_per_s, False),
        ("load", "taking one in", "µs", checking.load_us, True),
        ("memory", "memory of one, beside the notice itself", "bytes", checking.held_bytes, True),
    ]
    for name, what, unit, ask, once in asked:
        holders = [who for who in HOLDERS if not (name == "memory" and who == "postgis")]  # its memory is the server's
        beside = tuple(f"{group}.{name}.{who}" for who in holders if who != OURS)
        for who in holders:
            full = f"{group}.{name}" + (f".{who}" if who != OURS else "")
            take: Take = partial(_ask, ask, who, use)
            yield Measurement(
                full, what if who == OURS else HOLDERS[who], unit, take, beside if who == OURS else (), once=once
            )
    for who, title in HOLDERS.items():
        if who != OURS:
            for name, what, count in (
                ("missed", "pairs missed by", checking.missed),
                ("invented", "pairs that do not meet, found by", checking.invented),
            ):
                yield Measurement(
                    f"{group}.{name}.{who}", f"{what} {title}", "pairs", partial(_ask, count, who, use), once=True
                )


def _ask(ask: Callable[..., float], who: str, use: str, stand: Stand) -> float:
    return ask(stand, who, use)


def _wrong() -> Iterator[Measurement]:
    for place, where in (("home", "at 34° N 38° E"), ("away", "antimeridian, equator, poles, 62° N 179° W")):
        yield Measurement(
            f"wrong.{place}", f"wrong answers on close pairs: {where}", "share",
            partial(_ask, checking.wrong, OURS, place), (f"wrong.{place}.flat",),
            Aim(0, "less", "held by the tests"), once=True,
        )  # fmt: skip
        yield Measurement(
            f"wrong.{place}.flat", HOLDERS["flat"], "share", partial(_ask, checking.wrong, "flat", place), once=True
        )
        yield Measurement(
            f"wrong.{place}.decided", f"close pairs that the oracle decides: {where}", "pairs",
            partial(checking.decided, place=place), once=True,
        )  # fmt: skip


def _lines() -> Iterator[Measurement]:
    check = "lines.check"
    yield Measurement(
        "lines.judge", "1,000 red lines judged for one draft, p50", "ms", judging.judged_ms, (check,),
        Aim(1.5, "less", "our own, set when it was first measured", ratio=True),
    )  # fmt: skip
    yield Measurement(
        "lines.changes", "the smallest changes of a draft that touches some of them, p50", "ms", judging.changed_ms,
        (check,),
    )  # fmt: skip
    yield Measurement(
        "lines.node", "a node's whole answer for a draft that touches none of them, p50", "ms",
        warning.warned_ms, (check,),
    )  # fmt: skip
    yield Measurement(
        "lines.node_touching", "the same for a draft that touches some, with its smallest changes, p50", "ms",
        warning.warned_touching_ms, (check,),
    )  # fmt: skip
    yield Measurement(check, "the check of the same draft against 10,000 volumes, p50", "ms", judging.checked_ms)
    yield Measurement("lines.compile", "reading and compiling a condition, p50", "ms", judging.compiled_ms)
    yield Measurement("lines.answer", "working out a condition, p50", "µs", judging.answered_us)


MEASUREMENTS: tuple[Measurement, ...] = (
    *_protocol(), *_rings(), *_costs(), *_cosigning(), *_long(), *_sizes(), *_tables(), *_held("checking", "volumes"),
    *_lines(), *_wrong(), *_held("crowd", "crowd"),
)  # fmt: skip
