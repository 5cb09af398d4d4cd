"""From two profiles to a comparison."""

from __future__ import annotations

from typing import Any

from tallystick import _core
from tallystick.comparison.comparison import Comparison
from tallystick.errors import ColumnTypeError, MissingColumnError, ParameterError
from tallystick.profiling import Plan, Profile, profile, profile_like
from tallystick.spec import ResolvedColumn, Spec, load_spec, resolve
from tallystick.spec.vocabulary import (
    DEFAULT_FALSE_ALARM_RATE,
    DEFAULT_TOLERANCES,
    GAP_INTERVALS,
    OUTCOME_TOLERANCES,
)

DEFAULT_GROUPS, MIN_GROUPS, MAX_GROUPS = 10, 2, 1000


def compare(
    *,
    reference: Any,
    current: Any,
    spec: Any = None,
    false_alarm_rate: float | None = None,
    groups: int = DEFAULT_GROUPS,
    **reading: Any,
) -> Comparison:
    """Says what changed from `reference` to `current`, how surely, and whether it matters.

    Each deciding metric is tested against "the effect is within tolerance"; all of them are
    then judged together, so that the chance of any alert at all, when every effect is within
    its tolerance, is at most `false_alarm_rate`.

    Args:
        reference: A profile with the usual rows, or data as `ts.profile` accepts it.
        current: A profile under the same plan, or data that is counted under it, by windows
            as long as the reference's where it has a time.
        spec: Tolerances and names: path, TOML text, mapping or `Spec`. Default: the spec that
            the reference was profiled with in this process, if any.
        false_alarm_rate: In (0, 0.5); default from the spec's `alerts.false_pages`, else 0.01.
        groups: Groups of cells that divergences work on, from 2 to 1,000; above 10 the
            reference's windows are not used.
        **reading: Passed to `ts.profile` when a side is data.

    Returns:
        The comparison: `status`, `alerts`, `report["age"]["psi"]`, tables.

    Raises:
        ParameterError: A parameter is out of its domain.
        InputError: A side is data that cannot be read.

    Missing data: null, NaN and an absent column are one cell of every divergence, and
        `missing_share`. What cannot be judged is "undetermined" with a reason, never ok.
    Cost: about 20 microseconds per column, segment and window.
    Source: docs/decisions/0003-over-dispersion.md; Benjamini and Hochberg 1995.

    Example:
        >>> import tallystick as ts
        >>> a = {"plan": ["pro", "free"] * 5000}
        >>> b = {"plan": ["pro", "pro", "free", None] * 2500}
        >>> report = ts.compare(reference=a, current=b)
        >>> report.status, report["plan"]["missing_share"].value
        ('alert', 0.25)
    """
    declared = None if spec is None else load_spec(spec)
    if not isinstance(reference, Profile):
        reference = profile(reference, spec=declared, **reading)
    if not isinstance(current, Profile):
        unwindowed = {name: value for name, value in reading.items() if name != "window"}
        current = profile_like(reference, current, spec=declared, **unwindowed)
    if declared is None:
        declared = reference._spec
    if false_alarm_rate is None:
        false_alarm_rate = (
            declared.alerts.false_alarm_rate if declared else DEFAULT_FALSE_ALARM_RATE
        )
    if not MIN_GROUPS <= groups <= MAX_GROUPS:
        raise ParameterError("groups: expected a whole number from 2 to 1000", name="groups")
    tables = _core.compare(
        reference._core,
        current._core,
        false_alarm_rate=false_alarm_rate,
        groups=groups,
        instruments=[
            _settings(column, declared) for column in _instruments(declared, reference.plan)
        ],
        new_columns=list(current.origin.new_columns),
        minimum_coverage=declared.label.minimum_coverage if declared and declared.label else None,
        model=declared.model.name if declared else None,
        model_version=declared.model.version if declared else None,
        spec_id=declared.spec_id if declared else None,
    )
    return Comparison(reference, current, declared, tables)


def _instruments(spec: Spec | None, plan: Plan) -> tuple[ResolvedColumn, ...]:
    """The plan's columns with the tolerances of the spec."""
    if spec is None:
        return ()
    try:
        return resolve(spec, _schema(plan)).instruments
    except (MissingColumnError, ColumnTypeError) as error:
        raise ParameterError(
            f"spec: expected one that fits the reference's plan: {error.message}",
            hint=error.hint,
            name="spec",
        ) from error


def _schema(plan: Plan) -> Any:
    import pyarrow as pa  # type: ignore[import-untyped]

    types = {"float": pa.float64(), "integer": pa.int64(), "temporal": pa.timestamp("us")}
    fields = [
        (c["name"], pa.string() if c["kind"] == "categorical" else types[c["domain"]])
        for c in plan.columns
    ]
    if plan.time is not None and plan.time not in dict(fields):
        fields.append((plan.time, pa.timestamp("us")))
    return pa.schema(fields)


def _settings(column: ResolvedColumn, spec: Spec | None) -> dict[str, Any]:
    score = spec.score if spec is not None and column.role == "score" else None
    costs = score.costs if score is not None else None
    return {
        "name": column.name,
        "decide": column.decide,
        **DEFAULT_TOLERANCES,
        **OUTCOME_TOLERANCES,
        **column.tolerances,
        "costs": None if costs is None else costs.in_order(),
        "gap_interval": GAP_INTERVALS[0] if score is None else score.gap_interval,
        "page": list(column.page_metrics),
    }
