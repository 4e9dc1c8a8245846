"""Wording shapes action (N5): nobody's track, site or movement is a target here, in no language.

What is held, from strict to lax:

* the words of N5 in five languages occur nowhere in what we ship, comments and docstrings included;
* English `target` and its kin name nothing that we define, and stand in no string that can reach a wire or a
  screen; comments and docstrings may say it ("a track is not a target"), and so may uses of other people's
  names (`Thread(target=...)`, `node.target`);
* `permission` is no kind, class, constant or wire word (R3: the product has none), though prose may say
  "this is not permission" and a file may have permissions.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from itertools import pairwise

import pytest

from tests.house.sources import Source, files, modules, text_of

# Whole words with their common inflections: "accessible" and "целое число" stay usable.
FOREIGN_WORDS = re.compile(
    r"(?<![^\W_])hedef\w*"
    r"|\w*(?:מטרה|מטרת|מטרות)\w*"
    r"|\w*(?:هدف|أهداف|اهداف|استهداف)\w*"
    r"|(?<![^\W_])(?:цел(?:ь|и|ью|ей|ям|ями|ях)|мишен\w+)(?![^\W_])"
    r"|(?<![^\W_])cibl(?:e|es|er|é|ée|és|age|ages)(?![^\W_])",
    re.IGNORECASE,
)
AIMING = frozenset({"target", "targets", "targeted", "targeting", "untargeted", "aimpoint", "aimpoints", "dmpi"})
AIMING_PAIRS = frozenset({("aim", "point"), ("aim", "points"), ("weapon", "effect"), ("weapon", "effects")})
NO_KIND = frozenset({"permission", "permissions"})
WIRE_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_.:/-]*")
# Sources that the browser reads use the platform's own `event.target`; only the foreign words are held there.
OTHER_TEXTS = (".json", ".ftl", ".toml", ".yaml", ".sql", ".txt", ".html", ".svelte", ".ts", ".js", ".css")


def parts(name: str) -> list[str]:
    """`AimPoint_lat`, `aim-point.lat` → aim, point, lat."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name)
    return [part.lower() for part in re.split(r"[^A-Za-z0-9]+", spaced) if part]


def aims(name: str) -> bool:
    """Whether a name or a text speaks of aiming."""
    words = parts(name)
    return not AIMING.isdisjoint(words) or not AIMING_PAIRS.isdisjoint(pairwise(words))


def defined(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and name of whatever the module itself names."""
    for node in ast.walk(tree):
        match node:
            case ast.ClassDef() | ast.FunctionDef() | ast.AsyncFunctionDef():
                yield node.lineno, node.name
            case ast.arg():
                yield node.lineno, node.arg
            case ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()):
                yield node.lineno, name
            case ast.alias(asname=str(name)):
                yield node.lineno, name
            case ast.Call(func=ast.Name(id="dict"), keywords=keywords):
                yield from ((node.lineno, keyword.arg) for keyword in keywords if keyword.arg)
            case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                yield node.lineno, name


def constants_of_classes(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and name of classes, of their fields and members, and of a module's own constants."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            yield node.lineno, node.name
        if isinstance(node, ast.ClassDef | ast.Module):
            for statement in node.body:
                places = statement.targets if isinstance(statement, ast.Assign) else []
                places = [statement.target] if isinstance(statement, ast.AnnAssign) else places
                for place in places:
                    if isinstance(place, ast.Name) and (isinstance(node, ast.ClassDef) or place.id.isupper()):
                        yield place.lineno, place.id


def strings(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and text of every string that is no docstring; bytes that are text count as well."""
    prose = {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and id(node) not in prose:
            if isinstance(node.value, str):
                yield node.lineno, node.value
            elif isinstance(node.value, bytes):
                yield node.lineno, node.value.decode("latin-1")


def faults(source: Source) -> list[str]:
    """Every forbidden word in one module."""
    found = foreign_faults(source.path, source.text)
    tree, path = source.tree, source.path
    found += [f"{path}:{line}: the name {name}" for line, name in defined(tree) if aims(name)]
    found += [f"{path}:{line}: the text {text[:60]!r}" for line, text in strings(tree) if aims(text)]
    found += [
        f"{path}:{line}: there is no permission to give: {name}"
        for line, name in [
            *constants_of_classes(tree),
            *((line, text) for line, text in strings(tree) if WIRE_WORD.fullmatch(text)),
        ]
        if not NO_KIND.isdisjoint(parts(name))
    ]
    return found


def foreign_faults(path: str, text: str) -> list[str]:
    """The words of N5, wherever they stand in a text."""
    return [
        f"{path}:{number}: the word {match.group()}"
        for number, line in enumerate(text.split("\n"), start=1)
        for match in FOREIGN_WORDS.finditer(line)
    ]


def phrase_faults(path: str, text: str) -> list[str]:
    """English in what a person reads or a machine matches: keys and texts of JSON, ids and texts of Fluent."""
    if path.endswith(".json"):
        said = list(_leaves(json.loads(text)))
        keys = [word for word in said if WIRE_WORD.fullmatch(word)]
    else:
        said = [line for line in text.split("\n") if not line.startswith("#")]
        keys = [line.split("=")[0].strip() for line in said if "=" in line and not line.startswith(" ")]
    found = [f"{path}: the text {text[:60]!r}" for text in said if aims(text)]
    return found + [
        f"{path}: there is no permission to give: {key}" for key in keys if not NO_KIND.isdisjoint(parts(key))
    ]


def _leaves(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield str(key)
            yield from _leaves(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner)
    elif isinstance(value, str):
        yield value


@pytest.mark.requirement("N4", "N5", "R3")
def test_no_module_speaks_of_aiming() -> None:
    found = [fault for source in modules() for fault in faults(source)]
    assert not found, "\n" + "\n".join(found)


@pytest.mark.requirement("N5", "R3")
def test_no_phrase_or_page_speaks_of_aiming() -> None:
    found = []
    for path in files():
        if path.startswith("src/") and path.endswith(OTHER_TEXTS) and (text := text_of(path)) is not None:
            found += foreign_faults(path, text)
            if "/phrasebook/" in path and path.endswith((".json", ".ftl")):
                found += phrase_faults(path, text)
    assert not found, "\n" + "\n".join(found)


@pytest.mark.parametrize(
    "line",
    [
        "target = 1",
        "def f(target_id): ...",
        "class TargetList: ...",
        "class Notice:\n    aim_point: int",
        "class Notice:\n    aimPoint: int",
        "row = {'target': 1}",
        "row = dict(target=1)",
        "kind = b'target'",
        "label = 'New target: {id}'",
        "label = f'target {x}'",
        "self.targets = []",
        "import x as target",
        "WEAPON_EFFECT = 1",
        "class Kind:\n    PERMISSION = 'p'",
        "class Permission: ...",
        "kind = 'permission'",
        "KIND_PERMISSION = 1",
        "x = 'Yeni hedefler'",
        "# hedef",
        "x = 'למטרה'",
        "x = 'مستهدف'" + "\ny = 'الهدف'",
        "x = 'Цель обнаружена'",
        "x = 'la cible'",
        "hedef_id = 1",
    ],
)
@pytest.mark.requirement("N4", "N5", "R3")
def test_a_planted_word_is_found(line: str) -> None:
    assert faults(Source("src/wellclear/domain/x.py", line))


@pytest.mark.parametrize(
    "line",
    [
        '"""A track is an observed mover, not a target."""',
        "x = 1  # not a target",
        "Thread(target=run)",
        "x = node.target",
        "x = 'accessible, forcible, convertible'",
        "x = 'целое число, целиком'",
        "text = 'This is not permission.'",
        "permissions = path.stat().st_mode",
        "raise PermissionError",
        "x = 'the point to aim for'",
    ],
)
def test_an_innocent_word_is_not_found(line: str) -> None:
    assert faults(Source("src/wellclear/domain/x.py", line)) == []


def test_a_planted_phrase_is_found() -> None:
    assert phrase_faults("p.json", '{"phrases": [{"id": "TARGET_SEEN", "en": "x"}]}')
    assert phrase_faults("p.json", '{"phrases": [{"id": "X", "en": "Your target is"}]}')
    assert phrase_faults("p.json", '{"phrases": [{"id": "PERMISSION_GIVEN"}]}')
    assert phrase_faults("en.ftl", "permission-given = Go\n")
    assert phrase_faults("p.json", '{"en": "This is not permission."}') == []
    assert phrase_faults("en.ftl", "# no target here\nno-conflict = This is not permission.\n") == []
