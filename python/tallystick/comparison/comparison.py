"""The result of laying two profiles side by side."""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tallystick import _core
from tallystick.comparison.measurement import Measurement, measurements_of
from tallystick.errors import MissingColumnError, ParameterError, did_you_mean
from tallystick.profiling import Profile
from tallystick.spec import Spec

# Pictures of a comparison, by method name; resolved on use so that no import points upward.
_RENDERINGS = {
    "_repr_html_": "tallystick.rendering.html:to_notebook",
    "to_altair": "tallystick.rendering.charts:to_altair",
    "to_html": "tallystick.rendering.html:to_html",
    "to_junit": "tallystick.exporting.junit:to_junit",
    "to_markdown": "tallystick.exporting.markdown:to_markdown",
    "to_prometheus": "tallystick.exporting.prometheus:text",
    "to_short_text": "tallystick.rendering.terminal:to_short_text",
    "to_text": "tallystick.rendering.terminal:to_text",
    "write": "tallystick.exporting.files:write",
}


class Instrument:
    """The measurements of one instrument in one segment, by metric."""

    __slots__ = ("_rows", "name", "segment")

    def __init__(self, name: str, segment: str, rows: Sequence[Measurement]) -> None:
        self.name = name
        self.segment = segment
        self._rows = {row.metric: row for row in rows}

    def __getitem__(self, metric: str) -> Measurement:
        try:
            return self._rows[metric]
        except KeyError:
            raise ParameterError(
                f"metric: expected one measured for {self.name}, got {metric}",
                hint=did_you_mean(metric, list(self._rows)),
                name="metric",
            ) from None

    def __iter__(self) -> Iterator[Measurement]:
        return iter(self._rows.values())

    def __contains__(self, metric: str) -> bool:
        return metric in self._rows

    def __repr__(self) -> str:
        return f"Instrument({self.name}, {self.segment}: {', '.join(self._rows)})"


class Comparison:
    """What changed, how surely, and whether it matters.

    Attributes:
        reference, current: The profiles.
        spec: What was declared, if anything.
        measurements: Every row, in the order of the columns.

    Example:
        >>> import tallystick as ts
        >>> a = ts.profile({"age": list(range(1000))})
        >>> report = ts.compare(reference=a, current=a)
        >>> report.status, report["age"]["psi"].value
        ('ok', 0.0)
    """

    def __init__(
        self,
        reference: Profile,
        current: Profile,
        spec: Spec | None,
        tables: tuple[Any, Any],
        settings: Mapping[str, Any],
    ) -> None:
        self.reference = reference
        self.current = current
        self.spec = spec
        self._tables = tables
        self._settings = settings
        self.measurements = measurements_of(tables[0])

    @property
    def status(self) -> str:
        """The roll-up over deciding measurements: alert over undetermined over ok."""
        return str(_resolve("tallystick.judging:roll_up")(self.measurements))

    @property
    def false_alarm_rate(self) -> float:
        """Chance of any alert while every effect is within its tolerance."""
        return float(self._settings["false_alarm_rate"])

    @property
    def alerts(self) -> list[Measurement]:
        """Deciding measurements beyond tolerance, pages first, largest effect first."""
        return list(_resolve("tallystick.judging:alerts")(self.measurements))

    @property
    def undetermined(self) -> list[Measurement]:
        """Deciding measurements that could not be judged."""
        return [row for row in self.measurements if row.decides and row.status == "undetermined"]

    @property
    def instruments(self) -> list[str]:
        """Names of the instruments."""
        return list(dict.fromkeys(row.instrument for row in self.measurements))

    def __getitem__(self, instrument: str | tuple[str, str]) -> Instrument:
        """The measurements of an instrument: `report["age"]` or `report["age", "country=DE"]`."""
        name, segment = instrument if isinstance(instrument, tuple) else (instrument, "all")
        rows = [m for m in self.measurements if m.instrument == name and m.segment == segment]
        if not rows:
            raise MissingColumnError(
                f"no instrument {name} in segment {segment}",
                hint=did_you_mean(name, self.instruments),
                columns=[name],
            )
        return Instrument(name, segment, rows)

    def to_arrow(self) -> Any:
        """The measurements as a `pyarrow.RecordBatch`; its schema is in docs/measurements.md."""
        return self._tables[0]

    def curves(self) -> Any:
        """What is drawn, as a `pyarrow.RecordBatch`; its schema is in docs/measurements.md."""
        return self._tables[1]

    def by_window(self) -> Any:
        """The measurements of each window of the current rows, as a `pyarrow.RecordBatch`.

        Each window is held against the whole reference, over all rows, and judged as a report
        of its own: the false-alarm rate is that of one window, not of all of them. Rows have
        their `window_start` and `window_end`; there are none when the current profile was made
        without `window=`.

        Cost: that of one comparison without segments for each window.

        Example:
            >>> import tallystick as ts
            >>> import numpy as np
            >>> days = np.repeat(np.array(["2026-11-23", "2026-11-24"], "M8[s]"), 500)
            >>> rows = {"at": days, "age": list(range(1000))}
            >>> spec = {"schema": 1, "log": {"time": "at"}}
            >>> report = ts.compare(reference=rows, current=rows, spec=spec, window="1d")
            >>> len(set(report.by_window()["window_start"].to_pylist()))
            2
        """
        return _core.compare(
            self.reference._core, self.current._core, by_window=True, **self._settings
        )[0]

    def to_dict(self) -> dict[str, Any]:
        """Status, sources and measurements as JSON-like values."""
        return {
            "status": self.status,
            "reference": _side(self.reference),
            "current": _side(self.current),
            "measurements": [row.to_dict() for row in self.measurements],
        }

    def to_json(self, *, indent: int | None = 2) -> str:
        """The same as JSON text; numbers that are not finite become null."""
        return json.dumps(_finite(self.to_dict()), indent=indent, allow_nan=False)

    def __getattr__(self, name: str) -> Any:
        if name in _RENDERINGS:
            function = _resolve(_RENDERINGS[name])
            return lambda *args, **kwargs: function(self, *args, **kwargs)
        raise AttributeError(f"{type(self).__name__!r} has no attribute {name!r}")

    def __repr__(self) -> str:
        return str(_resolve(_RENDERINGS["to_text"])(self))


def _resolve(path: str) -> Any:
    module, name = path.split(":")
    return getattr(importlib.import_module(module), name)


def _side(profile: Profile) -> dict[str, Any]:
    return {
        "rows": profile.rows,
        "source": profile.origin.description,
        "windows": profile.windows,
        "plan_id": profile.plan.plan_id,
    }


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_finite(item) for item in value]
    if isinstance(value, float) and value - value != 0.0:
        return None
    return value
