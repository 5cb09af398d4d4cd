"""Every exception that tallystick raises on purpose, in one tree and one table.

Exceptions are for the caller's mistakes. The condition of the data is a status in the result,
never an exception. A message says what was expected and what came, with the nearest valid
choice as the hint; names of columns and keys may appear in it, values of the data never do.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Self

__all__ = [
    "ERRORS",
    "ColumnTypeError",
    "CorruptStateError",
    "ExportError",
    "InputError",
    "InternalError",
    "MergeError",
    "MissingColumnError",
    "MissingDependencyError",
    "ParameterError",
    "Problem",
    "SpecError",
    "SpecVersionError",
    "StateError",
    "StateVersionError",
    "StoreError",
    "TallystickError",
    "did_you_mean",
    "nearest",
]


class TallystickError(Exception):
    """Root of the tree; catching it catches everything that tallystick raises on purpose.

    Args:
        message: What was expected and what came, in one or more lines.
        hint: What to do about it, when that is known.
        **context: The facts behind the message, for programs; JSON-like values only.

    Attributes:
        code: Snake-case name of the class, stable over releases; the key in `ERRORS`.
        message: The message without the hint.
        hint: See above.
        context: See above.

    Example:
        >>> error = ParameterError("bins: expected an integer above 0", hint="try 10", name="bins")
        >>> error.code, error.context
        ('parameter', {'name': 'bins'})
        >>> print(error)
        bins: expected an integer above 0
          hint: try 10
    """

    code: ClassVar[str] = "tallystick"

    def __init__(self, message: str, /, *, hint: str | None = None, **context: Any) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.context = context

    def __str__(self) -> str:
        # Spelled out because KeyError would show the repr of the message.
        return self.message if self.hint is None else f"{self.message}\n  hint: {self.hint}"

    def __reduce__(self) -> tuple[Any, ...]:
        # Errors cross process borders (multiprocessing, Spark); the default would lose keywords.
        return _rebuild, (type(self), self.message, self.hint, self.context)


def _rebuild(
    kind: type[TallystickError], message: str, hint: str | None, context: dict[str, Any]
) -> TallystickError:
    return kind(message, hint=hint, **context)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a spec.

    Attributes:
        key: Path of the key as TOML writes it, such as `columns.income_eur.range`.
        expected: What would be right there.
        got: What came, as a type or a description; never the value.
        hint: The nearest valid choice or the next step, when known.
        reserved: Whether a later version of the spec will know this key.
    """

    key: str
    expected: str
    got: str
    hint: str | None = None
    reserved: bool = False


class SpecError(TallystickError, ValueError):
    """A spec that cannot be used; lists every problem at once."""

    code = "spec"

    @classmethod
    def of(cls, where: str, problems: Iterable[Problem]) -> Self:
        """Builds the error from the problems found in `where` (a path or a description)."""
        found = tuple(problems)
        plain = [one for one in found if not one.reserved]
        later = [one for one in found if one.reserved]
        count = "1 problem" if len(found) == 1 else f"{len(found)} problems"
        lines = [f"{where}: {count}"]
        for one in plain:
            lines.append(f"  {one.key}: expected {one.expected}, got {one.got}")
            if one.hint is not None:
                lines.append(f"    hint: {one.hint}")
        if later:
            width = max(len(one.key) for one in later)
            lines.append("  reserved for a later version of the spec, leave out for now:")
            lines += [f"    {one.key:<{width}}  {one.expected}" for one in later]
        return cls("\n".join(lines), problems=[asdict(one) for one in found])

    @property
    def problems(self) -> tuple[Problem, ...]:
        """The problems, in the order of the message."""
        return tuple(Problem(**one) for one in self.context.get("problems", ()))


class SpecVersionError(SpecError):
    """A spec of a later schema than this release reads."""

    code = "spec_version"


class InputError(TallystickError, ValueError):
    """Data or arguments that cannot be read."""

    code = "input"


class MissingColumnError(InputError, KeyError):
    """Columns that were named and do not exist."""

    code = "missing_column"


class ColumnTypeError(InputError, TypeError):
    """Columns of a type that is not supported for what they are used for."""

    code = "column_type"


class ParameterError(InputError):
    """An argument outside of its domain."""

    code = "parameter"


class MergeError(TallystickError, ValueError):
    """Profiles of different plans; `context["columns"]` names the columns that differ."""

    code = "merge"


class StateError(TallystickError, ValueError):
    """Stored state that cannot be used."""

    code = "state"


class CorruptStateError(StateError):
    """Bytes that are no state, or a damaged one."""

    code = "corrupt_state"


class StateVersionError(StateError):
    """An undamaged state of a later format than this release reads."""

    code = "state_version"


class StoreError(TallystickError, RuntimeError):
    """The store could not do what was asked."""

    code = "store"


class ExportError(TallystickError):
    """A result could not be written or sent."""

    code = "export"


class MissingDependencyError(TallystickError, ImportError):
    """An optional package is not installed."""

    code = "missing_dependency"

    @classmethod
    def of(cls, package: str, *, extra: str) -> Self:
        """Names the package and the extra that brings it.

        Example:
            >>> print(MissingDependencyError.of("altair", extra="report"))
            altair is not installed
              hint: pip install 'tallystick[report]'
        """
        hint = f"pip install 'tallystick[{extra}]'"
        return cls(f"{package} is not installed", hint=hint, package=package, extra=extra)


class InternalError(TallystickError, RuntimeError):
    """A bug in tallystick; the hint says how to report it."""

    code = "internal"

    def __init__(self, message: str, /, *, hint: str | None = None, **context: Any) -> None:
        super().__init__(message, hint=hint or _how_to_report(), **context)


def _how_to_report() -> str:
    import platform
    from importlib.metadata import PackageNotFoundError, version

    try:
        release = version("tallystick")
    except PackageNotFoundError:
        release = "(not installed)"
    return (
        "this is a bug in tallystick, not a mistake of yours; please open an issue with this "
        "message and the traceback, without any data: "
        f"tallystick {release}, Python {platform.python_version()}, "
        f"{platform.system()} {platform.machine()}"
    )


_TREE: tuple[type[TallystickError], ...] = (
    TallystickError,
    SpecError,
    SpecVersionError,
    InputError,
    MissingColumnError,
    ColumnTypeError,
    ParameterError,
    MergeError,
    StateError,
    CorruptStateError,
    StateVersionError,
    StoreError,
    ExportError,
    MissingDependencyError,
    InternalError,
)
ERRORS: Mapping[str, type[TallystickError]] = {kind.code: kind for kind in _TREE}
"""Every class by its code."""


def nearest(name: str, choices: Iterable[str]) -> str | None:
    """Returns the choice that `name` was most likely meant to be, or None when none is close.

    Case does not count. Cost: one sequence comparison per choice; meant for error paths.

    Example:
        >>> nearest("incom_eur", ["income_eur", "age"])
        'income_eur'
        >>> nearest("zzz", ["income_eur", "age"]) is None
        True
    """
    import difflib

    by_folded = {choice.casefold(): choice for choice in choices}
    close = difflib.get_close_matches(name.casefold(), by_folded, n=1, cutoff=0.6)
    return by_folded[close[0]] if close else None


def did_you_mean(name: str, choices: Iterable[str]) -> str | None:
    """Returns the hint that offers `nearest(name, choices)`, or None.

    Example:
        >>> did_you_mean("catgorical", ["numeric", "categorical"])
        'did you mean "categorical"?'
    """
    close = nearest(name, choices)
    return None if close is None else f'did you mean "{close}"?'
