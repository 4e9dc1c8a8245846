"""`python -m wellclear.apps.cli.reference`: docs/cli.md from the help of every command, so that the page cannot lie."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import typer

from wellclear.apps.cli.commands import app
from wellclear.apps.problems import EXIT_CODES
from wellclear.edges.settings import ENVIRONMENT

WIDTH = 100
HEAD = """# The command line

This page is made from `--help` by `python -m wellclear.apps.cli.reference`; a test holds it to the program.
How the commands go together stands in [operate.md](operate.md).

Commands act through the node on the same machine. What an officer says is signed in the command's own process, by the
officer's own key (`--as W1`: `HOME/keys/officers/W1.json`), after it was held to what was asked for. Every command that
answers takes `--json`: then one JSON value goes to standard output, and an error is one JSON object on standard error
(`error`; `exercise` is `yes` in an exercise's channel, `notes` what was remarked before).
Colours are used on a terminal only, and never where `NO_COLOR` is set.
"""


def page() -> str:
    """The whole page."""
    os.environ["COLUMNS"] = str(WIDTH)
    parts = [HEAD, exit_codes(), environment(), "## Commands\n"]
    for path, text in helps(typer.main.get_command(app), "wellclear"):
        parts.append(f"### {path}\n\n```text\n{text}\n```\n")
    return "\n".join(parts)


def helps(command: Any, path: str, parent: Any = None) -> Iterator[tuple[str, str]]:
    """Path and help of a command and of all below it, in the order of the program's own lists."""
    context = command.context_class(
        command, info_name=path.rsplit(maxsplit=1)[-1] if parent else path, parent=parent, terminal_width=WIDTH,
        max_content_width=WIDTH,
    )  # fmt: skip
    lines = [line.rstrip() for line in command.get_help(context).strip().splitlines()]
    yield path, "\n".join(lines)
    for name in getattr(command, "commands", {}):
        yield from helps(command.commands[name], f"{path} {name}", context)


def exit_codes() -> str:
    """The table of exit codes."""
    rows = "\n".join(f"| {code} | {meaning} |" for code, meaning in EXIT_CODES.items())
    return f"## Exit codes\n\n| code | meaning |\n|---|---|\n{rows}\n"


def environment() -> str:
    """The table of variables: those over the settings file, and those of the commands."""
    more = {
        "WELLCLEAR_HOME": "the node's home directory",
        "WELLCLEAR_HOST_HOME": "the host's home directory",
        "WELLCLEAR_AS": "the officer who acts",
        "WELLCLEAR_PASSPHRASE": "opens the keys; better a file or a prompt",
        "WELLCLEAR_RECOVERY_PASSPHRASE": "opens the recovery key, if it has another passphrase",
        "WELLCLEAR_SEALING_PASSPHRASE": "opens the party's sealing key that a stand-by copies",
        "WELLCLEAR_PIN": "opens an officer's token",
        "WELLCLEAR_PKCS11_MODULE": "the PKCS#11 module that reaches tokens, unless their URI names it",
        "WELLCLEAR_NEW_PASSPHRASE": "what `key passphrase` sets",
        "NO_COLOR": "no colours even on a terminal",
    }
    rows = [f"| `{name}` | {meaning} |" for name, meaning in more.items()]
    rows += [
        f"| `{name}` | {meaning} (over `{f'{table}.' if table else ''}{field}` in settings.toml) |"
        for name, (table, field, meaning) in ENVIRONMENT.items()
    ]
    return "## Environment\n\n| variable | meaning |\n|---|---|\n" + "\n".join(rows) + "\n"


if __name__ == "__main__":
    print(page(), end="")
