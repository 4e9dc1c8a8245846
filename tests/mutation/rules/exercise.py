"""What keeps an exercise out of a real channel, and says that it is one."""

from __future__ import annotations

from tests.mutation.disabling import Rule

RULES: tuple[Rule, ...] = (
    Rule(
        name="exercise-key-in-real",
        proves=("R24",),
        says="A key of an exercise unlocks for no real channel.",
        at="wellclear.edges.key_files:check_real",
        old="if info.exercise:",
        new="if False:",
        tests=("tests/unit/edges/test_keyring.py::test_an_exercises_key_signs_nothing_in_a_real_channel",),
    ),
    Rule(
        name="exercise-card-in-real",
        proves=("R24",),
        says="A card of an exercise enters no real channel.",
        at="wellclear.edges.card:check_real_cards",
        old='if card.exercise == "yes":',
        new="if False:",
        tests=(
            "tests/unit/apps/host/test_create.py::test_no_real_channel_is_founded_with_an_exercises_card",
            "tests/unit/apps/cli/test_main.py::test_no_real_channel_is_founded_with_keys_of_an_exercise",
        ),
    ),
    Rule(
        name="real-host-looks-at-its-keys",
        proves=("R24",),
        says="A real channel's host starts with no key of an exercise.",
        at="wellclear.apps.host.starting:HostKeys.check_place",
        old="if self.exercise and not picture.exercise:",
        new="if False:",
        tests=("tests/unit/apps/host/test_create.py::test_a_real_channels_host_does_not_start_with_an_exercises_key",),
    ),
    Rule(
        name="real-founding-looks-at-its-keys",
        proves=("R24",),
        says="No real channel is founded with an own key of an exercise.",
        at="wellclear.apps.host.create:create_host",
        old=("        Keyring(home).check_real()\n"),
        new=("        pass\n"),
        tests=("tests/unit/apps/host/test_create.py::test_no_real_channel_is_founded_with_an_own_key_of_an_exercise",),
    ),
    Rule(
        name="node-links-nothing-real-with-it",
        proves=("R24",),
        says="A node whose key was made for exercises links nothing in a real channel.",
        at="wellclear.apps.node.holding:Holding.check_key",
        old="if self.exercise_key and self.picture.size and self.real:",
        new="if False:",
        tests=("tests/unit/apps/node/test_exercise_key.py::test_it_links_nothing_in_a_real_channel",),
    ),
    Rule(
        name="three-times",
        proves=("R24",),
        says="The mark of an exercise is said three times.",
        at="wellclear.domain.marks:EXERCISE",
        old="EXERCISE  EXERCISE  EXERCISE",
        new="EXERCISE",
        tests=(
            "tests/unit/test_requirements.py::test_whoever_reads_a_timeline_or_a_verdict_reads_first_that_it_is_an_exercise",
        ),
    ),
    Rule(
        name="timeline-says-exercise",
        proves=("R24",),
        says="A timeline says first that it is of an exercise.",
        at="wellclear.apps.timeline:TimelineReport.lines",
        old="head.insert(0, EXERCISE)",
        new="pass",
        tests=(
            "tests/unit/test_requirements.py::test_whoever_reads_a_timeline_or_a_verdict_reads_first_that_it_is_an_exercise",
        ),
    ),
    Rule(
        name="verdict-says-exercise",
        proves=("R24",),
        says="A verdict says first that it is of an exercise.",
        at="wellclear.apps.bundle.report:VerifyReport.lines",
        old="[EXERCISE, self.verdict] if self.exercise else [self.verdict]",
        new="[self.verdict]",
        tests=(
            "tests/unit/test_requirements.py::test_whoever_reads_a_timeline_or_a_verdict_reads_first_that_it_is_an_exercise",
        ),
    ),
    Rule(
        name="bundle-says-exercise",
        proves=("R24",),
        says="A bundle's README says first that it is of an exercise.",
        at="wellclear.channel.readme:readme_text",
        old='if picture.exercise else ""',
        new='if False else ""',
        tests=("tests/unit/test_requirements.py::test_a_bundle_of_an_exercise_says_so_in_every_file_that_people_read",),
    ),
    Rule(
        name="policy-says-exercise",
        proves=("R24",),
        says="So does its policy.",
        at="wellclear.channel.policy:policy_text",
        old="if picture.exercise else []",
        new="if False else []",
        tests=("tests/unit/test_requirements.py::test_a_bundle_of_an_exercise_says_so_in_every_file_that_people_read",),
    ),
)
