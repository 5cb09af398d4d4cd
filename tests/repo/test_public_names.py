"""Every public name explains itself with an example."""

import inspect
import re
import types

import tallystick

EXAMPLE = re.compile(r"^\s*Examples?:\s*$", re.MULTILINE)


def public() -> dict[str, object]:
    """Everything that a user reaches by name."""
    return {
        f"{package.__name__}.{n}": getattr(package, n)
        for package in (
            tallystick,
            tallystick.metrics,
            tallystick.exporting.opentelemetry,
            tallystick.exporting.prometheus,
            tallystick.exporting.pushgateway,
        )
        for n in package.__all__
        if not n.startswith("__")
    }


def is_named(thing: object) -> bool:
    """Whether only its name is needed: errors and rooms are explained, not exemplified."""
    return isinstance(thing, types.ModuleType) or (
        isinstance(thing, type) and issubclass(thing, BaseException)
    )


def test_every_public_name_is_documented():
    assert not [n for n, thing in public().items() if not inspect.getdoc(thing)]


def test_every_public_name_has_an_example():
    assert not [
        n
        for n, thing in public().items()
        if not is_named(thing) and not EXAMPLE.search(inspect.getdoc(thing) or "")
    ]


def test_completion_knows_the_public_names():
    assert set(tallystick.__all__) <= set(dir(tallystick))
