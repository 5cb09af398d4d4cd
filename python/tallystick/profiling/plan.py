"""The plan: one frozen binning or vocabulary for each column."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from tallystick import _core
from tallystick.errors import InputError, ParameterError
from tallystick.profiling.files import read_state, write_state
from tallystick.profiling.label_kind import holds_classes, of_classes
from tallystick.reading import Source, open_source, processors
from tallystick.reading.source import SAMPLE_BYTES, SAMPLE_ROWS
from tallystick.spec import Resolved, ResolvedColumn, Spec, load_spec, resolve

# A score without declared cells gets those that every classical calibration binning is a union
# of; see the core's binning module.
_SCORE_BINS = 1200

# The second sample, when the first left cells too coarse: other places, and more of them.
_WIDE = {"max_rows": 4 * SAMPLE_ROWS, "max_bytes": 4 * SAMPLE_BYTES, "max_groups": 256, "seed": 1}


class Plan:
    """How every column is counted; immutable and named by its content.

    Profiles can be added when their plans are one, and compared column by column where the
    binnings are. Make one with `ts.profile(...)`, which keeps it as `profile.plan`, or learn it
    alone with `Plan.fit`.

    Attributes:
        plan_id: Hex digits of BLAKE3 over names, roles and binnings. Tolerances, owners and
            paths are not part of it.

    Example:
        >>> import tallystick as ts
        >>> plan = ts.Plan.fit({"age": [31, 42, 53], "plan": ["pro", "free", "pro"]})
        >>> [(c["name"], c["kind"]) for c in plan.columns]
        [('age', 'numeric'), ('plan', 'categorical')]
        >>> ts.Plan.from_bytes(plan.to_bytes()) == plan
        True
    """

    __slots__ = ("_core", "_spec")

    def __init__(self, core: _core.Plan, spec: Spec | None = None) -> None:
        self._core = core
        self._spec = spec

    @classmethod
    def fit(cls, data: Any, *, spec: Any = None) -> Plan:
        """Learns a plan from a deterministic sample of `data`.

        Args:
            data: Anything `ts.profile` accepts.
            spec: Path, TOML text, mapping or `Spec`; None infers every column from its type.

        Raises:
            SpecError: The spec is wrong, or does not fit the data.
            InputError: The data cannot be read, or a column's type cannot be counted.

        Missing data: nulls and NaN are counted apart and do not shape the cells.
        Cost: reads at most 262,144 rows or 64 MiB from at most 32 places of the data.
        Source: this library's DESIGN, "Binning".
        """
        declared = None if spec is None else load_spec(spec)
        return learn(open_source(data), declared)[0]

    def extend(self, data: Any, *, columns: Sequence[str], spec: Any = None) -> Plan:
        """Adds columns learned from `data`; those the plan has keep their identities.

        Example:
            >>> import tallystick as ts
            >>> plan = ts.Plan.fit({"age": [31, 42]})
            >>> wider = plan.extend({"fare": [1.5, 2.5]}, columns=["fare"])
            >>> [c["name"] for c in wider.columns], wider.differences(plan)
            (['age', 'fare'], ['fare'])
        """
        declared = None if spec is None else load_spec(spec)
        source = open_source(data, columns=list(columns))
        resolved = resolve(declared, source.schema)
        requests = [request(column) for column in resolved.instruments]
        batches = sample(source, resolved)
        with sound_rows(source.description):
            core = self._core.extend(requests, batches, processors(None))
        return Plan(core, declared or self._spec)

    @property
    def plan_id(self) -> str:
        """See the class."""
        return self._core.plan_id

    @property
    def time(self) -> str | None:
        """Name of the column that tells when a row happened."""
        return self._core.time

    @property
    def columns(self) -> list[dict[str, Any]]:
        """Name, role, kind, `binning_id` and cells of every column, by name."""
        return self._core.columns()

    @property
    def outcomes(self) -> list[dict[str, Any]]:
        """Score, label and kind of every score that is measured by labels.

        The kind is "class", with the positive label and the thresholds; "number", where they are
        declared with the columns that foretell quantiles, each with its share; or "classes" under
        the name of the label, with each class and the column of its scores.
        """
        return self._core.outcomes()

    @property
    def share(self) -> float | None:
        """Share of all rows that was kept, chosen by a `Recorder`; None when all were."""
        return self._core.share

    def differences(self, other: Plan) -> list[str]:
        """Names of the columns that the two plans count differently, or only one counts."""
        return self._core.differences(other._core)

    def to_bytes(self) -> bytes:
        """The plan in the `.tally` format."""
        return self._core.to_bytes()

    @classmethod
    def from_bytes(cls, data: bytes) -> Plan:
        """The plan in `data`; of a profile's bytes its plan.

        Raises:
            CorruptStateError: The bytes are damaged.
            StateVersionError: They were written by a later release.
        """
        return cls(_core.Plan.from_bytes(data))

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Writes the plan to a file, whole or not at all."""
        return write_state(path, self.to_bytes())

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Plan:
        """Reads the plan of a `.tally` file."""
        return cls.from_bytes(read_state(path))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Plan) and self.plan_id == other.plan_id

    def __hash__(self) -> int:
        return hash(self.plan_id)

    def __reduce__(self) -> tuple[Any, ...]:
        return Plan.from_bytes, (self.to_bytes(),)

    def __repr__(self) -> str:
        return f"Plan({self.plan_id[:7]}, {len(self.columns)} columns)"


def learn(
    source: Source, spec: Spec | None, *, wide: bool = False, threads: int | None = None
) -> tuple[Plan, Resolved]:
    """Learns a plan from a source's sample, or from one of four times as many rows."""
    resolved = resolve(spec, source.schema)
    if not resolved.instruments:
        raise ParameterError("data: expected at least one column to count, got none")
    batches = sample(source, resolved, _WIDE if wide else {})
    if spec is not None and holds_classes(spec, resolved, batches):
        resolved = resolve(of_classes(spec), source.schema)
    requests = [request(column) for column in resolved.instruments]
    with sound_rows(source.description):
        core = _core.Plan.fit(
            requests,
            outcomes(spec, resolved),
            batches,
            resolved.time,
            rates(spec),
            processors(threads),
        )
    del batches
    _release()
    return Plan(core, spec), resolved


@contextlib.contextmanager
def sound_rows(description: str) -> Iterator[None]:
    """Tells of rows that no Arrow array may hold, such as text that is not UTF-8.

    Readers do not look into values: damage within a Parquet page is found where rows are used.
    """
    try:
        yield
    except Exception as error:
        # The core's own refusals of a column or a parameter are classes below InputError; by
        # name, as importing this module must not load pyarrow.
        if type(error).__name__ not in {"ArrowException", "ArrowInvalid", "InputError"}:
            raise
        # Arrow's own message may quote a value of the data: it is not passed on.
        raise InputError(
            f"{description}: cannot be read: damaged values",
            hint="restore the file from a copy, or write it again",
            path=description,
        ) from None


def request(column: ResolvedColumn) -> dict[str, Any]:
    """A resolved column in the words of the core."""
    explicit = None if isinstance(column.binning, str) else list(column.binning)
    binning = column.binning if isinstance(column.binning, str) else None
    as_score = column.role == "score" and binning == "uniform" and column.range in (None, (0, 1))
    if as_score and column.bins in (None, _SCORE_BINS):
        binning = "score"
    return {
        "name": column.name,
        "role": column.role,
        "kind": column.kind,
        "binning": binning,
        "edges": explicit,
        "range": None if column.range is None else tuple(column.range),
        "bins": column.bins,
        "categories": None if column.categories is None else list(column.categories),
        "max_categories": column.max_categories,
    }


def outcomes(spec: Spec | None, resolved: Resolved) -> list[dict[str, Any]]:
    """The score with its label, in the words of the core; nothing where the data has no label.

    Of several classes each one is an outcome, and the class that is scored highest is another.
    """
    if spec is None or spec.score is None or spec.label is None:
        return []
    counted = {column.name: column.kind for column in resolved.instruments}
    label, several = spec.label.column, spec.score.columns or {}
    if not {*spec.score.all_columns, label} <= set(counted):
        return []
    common = {
        "label": label,
        "classes": [],
        "thresholds": list(spec.score.threshold or ()),
        "quantiles": list((spec.label.quantiles or {}).items()),
    }
    if spec.score.column is not None:
        kind = "number" if counted[label] == "numeric" else "class"
        positive = spec.label.positive
        return [common | {"score": spec.score.column, "kind": kind, "positive": positive}]
    single = [
        common | {"score": column, "kind": "class", "positive": category}
        for category, column in several.items()
    ]
    top = {"score": label, "kind": "classes", "positive": None, "classes": list(several.items())}
    return [*single, common | top]


def rates(spec: Spec | None) -> tuple[str, list[tuple[str, float]]] | None:
    """The strata of a sampled log with the share of their rows that was kept."""
    if spec is None or spec.sampling is None:
        return None
    return spec.sampling.column, list(spec.sampling.rates.items())


def sample(source: Source, resolved: Resolved, size: Mapping[str, int] | None = None) -> list[Any]:
    """The sample under the instruments' own names."""
    aliases = alias_table(resolved.instruments)
    chosen = source.select([name for one in resolved.instruments for name in one.source_names])
    # Without rows there are still types to learn from.
    batches = chosen.sample(**(size or {})) or [_no_rows(chosen.schema)]
    return [renamed(batch, aliases) for batch in batches]


def alias_table(columns: Sequence[ResolvedColumn]) -> dict[str, str]:
    """Name in the data to name of the instrument, where they differ."""
    return {alias: one.name for one in columns for alias in one.source_names if alias != one.name}


def renamed(batch: Any, aliases: Mapping[str, str]) -> Any:
    """The batch with its columns under the instruments' names."""
    names = batch.schema.names
    if not any(name in aliases for name in names):
        return batch
    return batch.rename_columns([aliases.get(name, name) for name in names])


def _release() -> None:
    """Hands the sample's memory back: counting needs its own, and the pool would keep both."""
    import pyarrow as pa  # type: ignore[import-untyped]

    pa.default_memory_pool().release_unused()


def _no_rows(schema: Any) -> Any:
    import pyarrow as pa

    return pa.RecordBatch.from_pylist([], schema=schema)
