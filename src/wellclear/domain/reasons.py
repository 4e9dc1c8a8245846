"""Why an entry was refused by the host, or remarked by the fold: one closed list of codes, each with its sentence.

The code travels; the sentence is for people, and each screen may translate it.
"""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """A code and, as `sentence`, what it means to a person. The protocol page lists all of them."""

    sentence: str

    def __new__(cls, code: str, sentence: str) -> Reason:
        member = str.__new__(cls, code)
        member._value_ = code
        member.sentence = sentence
        return member

    # The envelope: refused by the host; if it was logged all the same, remarked as the host's fault.
    TOO_LARGE = "TOO_LARGE", "larger than the format allows"
    BAD_ENVELOPE = "BAD_ENVELOPE", "not two canonical lines with the members that an entry has"
    BAD_SIGNATURE = "BAD_SIGNATURE", "the signature does not fit the bytes and the key"
    OTHER_CHANNEL = "OTHER_CHANNEL", "it was signed for another channel"
    UNKNOWN_KEY = "UNKNOWN_KEY", "nobody in this channel has this key"
    KEY_NOT_LIVE = "KEY_NOT_LIVE", "this key was revoked, replaced, or its party has left"
    NOT_YOUR_KEY = "NOT_YOUR_KEY", "the key belongs to another party than the one that the act names"
    NOT_NEXT = "NOT_NEXT", "not the next entry of its key; follow the log and link it again"
    HEAD_AHEAD = "HEAD_AHEAD", "it names a log larger than there was"
    RATE = "RATE", "more than this party's share; wait and send again"
    PART_MISSING = "PART_MISSING", "a part that the header names was not sent with it"
    PART_UNNAMED = "PART_UNNAMED", "a part was sent that the header does not name"

    # The act itself.
    UNKNOWN_KIND = "UNKNOWN_KIND", "no kind of entry that these rules know"
    BAD_FIELDS = "BAD_FIELDS", "the fields are not those of its kind"
    OLDER_RULES = "OLDER_RULES", "written under older rules; folded all the same"
    NEWER_RULES = "NEWER_RULES", "written under rules that are not in force"
    NOT_YET_AGREED = "NOT_YET_AGREED", "the principals had not yet signed the agreement"
    CLOSED = "CLOSED", "fewer than two principals: only safety, its answers and export go on"
    WRONG_KEY_USE = "WRONG_KEY_USE", "this kind is linked by another of the party's keys"
    MISSING_APPROVAL = "MISSING_APPROVAL", "a person's approval that this kind needs is missing"
    BAD_APPROVAL = "BAD_APPROVAL", "an approval's signature does not fit this act"
    NOT_ON_ROSTER = "NOT_ON_ROSTER", "an approval by a key that is on no live roster of the party"
    ON_LEAVE = "ON_LEAVE", "the person is away at this time, by its party's own roster"
    NOT_YOUR_ROLE = "NOT_YOUR_ROLE", "the person does not have the role that the approval claims"
    SAME_PERSON = "SAME_PERSON", "the drafter and the releaser are one person"
    DOUBLED = "DOUBLED", "the same act was counted before"
    STALE_APPROVAL = "STALE_APPROVAL", "approved too long ago; a person must approve it again"
    UNSEALED = "UNSEALED", "a part in clear has no place outside an exercise"
    EPOCH_NOT_NEXT = "EPOCH_NOT_NEXT", "the number of an epoch is not the next one of its party"
    UNKNOWN_EPOCH = "UNKNOWN_EPOCH", "a part is sealed under an epoch that its author never made; nobody can open it"
    OTHER_AUDIENCE = "OTHER_AUDIENCE", "a part is for other parties than the epoch of its key; nobody has to open it"
    EPOCH_ENDED = "EPOCH_ENDED", "a part is sealed under a key that had ended, which a party that has left may hold"

    # Ids, versions, addressees.
    NOT_YOUR_NAME = "NOT_YOUR_NAME", "an id must carry the author's own party"
    ID_TAKEN = "ID_TAKEN", "this id, or a later one of its block, was used before"
    UNKNOWN_NOTICE = "UNKNOWN_NOTICE", "no such item is in the picture"
    NOT_THE_ANNOUNCER = "NOT_THE_ANNOUNCER", "only the party that announced it may do this"
    VERSION_NOT_NEXT = "VERSION_NOT_NEXT", "the version does not follow the current one"
    OLD_VERSION = "OLD_VERSION", "there is a newer version; look at that one"
    ALREADY_OVER = "ALREADY_OVER", "it is completed or cancelled"
    UNKNOWN_DESK = "UNKNOWN_DESK", "no such desk is on any roster"
    NOTHING_TO_READ = "NOTHING_TO_READ", "it is addressed to a desk whose party may open none of its parts"
    NOT_ADDRESSED = "NOT_ADDRESSED", "this was never addressed to that desk"
    NOT_YOUR_DESK = "NOT_YOUR_DESK", "the desk is not on the party's roster"
    NOT_ACKNOWLEDGED = "NOT_ACKNOWLEDGED", "that desk has not acknowledged this version"
    ALREADY_ANSWERED = "ALREADY_ANSWERED", "it has its answer"
    RECEIPT_AHEAD = "RECEIPT_AHEAD", "it receives more than its author had verified"
    KEPT_TOO_SHORT = "KEPT_TOO_SHORT", "its keep_until day is past or does not exist"
    KEPT_TOO_LONG = "KEPT_TOO_LONG", "its keep_until day is too far ahead for its kind; renew it before it ends"
    NOT_HOST_NATION = "NOT_HOST_NATION", "only a host nation may say this of its own territory"

    # Agreement, membership, keys.
    OTHER_SETTINGS = "OTHER_SETTINGS", "these are not the settings or articles that the channel was founded on"
    OLD_BASE = "OLD_BASE", "it starts from an agreement that is not in force"
    UNKNOWN_PROPOSAL = "UNKNOWN_PROPOSAL", "no such proposal is open"
    NOT_REQUIRED = "NOT_REQUIRED", "this party's signature is not asked for"
    ALREADY_SIGNED = "ALREADY_SIGNED", "this party has signed it"
    NOT_A_PRINCIPAL = "NOT_A_PRINCIPAL", "only a principal may do this"
    NOT_POSSIBLE = "NOT_POSSIBLE", "the agreement has no such change"
    PARTY_TAKEN = "PARTY_TAKEN", "this name was used before in this channel"
    UNKNOWN_PARTY = "UNKNOWN_PARTY", "no such party is a member"
    KEY_TAKEN = "KEY_TAKEN", "this key was registered before in this channel"
    BAD_KEY = "BAD_KEY", "no public key that may be registered"
    TOO_MANY = "TOO_MANY", "more than a channel keeps for one party"

    # What only a reader's view can say.
    NOT_COMMITTED = "NOT_COMMITTED", "it discloses what that version never committed to"
    RANDOM_REUSED = "RANDOM_REUSED", "a part is sealed with randomness that another part of its author has used"
    PART_UNREADABLE = "PART_UNREADABLE", "a part did not open, or does not fit its commitment"
    READBACK_DIFFERS = "READBACK_DIFFERS", "the read-back departs from what was said by more than the agreed tolerance"
    NOT_COMPUTABLE = "NOT_COMPUTABLE", "its geometry cannot be computed; it is compared as the circle around all of it"
    HEAD_DIFFERS = "HEAD_DIFFERS", "its author has seen another log than ours"


FINAL_NOT = frozenset({Reason.NOT_NEXT, Reason.RATE})
"""Refusals after which the node follows the log and sends or links again; any other rings its officer."""

SOFT = frozenset(
    {
        Reason.UNKNOWN_DESK, Reason.NOTHING_TO_READ, Reason.OLDER_RULES, Reason.UNKNOWN_EPOCH, Reason.OTHER_AUDIENCE,
        Reason.EPOCH_ENDED,
    }
)  # fmt: skip
"""Remarks beside which an entry stands all the same (protocol, "Fold")."""
