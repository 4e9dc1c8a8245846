"""Sizes that a reader can hold, and nothing in the repository that belongs to one machine."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from tests.house.sources import ROOT, Source, files, modules, text_of

FILE_LINES_MAX = 450
FUNCTION_LINES_MAX = 60

# The ratchet: what was allowed to be longer, with its length on that day and why. An entry may shrink; it must
# go as soon as the thing fits. {"src/wellclear/x.py": 470, "src/wellclear/x.py:Class.method": 72}
LONGER: dict[str, int] = {}

MACHINE_PATHS = re.compile(r"(?<![\w.~*-])/(?:work|root|home|Users|opt/[\w-]+)/[\w.-]|file:/{2}")
# Put together here, so that this file does not hold them either.
REGISTRIES = tuple(
    ".".join(name)
    for name in [
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("npmjs", "org"),
        ("npmjs", "com"),
        ("yarnpkg", "com"),
        ("deb", "debian", "org"),
        ("crates", "io"),
        ("proxy", "golang", "org"),
    ]
)
LOCK_LINE = re.compile(
    r"#.*|"
    r"[a-z0-9][a-z0-9.-]*==[A-Za-z0-9.+!]+(?: ; [A-Za-z0-9_.'\"<>=!() ]+)? \\|"
    r"    --hash=sha256:[0-9a-f]{64}(?: \\)?|"
)


def functions(tree: ast.AST, outer: str = "") -> Iterator[tuple[str, int]]:
    """Qualified name and length in lines of every function, decorators and docstring left out."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            name = f"{outer}{node.name}"
            if not isinstance(node, ast.ClassDef):
                yield name, (node.end_lineno or node.lineno) - node.lineno + 1 - _docstring_lines(node)
            yield from functions(node, f"{name}.")
        else:
            yield from functions(node, outer)


def _docstring_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    if ast.get_docstring(node) is None:
        return 0
    return (node.body[0].end_lineno or 0) - node.body[0].lineno + 1


def lengths(source: Source) -> Iterator[tuple[str, int, int]]:
    """Name, length and limit of the module and of each function in it."""
    yield source.path, len(source.text.splitlines()), FILE_LINES_MAX
    for name, lines in functions(source.tree):
        yield f"{source.path}:{name}", lines, FUNCTION_LINES_MAX


def length_faults(sources: tuple[Source, ...], longer: dict[str, int]) -> list[str]:
    """What is too long, what outgrew its exception, and exceptions that nobody needs any more."""
    found, needed = [], set()
    for source in sources:
        for name, lines, limit in lengths(source):
            if lines > limit:
                needed.add(name)
                if lines > longer.get(name, limit):
                    found.append(f"{name}: {lines} lines, at most {longer.get(name, limit)}")
    return found + [f"{name}: fits now, take it off the list" for name in sorted(longer.keys() - needed)]


def machine_faults(path: str, text: str) -> list[str]:
    """Paths of one machine and hosts of package registries, line by line."""
    return [
        f"{path}:{number}: {line.strip()[:100]}"
        for number, line in enumerate(text.split("\n"), start=1)
        if MACHINE_PATHS.search(line) or any(host in line for host in REGISTRIES)
    ]


def lock_faults(path: str, text: str) -> list[str]:
    """Lines of a lock file that are not a pinned version or its hash, and pins without a hash."""
    lines = text.split("\n")
    found = [f"{path}:{number}: {line}" for number, line in enumerate(lines, 1) if not LOCK_LINE.fullmatch(line)]
    found += [
        f"{path}:{number}: no hash"
        for number, line in enumerate(lines, 1)
        if "==" in line and not "".join(lines[number : number + 1]).startswith("    --hash=")
    ]
    return found + [f"{path}:{number}: an address" for number, line in enumerate(lines, 1) if ":/" in line]


def test_files_and_functions_fit_on_a_readers_desk() -> None:
    found = length_faults(modules(), LONGER)
    assert not found, "\n" + "\n".join(found)


def test_no_file_names_a_machine_or_a_registry() -> None:
    found = [fault for path in files() if (text := text_of(path)) is not None for fault in machine_faults(path, text)]
    assert not found, "\n" + "\n".join(found)


@pytest.mark.parametrize("name", ["runtime", "dev", "peers", "foreign", "tlog"])
def test_lock_files_hold_versions_and_hashes_and_no_address(name: str) -> None:
    text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    assert text.count("==") > (0 if name in ("foreign", "tlog") else 10)
    assert lock_faults(f"requirements/{name}.txt", text) == []


def test_the_two_locks_agree() -> None:
    """What is tested is what is shipped: the development lock holds every runtime pin unchanged."""
    pins = [
        {line for line in (ROOT / "requirements" / name).read_text(encoding="utf-8").split("\n") if "==" in line}
        for name in ("runtime.txt", "dev.txt")
    ]
    assert pins[0] <= pins[1]


def test_every_module_starts_with_the_same_import() -> None:
    late = [source.path for source in modules() if "from __future__ import annotations" not in source.text]
    assert not late


def test_a_planted_fault_of_length_is_found() -> None:
    long_file = Source("src/wellclear/domain/x.py", "x = 1\n" * 451)
    long_function = Source("src/wellclear/domain/y.py", "class A:\n  def f(self):\n" + "    x = 1\n" * 60)
    assert length_faults((long_file,), {}) == ["src/wellclear/domain/x.py: 451 lines, at most 450"]
    assert length_faults((long_function,), {}) == ["src/wellclear/domain/y.py:A.f: 61 lines, at most 60"]
    assert length_faults((long_file,), {long_file.path: 451}) == []
    assert length_faults((long_file,), {long_file.path: 450}) != []
    assert length_faults((), {long_file.path: 451}) == ["src/wellclear/domain/x.py: fits now, take it off the list"]


# "@" stands for a slash and "," for a dot, so that this file does not hold what it looks for.
@pytest.mark.parametrize(
    "line",
    ["cd @root@x", "see @work@shared@core.md", "x = '@home@ann@x'", "file:@@@x", "https:@@pypi,org@simple"],
)
def test_a_planted_machine_is_found(line: str) -> None:
    assert machine_faults("x", line.replace("@", "/").replace(",", "."))


@pytest.mark.parametrize(
    "line", ["docs/work/x.md", "GET /roots/7", "https://host.example/root/x", "the root/leaf", "/var/lib/x"]
)
def test_an_innocent_path_is_not_found(line: str) -> None:
    assert machine_faults("x", line) == []


@pytest.mark.parametrize(
    "text",
    [
        "--index-url https://x.example/simple",
        "--find-links /opt/x",
        "x @ https://x.example/x.whl",
        "x==1.0",
        "x==1.0 \\\n    # via y",
        "-e .",
        "x>=1 \\\n    --hash=sha256:" + "0" * 64,
    ],
)
def test_a_planted_fault_in_a_lock_is_found(text: str) -> None:
    assert lock_faults("x", text + "\n")
