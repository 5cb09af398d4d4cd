"""The recorder: what a serving process calls for every prediction."""

from __future__ import annotations

import os
import uuid
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tallystick import _core
from tallystick.errors import ParameterError, StoreError
from tallystick.monitoring.batches import batches_of
from tallystick.monitoring.lifecycle import watch
from tallystick.monitoring.spool import sweep
from tallystick.profiling import Plan, Profile
from tallystick.profiling.windows import window_seconds
from tallystick.spec import Spec


class Recorder(_core.Recorder):
    """Counts predictions as they are served, at about a microsecond each.

    `log` copies a row into a buffer and returns. A thread of the recorder, which never asks for
    the GIL, counts full buffers and, each time `flush_seconds` have passed, appends what is new to
    a file of its own in the spool. Memory is bounded whatever arrives. What cannot be counted, such
    as an unknown key or a text where a number belongs, is counted as that (see `counters`) and
    never raised into the request.

    One recorder serves all threads of a process. After a fork each child has one of its own, empty,
    without anything to be done; at exit the rest is written. A process that is killed loses at most
    what it logged since the last flush.

    Args:
        plan: How to count: `baseline.plan`, or the baseline itself.
        spool: Folder to write to, made if it is not there; see `read_spool`. None keeps all counts
            in memory, for `profile`.
        window: Length of the event-time windows to keep apart, such as "5m"; None keeps none.
        lateness: How late rows may come before their window is closed. Later ones are added to it
            all the same, and counted as late.
        flush_seconds: Time between writes: what a crash may lose. At least 0.01.
        sample: Share of rows to keep, in (0, 1], chosen by the hash of `id`: all processes keep the
            same ones. The plan of the profiles then bears the share.
        strict: Whether to raise ParameterError for what is otherwise counted only; for tests.

    Raises:
        ParameterError: A parameter is out of its domain.
        StoreError: The spool is no folder, or cannot be made.

    Missing data: None is null; a column that is not given is null, a label that is not given
        absent: labels mostly come later.
    Cost: about 1 us for 57 values as a dict, 0.6 us as a tuple, 0.06 us for a single number, and
        somewhat less on the recorder's thread; memory some 10 MiB beside the state of each open
        window (see docs/memory.md).
    Source: this library's docs/guide/serving.md.

    Example:
        >>> import tallystick as ts
        >>> baseline = ts.profile({"age": [31, 42, 53], "plan": ["pro", "free", "pro"]})
        >>> rec = ts.Recorder(baseline.plan)
        >>> rec.log({"age": 41, "plan": "pro"}, id="r-1", latency=0.012)
        >>> rec.row("age", "plan").log((28, "free"))
        >>> rec.observe("tokens").log(212)
        >>> rec.profile().rows, rec.profile(scalar="tokens")["tokens"]["mean"]
        (2, 212.0)
    """

    __slots__ = (
        *("__weakref__", "_aliases", "_columns", "_seconds"),
        *("_share", "_spec", "_spool", "_strict", "_time"),
    )

    _aliases: list[tuple[str, str]]
    _columns: list[dict[str, Any]]
    _seconds: int | None
    _share: float | None
    _spec: Spec | None
    _spool: Path | None
    _strict: bool
    _time: str | None

    def __new__(
        cls,
        plan: Plan | Profile,
        *,
        spool: str | os.PathLike[str] | None = None,
        window: str | None = None,
        lateness: str = "1m",
        flush_seconds: float = 10.0,
        sample: float = 1.0,
        strict: bool = False,
    ) -> Self:
        """Checks the parameters and hands them to the compiled recorder."""
        if not isinstance(plan, Plan | Profile):
            raise ParameterError(
                f"plan: expected a plan or a profile, got {type(plan).__name__}", name="plan"
            )
        spec, plan = plan._spec, plan.plan if isinstance(plan, Profile) else plan
        if not 0.01 <= flush_seconds <= 86_400:
            raise ParameterError("flush_seconds: expected 0.01 to 86400", name="flush_seconds")
        if not 0 < sample <= 1:
            raise ParameterError("sample: expected a share in (0, 1]", name="sample")
        seconds = None if window is None else window_seconds(window)
        self = super().__new__(
            cls,
            plan._core if sample == 1 else plan._core.sampled(sample),
            uuid.uuid4().bytes,
            spool=None if spool is None else _folder(spool),
            window_seconds=seconds,
            lateness_seconds=window_seconds(lateness, name="lateness"),
            flush_seconds=flush_seconds,
            share=None if sample == 1 else sample,
            id_name=None if spec is None else spec.log.id,
            strict=strict,
            aliases=_aliases(spec),
            ignored=_ignored(spec),
        )
        self._spec, self._seconds, self._aliases = spec, seconds, _aliases(spec)
        self._columns, self._time = plan.columns, plan.time
        self._share = None if sample == 1 else sample
        self._spool, self._strict = None if spool is None else Path(spool), strict
        watch(self)
        return self

    def log_batch(
        self,
        data: Any,
        *,
        columns: Sequence[str] | None = None,
        score: Any = None,
        label: Any = None,
        id: Any = None,  # noqa: A002
        time: Any = None,
    ) -> None:
        """Records many predictions at once.

        Args:
            data: An Arrow table or batch, a frame, a mapping of columns, or a matrix of numpy with
                a row for each prediction.
            columns: Names of the columns of a matrix, in its order.
            score: One value for each row, or of several score columns a mapping from their names;
                None where the data has it.
            label: The same.
            id: The same; needed with `sample`.
            time: When the rows happened: seconds since 1970 or a datetime for all, or one for each.
                None takes the plan's time column if the data has it, else the present.

        Raises:
            ParameterError: A matrix without names, or lengths that differ.
            InputError: The data cannot be read.

        Cost: some 0.2 ms a call, then 0.15 us a row of 50 columns: worth it from 250 rows on.

        Example:
            >>> import numpy as np
            >>> import tallystick as ts
            >>> rec = ts.Recorder(ts.profile({"a": [1.0, 2.0], "b": [3.0, 4.0]}))
            >>> rec.log_batch(np.ones((500, 2)), columns=["a", "b"])
            >>> rec.profile().rows
            500
        """
        beside = {"score": score, "label": label}
        for batch, micros in batches_of(self, data, columns, beside, id, time):
            self._count_batch(batch, micros)

    def profile(self, *, scalar: str | None = None) -> Profile:
        """What was counted so far, of a recorder without a spool.

        Args:
            scalar: Name of a number that is observed beside the rows.

        Raises:
            ParameterError: The counts are in the spool: `read_spool` has them.
        """
        counted = self._counted(scalar)
        if counted is None:
            hint = "ts.read_spool(folder).profile"
            raise ParameterError(
                "profile: expected a recorder without a spool", hint=hint, name="spool"
            )
        return Profile(counted, spec=self._spec if scalar is None else None)

    @property
    def counters(self) -> dict[str, Any]:
        """What happened so far: rows logged, late, lost or sampled out; values of wrong types.

        `unknown_names` tells how often each key came that the plan does not know. See
        docs/guide/serving.md for every name.

        Example:
            >>> import tallystick as ts
            >>> rec = ts.Recorder(ts.profile({"age": [31, 42]}))
            >>> rec.log({"age": 41, "aeg": 3})
            >>> rec.counters["rows_logged"], rec.counters["unknown_names"]
            (1, {'aeg': 1})
        """
        totals, unknown = self._totals()
        return {**totals, "unknown_names": unknown}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        where = "in memory" if self._spool is None else f"spool {self._spool}"
        return f"Recorder({self.id[:7]}, {where})"


def _folder(spool: str | os.PathLike[str]) -> Path:
    folder = Path(spool)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        sweep(folder)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else type(error).__name__
        raise StoreError(
            f"spool: expected a folder that can be written to: {folder}: {reason}",
            path=str(folder),
        ) from error
    return folder.absolute()


def _aliases(spec: Spec | None) -> list[tuple[str, str]]:
    if spec is None:
        return []
    return [(alias, name) for name, one in spec.columns.items() for alias in one.also_named]


def _ignored(spec: Spec | None) -> list[str]:
    """Keys that rows may have and nothing counts."""
    if spec is None:
        return []
    own = (spec.log.id, spec.log.unit, spec.model.version, *spec.log.ignore)
    declared = (name for name, one in spec.columns.items() if one.role == "ignore")
    return [name for name in (*own, *declared) if name is not None]
