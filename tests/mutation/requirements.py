"""What a deconfliction channel must and must not do, each in one line, and how far this product is.

A claim here is held to the tests: what is `done` or `partly` there has a rule with its mutation, or says in `missing`
why none is possible. What is `not yet` has none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

State = Literal["done", "partly", "not yet"]


@dataclass(frozen=True, slots=True)
class Requirement:
    """One requirement; `missing` is what is not there, empty only where it is `done`."""

    name: str
    line: str
    state: State
    missing: str = ""


def _done(name: str, line: str) -> Requirement:
    return Requirement(name, line, "done")


def _partly(name: str, line: str, missing: str) -> Requirement:
    return Requirement(name, line, "partly", missing)


def _not_yet(name: str, line: str, missing: str = "comes later") -> Requirement:
    return Requirement(name, line, "not yet", missing)


MESSAGES = (
    _partly("R1", "Z, O, P, R: what waits goes by precedence, then age; Z interrupts; each party's use is counted",
            "no report counts how often each party uses each precedence"),
    _partly("R2", "Receipt by a machine, acknowledgement by a person, passed to units; deadlines and a ladder",
            "passing on to units has a deadline and rings at both desks, and no ladder of its own"),
    _done("R3", "Receipt, no conflict found and promise are different things; nothing is a permission"),
    _partly("R4", "Messages go to desks; safety is sent and acted on by any one watch officer, with no release",
            "the 30 seconds from taking the watch to a sent message are never measured"),
    _partly("R5", "Positions, heights and times are read back and compared; beyond the tolerance stays UNCONFIRMED",
            "degrees and MGRS are shown; the nearest place is not"),
    _partly("R6", "What has begun or is over may always be told, and is flagged as such",
            "the precedence stays the author's choice"),
    _done("R7", "Lead time counts from the acknowledgement, with flags at agreed bounds and a minimum by category"),
    _partly("R8", "Too large an area or too long a window for its category is flagged",
            "what was declared is not compared with what was used"),
    _done("R9", "A life cycle with versions, differences by field, and an end for everything"),
    _not_yet("R10", "Nonconforming and contingent flights, control lost with a predicted volume",
             "control lost is a safety message; tracks are not followed"),
    _done("R11", "Whose track: ours, not ours with those who were asked, or not known"),
    _partly("R12", "A register of whom each desk speaks for and can stop; gaps are shown",
            "nothing goes on by itself to further desks with a level of their own"),
    _not_yet("R13", "A demand with a deadline calls a second person"),
    _partly("R14", "Phrases with slots, alike in all languages; free text is marked and carries its language",
            "only free text with its language; no phrasebook, and Z and O are not yet kept from free text"),
    _not_yet("R15", "A roster of who speaks which language on each watch"),
    _not_yet("R16", "A line check every hour, with a changing word, by people twice a day",
             "a node notices and rings when nothing is heard, and compares clocks; people check nothing yet"),
    _not_yet("R17", "A ladder of fallbacks that is written down and drilled, and imported again"),
    _not_yet("R18", "A party may suspend parts of the channel; safety stays open",
             "safety stays open in a closed or halted channel; nothing can be suspended"),
    _partly("R19", "What nobody answered is on record, and climbs to the host",
            "no report over time for each party"),
    _done("R20", "UTC everywhere; clocks are compared, shown over 2 s, and block lead times over 30 s"),
    _partly("R21", "Who drafts does not release; safety is exempt",
            "holds for the kinds that exist; incidents, red lines and statements come later"),
    _not_yet("R22", "A watch is handed over in writing, with what is open"),
    _partly("R23", "Nothing that is shown can turn or hide what stands beside it",
            "screens and phrases speak English; isolates come with Hebrew and Arabic"),
    _partly("R24", "An exercise says so three times, has keys and a log of its own, and never enters a real channel",
            "no message ends an exercise"),
)  # fmt: skip
PICTURE = (
    _partly("R25", "Each recipient is shown what its level allows, field by field",
            "level 0 sends nothing; a private match of what is not sent comes with R26"),
    _not_yet("R26", "Two sides compare in private, a limited number of times"),
    _done("R27", "A site is no movement; a movement names route, times, vehicles, escort and contact on board"),
    _partly("R28", "Who acts is told before the start, down to an echelon, on record; without proof both desks ring",
            "no export of no-fire areas"),
    _partly("R29", "Protected sites with consent, last check, expiry, an access list and a mark for each recipient",
            "room for four recipients in one notice; the law's sentence is in English alone"),
    _partly("R30", "Zones with limits by band, declared holdings and inspections",
            "declared, agreed only by all who were told, and checked; no bands, holdings or inspections"),
    _partly("R31", "Red lines with a trigger; a planner is warned locally and first, with the smallest change",
            "while a draft is in hand its desk's next id is of another block, which all readers see"),
    _partly("R32", "Agreed separation by categories, heights converted with their error; advice, request and answer",
            "nothing puts emergency, rescue and medical flights first"),
)  # fmt: skip
RECORD = (
    _done("R33", "An append-only log, signed, chained and proven; each party shows alone what was said when"),
    _partly("R34", "Equal logs give equal pictures, shown by one digest",
            "compared every 64 entries, and the first that differs is named; what differs is not listed"),
    _partly("R35", "Incidents with each side's account beside the other's",
            "what is late is shown and rings nobody; which account is the full one, no field says"),
    _partly("R36", "Statistics with definitions, both sides' counts beside each other",
            "own counts are declared and stand beside the others'; nothing is counted from the log yet"),
    _not_yet("R37", "Review packs made from the log"),
    _partly("R38", "Joint statements, released only when all have signed each sentence",
            "signed from the command line only; the page shows them"),
    _partly("R39", "Confidential by default, with an offline copy that restores the same picture",
            "parts are sealed from end to end, but the envelope names who takes part; two sites are not asked for"),
    _done("R40", "A published protocol, from which alone a second implementation was made; its vectors"),
)  # fmt: skip
MUST_NOT = (
    _partly("N1", "Become a list of whom to strike",
            "no list, map or export of others' places, consent by name, a mark for each copy, and what was notified "
            "near an incident; a program with the node's token can ask for one after the other"),
    _partly("N2", "Make protection depend on having been notified",
            "the sentence stands with each protected notice and on its page, in English alone"),
    _done("N3", "Take silence for consent, or a receipt for an answer"),
    _done("N4", "Have a field for what is aimed at, for an effect, or for what somebody else intends"),
    _done("N5", "Call anything that is observed by words of aiming"),
    _done("N6", "Publish by itself"),
    _done("N7", "Resolve conflicts or rank parties by itself"),
    _done("N8", "Merge two accounts"),
    _done("N9", "Let anything be edited or deleted unseen"),
    _partly("N10", "Allow comparisons without limit",
            "whoever tries by moving a notice about has a share a minute, and each try is logged; comparing in private "
            "comes with R26"),
    _partly("N11", "Lean on machine translation for Z and O",
            "nothing translates, and free text keeps its words and its language; it may still be sent alone as Z or O"),
    _done("N12", "Tell of a conflict more than the sender released"),
    _partly("N13", "Treat positions, deployments and surveys as harmless",
            "to nobody who was not consented to by name, as a cell and a slot, with a preview of the harm that could "
            "be done, in no list, map or export; that a notice goes out in copies tells every member that it is of one "
            "of four categories"),
)  # fmt: skip
SECTIONS: dict[str, tuple[Requirement, ...]] = {
    "Messages and watch": MESSAGES,
    "Picture and conflicts": PICTURE,
    "Record and review": RECORD,
    "What must not be done": MUST_NOT,
}
