"""From data to a profile: resolve, sample, plan, count."""

from __future__ import annotations

import datetime as dt
import fnmatch
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from tallystick import _core
from tallystick.errors import MissingColumnError, ParameterError, did_you_mean
from tallystick.profiling.labels import Labels, with_labels
from tallystick.profiling.plan import Plan, alias_table, learn, renamed, sound_rows
from tallystick.profiling.profiles import Origin, Profile
from tallystick.profiling.windows import instant, window_seconds
from tallystick.reading import MEMORY_BUDGET_BYTES, Progress, Source, open_source, run
from tallystick.spec import Spec, load_spec

Instant = str | dt.date | dt.datetime | None


def profile(
    data: Any,
    *,
    spec: Any = None,
    plan: Plan | None = None,
    window: str | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
    memory_budget_bytes: int = MEMORY_BUDGET_BYTES,
    as_of: Instant = None,
    labels: Any = None,
    on: str | None = None,
    labelled_at: str | None = None,
) -> Profile:
    """Counts data under a plan, or under one learned from a sample of it.

    Args:
        data: A path, glob or folder of Parquet, CSV or Arrow files; an Arrow table, batch or
            stream; a polars, pandas or duckdb object; a mapping of columns; rows as dicts.
        spec: What to measure: path, TOML text, mapping or `Spec`. None infers it from types.
        plan: How to count, usually `baseline.plan`; None learns it from this data.
        window: Length of the windows to keep apart, such as "1d"; needs `log.time` in the spec.
        threads: Reading threads; default one per core within the memory budget.
        progress: Told about rows as they are counted.
        memory_budget_bytes: Bound for what readers hold at a time.
        as_of: When labels were last looked up, a date, datetime (UTC if naive) or ISO text; with
            `label.mature_after` in the spec, those of younger rows are not final and are not
            used. Default now.
        labels: What really happened, where it lies apart from the predictions: anything that
            `data` may be. One label an id counts, the latest; see `profile.origin.labels`.
        on: Column of both that names the prediction; default `log.id` of the spec.
        labelled_at: Column of the labels that tells when each came.

    Returns:
        The profile. Its bytes depend on the rows and the plan alone.

    Raises:
        InputError: The data cannot be read, or a column's type cannot be counted.
        SpecError: The spec is wrong, or does not fit the data.
        ParameterError: A parameter is out of its domain.

    Missing data: null, NaN and infinities are counted apart; a column that a file lacks is
        counted as absent; one of another type as mistyped. None of them is an error.
    Cost: one pass, about 1.5 ns per number and thread (2.5 with scattered nulls), plus decoding.
    Source: this library's DESIGN, "Profile state".

    Example:
        >>> import tallystick as ts
        >>> counted = ts.profile({"age": [31, 42, None], "plan": ["pro", "free", "pro"]})
        >>> counted.rows, counted["plan"]["most_frequent"]
        (3, [('pro', 2), ('free', 1)])
    """
    seconds = None if window is None else window_seconds(window)
    declared = None if spec is None else load_spec(spec)
    apart = None if labels is None else Labels(labels, on, labelled_at)
    reading = _Reading(threads, progress, memory_budget_bytes, as_of)
    return _profile(data, declared, plan, reading, seconds, apart, window_required=True)


def profile_like(
    reference: Profile,
    data: Any,
    *,
    spec: Spec | None,
    threads: int | None = None,
    progress: Progress | None = None,
    memory_budget_bytes: int = MEMORY_BUDGET_BYTES,
    as_of: Instant = None,
) -> Profile:
    """Counts data under the plan of `reference`, by windows of its length where that can be."""
    lengths = {end - start for start, end in reference.window_seconds}
    seconds = lengths.pop() if len(lengths) == 1 else None
    reading = _Reading(threads, progress, memory_budget_bytes, as_of)
    return _profile(data, spec, reference.plan, reading, seconds, None, window_required=False)


@dataclass(frozen=True, slots=True)
class _Reading:
    """How a source is read."""

    threads: int | None
    progress: Progress | None
    memory_budget_bytes: int
    as_of: Instant

    def immature_from(self, spec: Spec | None) -> int | None:
        """The second from which on labels are not final; None when all are."""
        if spec is None or spec.label is None or spec.label.mature_after is None:
            return None
        now = dt.datetime.now(dt.UTC) if self.as_of is None else self.as_of
        # A row is mature once its whole delay has passed.
        return instant(now) - window_seconds(spec.label.mature_after) + 1


def _profile(
    data: Any,
    declared: Spec | None,
    plan: Plan | None,
    reading: _Reading,
    seconds: int | None,
    labels: Labels | None,
    *,
    window_required: bool,
) -> Profile:
    started = time.perf_counter()
    joined = with_labels(
        open_source(data),
        labels,
        declared or (plan._spec if plan else None),
        as_of=reading.as_of,
        progress=reading.progress,
        memory_budget_bytes=reading.memory_budget_bytes,
    )
    with joined as (source, report):
        counted = _counted(source, declared, plan, reading, seconds, window_required)
    seconds_taken = time.perf_counter() - started
    counted.origin = replace(counted.origin, seconds=seconds_taken, labels=report)
    return counted


def _counted(
    source: Source,
    declared: Spec | None,
    plan: Plan | None,
    reading: _Reading,
    seconds: int | None,
    window_required: bool,
) -> Profile:
    learned = plan is None
    if plan is None:
        plan, resolved = learn(source, declared, threads=reading.threads)
        aliases = alias_table(resolved.instruments)
        ignored = list(resolved.ignored)
        reasons = {one.name: one.reason for one in resolved.instruments}
    else:
        declared = declared or plan._spec
        aliases, ignored, reasons = _declared_aliases(declared), _ignored(declared, source), {}
        _require_overlap(plan, source, aliases)
    if seconds is not None and window_required:
        _require_time(plan, source)
    if plan.time not in source.schema.names:
        seconds = None
    counting = _Counting(source, aliases, seconds, reading, reading.immature_from(declared))
    core = counting.under(plan)
    if learned and source.rereadable and Profile(core).coarse:
        # The sample missed where the rows are: a wider one, and count again.
        plan = learn(source, declared, wide=True, threads=reading.threads)[0]
        core = counting.under(plan)
    origin = Origin(
        description=source.description,
        files=source.files,
        new_columns=_new_columns(plan, source, aliases, declared, ignored),
        ignored=tuple(ignored),
        differences=source.schema_differences,
        reasons=reasons,
    )
    return Profile(core, spec=declared, origin=origin)


class _Counting:
    """One reading of a source."""

    def __init__(
        self,
        source: Source,
        aliases: Mapping[str, str],
        seconds: int | None,
        reading: _Reading,
        immature_from: int | None,
    ) -> None:
        self.source = source
        self.aliases = aliases
        self.seconds = seconds
        self.immature_from = immature_from
        self.reading = reading

    def under(self, plan: Plan) -> _core.Profile:
        """Counts every row into one profile per thread and adds them up."""
        names = {column["name"] for column in plan.columns} | {plan.time}
        wanted = [n for n in self.source.schema.names if self.aliases.get(n, n) in names]
        counted = run(
            self.source.select(wanted),
            lambda: _Worker(plan, self),
            self.reading.threads,
            self.reading.progress,
            memory_budget_bytes=self.reading.memory_budget_bytes,
        )
        total = counted[0].core
        for worker in counted[1:]:
            total.merge(worker.core)
        return total


class _Worker:
    """One thread's own profile."""

    def __init__(self, plan: Plan, counting: _Counting) -> None:
        self.core = _core.Profile(plan._core)
        self._counting = counting

    def count(self, batch: Any) -> None:
        of = self._counting
        with sound_rows(of.source.description):
            self.core.count(renamed(batch, of.aliases), of.seconds, of.immature_from)


def _declared_aliases(spec: Spec | None) -> dict[str, str]:
    if spec is None:
        return {}
    return {alias: name for name, column in spec.columns.items() for alias in column.also_named}


def _ignored(spec: Spec | None, source: Source) -> list[str]:
    if spec is None:
        return []
    declared = {name for name, column in spec.columns.items() if column.role == "ignore"}
    return [
        name
        for name in source.schema.names
        if name in declared or any(fnmatch.fnmatchcase(name, p) for p in spec.log.ignore)
    ]


def _require_overlap(plan: Plan, source: Source, aliases: Mapping[str, str]) -> None:
    known = {column["name"] for column in plan.columns}
    present = {aliases.get(name, name) for name in source.schema.names}
    if not known & present:
        raise MissingColumnError(
            f"expected columns of the plan, got none of its {len(known)} in {source.description}",
            hint="is this the right data? `tallystick show BASELINE` lists the plan's columns",
            columns=sorted(known),
        )


def _require_time(plan: Plan, source: Source) -> None:
    if plan.time is None:
        raise ParameterError(
            "window: expected a spec that names the time column, got none",
            hint='add log = { time = "..." } to the spec of the baseline',
            name="window",
        )
    if plan.time not in source.schema.names:
        raise MissingColumnError(
            f"window: the time column {plan.time} is not in {source.description}",
            hint=did_you_mean(plan.time, source.schema.names),
            columns=[plan.time],
        )


def _new_columns(
    plan: Plan, source: Source, aliases: Mapping[str, str], spec: Spec | None, ignored: Any
) -> tuple[str, ...]:
    """Columns of the data that nothing was said about and nothing counts."""
    known = {column["name"] for column in plan.columns} | {plan.time} | set(ignored)
    if spec is not None:
        known |= {spec.log.id, spec.log.unit, spec.log.time, spec.model.version}
    return tuple(name for name in source.schema.names if aliases.get(name, name) not in known)
