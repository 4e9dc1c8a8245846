from __future__ import annotations

import inspect

import pytest

from wellclear import __version__, errors


def every_error() -> list[type[errors.WellclearError]]:
    return [
        kind
        for _, kind in inspect.getmembers(errors, inspect.isclass)
        if issubclass(kind, errors.WellclearError) and kind is not errors.WellclearError
    ]


def test_every_error_of_the_module_is_ours() -> None:
    classes = [kind for _, kind in inspect.getmembers(errors, inspect.isclass)]
    assert all(issubclass(kind, errors.WellclearError) for kind in classes)
    assert len(every_error()) >= 7


@pytest.mark.parametrize("kind", every_error())
def test_an_error_keeps_every_value_it_was_built_from(kind: type[errors.WellclearError]) -> None:
    """A handler never has to parse the sentence."""
    names = [name for name in inspect.signature(kind).parameters if name != "evidence"]
    given: dict[str, object] = {name: f"<{name}>" for name in names}
    if issubclass(kind, errors.Equivocation):
        given["evidence"] = (b"one", b"other")
    made = kind(**given)
    assert {name: getattr(made, name) for name in given} == given


def test_a_malformed_input_names_source_place_and_reason() -> None:
    assert str(errors.Malformed("entry 17", "act.to", "a list of desks")) == "entry 17: act.to: a list of desks"
    assert str(errors.Malformed("entry 17", "", "empty")) == "entry 17: empty"


def test_an_equivocation_is_caught_as_unverified() -> None:
    with pytest.raises(errors.Unverified):
        raise errors.Equivocation("checkpoint", "two roots of one size", (b"one", b"other"))


def test_the_version_is_before_any_release() -> None:
    assert __version__.startswith("0.")
