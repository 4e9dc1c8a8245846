"""The sending half of a node: what of its outbox is linked, handed to the host, answered, ended, decided by officers.

Each change of the outbox is stored before anything is sent, and undone where it could not be.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from msgspec import UNSET

from wellclear.apps.node.hearing import Hearing
from wellclear.channel.opening import open_leaf
from wellclear.channel.outbox import Item
from wellclear.channel.submission import check_answers, note_of
from wellclear.channel.void_seals import SAY_AGAIN, parted_epochs, refused_epochs, void
from wellclear.domain.canonical import b64, unb64
from wellclear.domain.entry import Act, Entry, act_hash
from wellclear.errors import InvalidValue, Misconfigured, Unavailable
from wellclear.log.merkle import leaf_hash
from wellclear.picture.epochs import is_member

NOT_KNOWN: Final = (
    "it is not known whether this was stored. It is not sent while this node runs; if the node is started again before "
    "the disk is well, it may go out: look at `wellclear outbox list`"
)


class Sending(Hearing):
    """The half that links and sends what is in the outbox; what is put there is composed and judged in `NodeCore`."""

    _keys_judged: tuple[int, frozenset[int]] | None = None
    """The own epochs in the log, and the refused ones, when what waits was last held to them."""

    @contextmanager
    def _storing(self, name: str, before: Item | None) -> Iterator[None]:
        """A transaction over one act, so that who is told that it failed does not find after a restart that it did not.

        Raises:
            Unavailable, Misconfigured: it was not stored, and the store is as before; or that is not known, and told.
        """
        at_commit = False
        try:
            with self.store.transaction():
                yield
                at_commit = True
        except (Unavailable, Misconfigured) as error:
            if at_commit:  # which may have taken effect
                self.unstored.owe(name, lambda: self._take_back(name, before))
                if self.unstored.settle() is not None:
                    raise Unavailable("own store", f"{error}; {NOT_KNOWN}") from error
            raise
        self.unstored.forget(name)

    def _take_back(self, name: str, before: Item | None) -> None:
        if before is None:
            self.store.drop_outbox(name)
        else:
            self._store_item(before, with_parts=True)

    def link(self) -> list[Item]:
        """Link what is next and return everything that is to be sent; all of it is stored before this returns.

        Raises:
            Misconfigured: as `check_key`.
        """
        ready = self.state == "live" and self._followed
        if not (ready or self.state == "halted") or self.follower.note is None:
            return []
        self.check_key()
        if not self.outbox.under_way:
            return []
        with self.outbox.undone_on_failure():
            self._link_next()
        return self.outbox.to_send()

    def _link_next(self) -> None:
        mono_us, now_us = self.clock.monotonic_us(), self.now_us
        self._void_sealed()
        changed = self.outbox.link_again(mono_us)
        age_us = self.picture.terms.approval_age_us if self.picture.agreement else None
        covered = self.follower.covered  # in the middle of a run, what this node can show a note of
        head = (covered, self.follower.tree.root(covered))
        changed += self.outbox.link_next(self.picture, head, now_us, mono_us, age_us)
        if changed:
            assert self.follower.note is not None, "who links has heard a note"
            with self.store.transaction():
                self.store.keep_note(covered, self.follower.note)
                for item in changed:
                    self._store_item(self.outbox.items[item.id])
            for item in changed:
                self._ended(item)
            self.changed = True

    def _void_sealed(self) -> None:
        """What waits under a key that the log will never have is not sent; the node's own is composed anew."""
        made = self.picture.epochs_made.get(self.party) or 0
        members = frozenset(name for name in self.picture.parties if is_member(self.picture, name))
        items = self.outbox.items.values()
        never = refused_epochs(items, made) | parted_epochs(items, members)
        if (made, never) == self._keys_judged:
            return
        with self.outbox.undone_on_failure():
            changed, dropped = void(self.outbox, made, never, self._opens)
            with self.store.transaction():
                for item in changed:
                    self._store_item(item)
                for item in dropped:
                    self.store.drop_outbox(item.id)
        self._keys_judged = made, never
        for item in changed:
            self._ended(item)
        self.changed = self.changed or bool(changed or dropped)

    def _opens(self, item: Item) -> bool:
        """Whether its sealed parts open under the keys that are held; of a key that is not, nothing is known."""
        sent = [ref for ref in item.act.parts if ref.sha is not UNSET]
        return all(self.epochs.fits(item.act, ref, raw) for ref, raw in zip(sent, item.parts, strict=True))

    def locked_again(self) -> None:
        """A key was lent and is locked again: what still waits for it is not sent, and an officer is told.

        Raises:
            Unavailable, Misconfigured: it could not be stored; it is held all the same.
        """
        held = self.outbox.hold_locked()
        for item in held:
            self._ended(item)
        self.changed = self.changed or bool(held)
        with self.store.transaction():
            for item in held:
                self._store_item(item)

    def answered(self, sent: Sequence[Item], body: bytes) -> None:
        """The host's answer to a submission; nothing of it is believed before its proofs and signatures hold.

        Raises:
            Malformed, Unverified: not the host's answer.
        """
        host = self.picture.host
        assert host is not None, "only a node that follows sends"
        hashes = [leaf_hash(item.leaf) for item in sent]
        note = note_of(body)
        _, fates = check_answers(body, hashes, host.origin, unb64(host.log), unb64(host.sequencer))
        changed: list[Item] = []
        with self.outbox.undone_on_failure():  # then the same bytes are sent once more, and the answer is the same
            for item, fate in zip(sent, fates, strict=True):
                if fate.index is not None:
                    changed += self.outbox.proved(item.id, item.leaf, fate.index, note)
                elif fate.refusal is not None:
                    refusal, mono_us = fate.refusal, self.clock.monotonic_us()
                    changed += self.outbox.refused(item.id, item.leaf, refusal.reason, refusal.detail, mono_us)
            with self.store.transaction():
                for item in changed:
                    self._store_item(item)
        for item in changed:
            self._ended(item)
        self.changed = True

    # After a halt.

    @property
    def chain_lost(self) -> bool:
        """Whether the host says that our chain ends elsewhere in the history that it shows now."""
        return self.outbox.lost

    def find_chain(self, leaves: Sequence[bytes], *, first: bool) -> bool:
        """Look for our newest entry among leaves that the host shows; `first` says that there are none before them.

        An own signature is all that is believed of them. True when the search is over.
        """
        key = b64(self.outbox.signers["node"].public_key)
        for leaf in reversed(leaves):
            entry = open_leaf(0, leaf).entry if key.encode() in leaf else None
            if entry is not None and entry.link.key == key:
                self._chain_shown(entry)
                return True
        if first:
            self._chain_shown(None)
        return first

    def _chain_shown(self, own: Entry | None) -> None:
        with self.outbox.undone_on_failure(), self.store.transaction():
            for item in self.outbox.shown(own):
                self._store_item(item)
        self.changed = True

    def decide(self, name_hex: str, *, again: bool) -> None:
        """An officer's word on a held or refused act: send it after all, or forget it. Raises as `put`."""
        try:
            name = b64(bytes.fromhex(name_hex))
        except ValueError as error:
            raise InvalidValue("act_hash", "32 bytes in hex") from error
        known = self.outbox.items.get(name)
        if again and known is not None and not self._opens(known):
            raise InvalidValue("id", SAY_AGAIN)
        with self.outbox.undone_on_failure(), self._storing(name, known):
            if again:
                self._store_item(self.outbox.again(name))
            else:
                self.outbox.drop(name)
                self.store.drop_outbox(name)
        self.alarms.settle(f"outbox/{name}", anew=True)
        self.changed = True

    def place_of(self, act: Act) -> int | None:
        """Where an act of this node stands in the verified log; None while it is not there."""
        return self.logged_at.get(b64(act_hash(act)))

    def _end_outbox(self) -> None:
        """This party has left: nothing of it is logged any more, and what persons said is shown as refused."""
        with self.outbox.undone_on_failure():
            changed, dropped = self.outbox.end()
            if changed or dropped:
                with self.store.transaction():
                    for item in changed:
                        self._store_item(item)
                    for item in dropped:
                        self.store.drop_outbox(item.id)
        for item in changed:
            self._ended(item)
        self.changed = self.changed or bool(changed or dropped)
