"""What `resolve` returns: the columns as they will be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tallystick.errors import MissingColumnError, did_you_mean
from tallystick.spec import vocabulary as words

INSTRUMENTS = ("feature", "score", "segment", "label")


@dataclass(frozen=True, slots=True)
class ResolvedColumn:
    """One column as it will be read.

    Attributes:
        name: The instrument's name.
        source_names: Names it may have in the data, its own first.
        kind: "numeric" or "categorical".
        role: "feature", "score", "segment", "label", or, for what is read but not measured, "time",
            "id", "unit", "version".
        binning: "quantile", "log_linear", "uniform" or the edges themselves for numeric
            instruments; "vocabulary" for categorical ones; "none" for what is not measured.
        range: Valid values as declared; for uniform cells where they lie.
        bins: Number of uniform cells, else None.
        max_categories: Largest vocabulary, else None.
        categories: The declared vocabulary in canonical text, else None.
        tolerances: Tolerance by name, for those the kind has.
        decide: The deciding metric.
        page: Whether the deciding metric pages.
        page_metrics: Every metric of this column that pages.
        reason: Why it is read so, for people.
    """

    name: str
    source_names: tuple[str, ...]
    kind: str
    role: str
    binning: str | tuple[int | float, ...]
    range: tuple[int | float, ...] | None
    bins: int | None
    max_categories: int | None
    categories: tuple[str, ...] | None
    tolerances: Mapping[str, float | None] = field(hash=False)
    decide: str
    page: bool
    page_metrics: tuple[str, ...]
    reason: str

    @property
    def is_instrument(self) -> bool:
        """Whether it is measured."""
        return self.role in INSTRUMENTS and self.binning != "none"

    def tolerance(self, metric: str) -> float | None:
        """The tolerance that a metric is judged against, None when it only informs."""
        return self.tolerances.get(words.TOLERANCE_OF.get(metric, ""))


@dataclass(frozen=True, slots=True)
class Resolved:
    """All columns of some data under a spec.

    Attributes:
        columns: What is read, in the data's order; the absent ones follow.
        time: Name of the time column, None when none is declared.
        id: Name of the column that names the rows, None when none is declared.
        unit: Name of the column with the randomised unit, None when none is declared.
        version: Name of the column with the model's version, None when it is a literal.
        segments: Names of the segment columns, in the spec's order.
        ignored: Columns of the data that are not read, because the spec says so.
        absent: Declared columns of the log that this data lacks.
    """

    columns: tuple[ResolvedColumn, ...]
    time: str | None
    id: str | None
    unit: str | None
    version: str | None
    segments: tuple[str, ...]
    ignored: tuple[str, ...]
    absent: tuple[str, ...]

    @property
    def instruments(self) -> tuple[ResolvedColumn, ...]:
        """The columns that are measured."""
        return tuple(one for one in self.columns if one.is_instrument)

    def column(self, name: str) -> ResolvedColumn:
        """Returns a column by its name.

        Raises:
            MissingColumnError: There is no such column.
        """
        for one in self.columns:
            if one.name == name:
                return one
        names = [one.name for one in self.columns]
        raise MissingColumnError(
            f"{name}: no such column", hint=did_you_mean(name, names), columns=[name]
        )
