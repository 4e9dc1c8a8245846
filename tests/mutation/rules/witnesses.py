"""Witnesses: what is cosigned, what makes a picture fresh, and who can halt whom."""

from __future__ import annotations

from tests.mutation.disabling import Rule

_BOOK = "tests/unit/channel/test_witnesses.py::"
_NODE = "tests/unit/apps/node/test_witnessing.py::"
_PEERS = "tests/unit/apps/node/test_exchanging.py::"
_HOST = "tests/unit/apps/host/test_cosignature.py::"

RULES: tuple[Rule, ...] = (
    Rule(
        name="never-cosigned-backwards",
        proves=("R33",),
        says="Nobody cosigns a smaller log than before.",
        at="wellclear.channel.witnesses:cosign_due",
        old="size == last.checkpoint.size and",
        new="",
        tests=(f"{_BOOK}test_a_log_is_cosigned_when_it_grows_or_each_five_seconds_and_never_backwards",),
    ),
    Rule(
        name="cosigned-by-one",
        proves=("R33",),
        says="A cosignature is stored by compare-and-swap on the size before it is said.",
        at="wellclear.edges.node_tables:NodeTables.keep_cosigned",
        old="return moved == 1",
        new="return True",
        tests=(f"{_NODE}test_two_processes_never_cosign_with_one_store",),
    ),
    Rule(
        name="only-live-cosigned",
        proves=("R33",),
        says="A node that hears nothing of the host lends nobody its freshness.",
        at="wellclear.apps.node.witnessing:Witnessing.next",
        old="or not live or",
        new="or",
        tests=(f"{_NODE}test_only_the_end_of_a_log_that_is_live_is_cosigned",),
    ),
    Rule(
        name="own-longer-line-binds",
        proves=("R33",),
        says="A node of a party that has cosigned a longer log cosigns nothing less.",
        at="wellclear.apps.node.witnessing:Witnessing.why_not",
        old="return BACKWARDS if self._book.largest(picture, self._party) > picture.size else",
        new="return",
        tests=(f"{_NODE}test_a_party_that_has_cosigned_more_elsewhere_cosigns_nothing_less",),
    ),
    Rule(
        name="fresh-by-another",
        proves=("R33",),
        says="Only a party other than host and reader makes a picture fresh.",
        at="wellclear.apps.node.board:link",
        old='row["host"] == "no" and',
        new="",
        tests=(f"{_NODE}test_fresh_is_what_another_party_than_host_and_reader_has_just_seen",),
    ),
    Rule(
        name="no-line-from-the-future",
        proves=("R33",),
        says="A cosignature from the future says nothing of now.",
        at="wellclear.channel.witnesses:Cosigned.is_fresh",
        old="not self.is_ahead(now_us) and",
        new="",
        tests=(f"{_BOOK}test_a_line_from_the_future_makes_nothing_fresh_and_does_not_stay",),
    ),
    Rule(
        name="cosigned-over-our-tree",
        proves=("R33",),
        says="A cosignature counts over one's own tree alone.",
        at="wellclear.channel.witnesses:Witnesses._take",
        old="elif tree.root(checkpoint.size) == checkpoint.root:",
        new="else:",
        tests=(f"{_BOOK}test_only_live_cosigners_over_our_own_tree_count",),
    ),
    Rule(
        name="host-takes-its-own-tree",
        proves=("R33",),
        says="A host hands out cosignatures over its own tree alone.",
        at="wellclear.apps.host.cosignatures:Cosignatures.take",
        old="if checkpoint.root != tree.root(checkpoint.size):",
        new="if False:",
        tests=(f"{_HOST}test_what_is_no_cosignature_of_this_log_is_refused",),
    ),
    Rule(
        name="peers-keep-nobody-live",
        proves=("R33",),
        says="A note that another node hands over says nothing of the link to the host.",
        at="wellclear.channel.follower:Follower.hear",
        old="newer = of_now and",
        new="newer =",
        tests=(f"{_PEERS}test_a_note_from_a_peer_says_nothing_of_the_link_to_the_host",),
    ),
    Rule(
        name="heads-that-differ-make-nodes-ask",
        proves=("R33",),
        says="When an entry names another log, other nodes are asked for their notes at once.",
        at="wellclear.apps.node.hearing:Hearing._take_proven",
        old="self.wants_exchange = True",
        new="pass",
        tests=(f"{_PEERS}test_one_entry_that_crosses_makes_nodes_exchange_at_once",),
    ),
    Rule(
        name="proofs-from-what-was-followed",
        proves=("R33",),
        says="A witness that is asked cosigns nothing that does not grow from what it has followed.",
        at="wellclear.apps.node.witnessing:Witnessing.add_checkpoint",
        old="Seen(follower.size, follower.tree.root())",
        new="Seen(0, follower.tree.root(0))",
        tests=(f"{_PEERS}test_add_checkpoint_answers_as_the_specification_says",),
    ),
)
