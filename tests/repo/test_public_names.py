"""Every public name explains itself with an example."""

import inspect
import re
import types

import tallystick
from tallystick import metrics

EXAMPLE = re.compile(r"^\s*Examples?:\s*$", re.MULTILINE)


def public(package: types.ModuleType) -> dict[str, object]:
    names = [n for n in package.__all__ if not n.startswith("__")]
    return {f"{package.__name__}.{n}": getattr(package, n) for n in names}


def is_named(thing: object) -> bool:
    """Whether only its name is needed: errors and rooms are explained, not exemplified."""
    return isinstance(thing, types.ModuleType) or (
        isinstance(thing, type) and issubclass(thing, BaseException)
    )


def test_every_public_name_is_documented():
    things = public(tallystick) | public(metrics)
    assert not [n for n, thing in things.items() if not inspect.getdoc(thing)]


def test_every_public_name_has_an_example():
    things = public(tallystick) | public(metrics)
    assert not [
        n
        for n, thing in things.items()
        if not is_named(thing) and not EXAMPLE.search(inspect.getdoc(thing) or "")
    ]


def test_completion_knows_the_public_names():
    assert set(tallystick.__all__) <= set(dir(tallystick))
