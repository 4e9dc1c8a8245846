"""A second implementation of the log and of the public fold, written from docs/protocol.md alone.

Its author saw the page, the vectors and the golden logs, and none of our code. It was changed until it agreed with
every golden log. Where it had had to guess, the page was mended; where random channels then still told the two folds
apart, whichever of page and folds was wrong was mended. Then it was put into types and our style, rule by rule.
Since then whoever changes a rule changes the page first, and then both folds from the page.

It is whole, slow and plain: dictionaries that are searched from end to end, and nothing of ours.

`fold.Second` folds leaves; `tree` reads trees, notes and checkpoints; `wire`, `curve`, `entry` are the bytes.
"""

from __future__ import annotations
