from collections.abc import Mapping, Sequence
from os import PathLike
from typing import Any, Final, Self, final

from typing_extensions import disjoint_base

__all__ = [
    "CATALOGUE",
    "FORMAT",
    "ON_COUNTS",
    "SUPPORTED_TYPES",
    "Frames",
    "Observer",
    "Plan",
    "Profile",
    "Recorder",
    "Row",
    "__version__",
    "compare",
    "extent",
    "histogram",
    "measure_classes",
    "measure_counts",
    "measure_ks",
    "measure_quantiles",
    "measure_regression",
    "measure_scored",
    "quantiles",
]

__version__: Final[str]
FORMAT: Final[int]
SUPPORTED_TYPES: Final[str]
ON_COUNTS: Final[list[str]]
CATALOGUE: Final[list[dict[str, str]]]

@final
class Plan:
    @staticmethod
    def fit(
        requests: Sequence[Mapping[str, Any]],
        outcomes: Sequence[Mapping[str, Any]],
        batches: Sequence[Any],
        time: str | None,
        sampling: tuple[str, Sequence[tuple[str, float]]] | None,
        threads: int,
    ) -> Plan: ...
    def extend(
        self, requests: Sequence[Mapping[str, Any]], batches: Sequence[Any], threads: int
    ) -> Plan: ...
    @staticmethod
    def from_bytes(data: bytes) -> Plan: ...
    def to_bytes(self) -> bytes: ...
    @property
    def plan_id(self) -> str: ...
    @property
    def time(self) -> str | None: ...
    def sampled(self, share: float) -> Plan: ...
    @property
    def share(self) -> float | None: ...
    def differences(self, other: Plan) -> list[str]: ...
    def outcomes(self) -> list[dict[str, Any]]: ...
    def columns(self) -> list[dict[str, Any]]: ...

@final
class Profile:
    def __new__(cls, plan: Plan) -> Profile: ...
    def count(
        self, batch: Any, window_seconds: int | None = None, immature_from: int | None = None
    ) -> None: ...
    def merge(self, other: Profile) -> None: ...
    def copy(self) -> Profile: ...
    @staticmethod
    def from_bytes(data: bytes) -> Profile: ...
    def to_bytes(self) -> bytes: ...
    @property
    def plan(self) -> Plan: ...
    @property
    def rows(self) -> int: ...
    def counts(self) -> Any: ...
    def slices(self) -> list[tuple[str, str, int | None, int | None, int]]: ...
    def window(self, start: int) -> Profile | None: ...
    def of_windows(self, starts: Sequence[int]) -> Profile | None: ...
    def without_windows(self) -> Profile: ...
    def counts_to_bytes(self) -> bytes: ...
    @staticmethod
    def from_counts(plan: Plan, data: bytes) -> Profile: ...
    def columns(self) -> list[dict[str, Any]]: ...
    def segments(self) -> list[tuple[str, int, list[dict[str, Any]]]]: ...

@disjoint_base
class Recorder:
    def __new__(
        cls,
        plan: Plan,
        recorder_id: bytes,
        *,
        spool: PathLike[str] | None,
        window_seconds: int | None,
        lateness_seconds: int,
        flush_seconds: float,
        share: float | None,
        id_name: str | None,
        strict: bool,
        aliases: Sequence[tuple[str, str]],
        ignored: Sequence[str],
    ) -> Self: ...
    def log(
        self,
        features: Mapping[str, Any],
        score: Any = None,
        *,
        label: Any = None,
        id: Any = None,  # noqa: A002
        time: Any = None,
        latency: Any = None,
    ) -> None: ...
    def row(self, *names: str) -> Row: ...
    def observe(self, name: str) -> Observer: ...
    def _refuse(self) -> None: ...
    def _count_batch(self, batch: Any, micros: int) -> None: ...
    def _kept(self, ids: Sequence[str]) -> list[bool]: ...
    def flush(self) -> bool: ...
    def close(self) -> bool: ...
    def _counted(self, scalar: str | None) -> Profile | None: ...
    def _totals(self) -> tuple[dict[str, int], dict[str, int]]: ...
    @property
    def id(self) -> str: ...
    def _renew(self, recorder_id: bytes) -> None: ...

@final
class Row:
    def log(
        self,
        values: tuple[Any, ...] | list[Any],
        score: Any = None,
        *,
        label: Any = None,
        id: Any = None,  # noqa: A002
        time: Any = None,
        latency: Any = None,
    ) -> None: ...

@final
class Observer:
    def log(self, value: Any, *, time: Any = None) -> None: ...

@final
class Frames:
    def __new__(cls, data: bytes) -> Frames: ...
    def __iter__(self) -> Frames: ...
    def __next__(self) -> dict[str, Any]: ...
    @property
    def damaged_bytes(self) -> int: ...
    @property
    def torn_bytes(self) -> int: ...

def compare(
    reference: Profile,
    current: Profile,
    *,
    false_alarm_rate: float,
    groups: int,
    instruments: Sequence[Mapping[str, Any]],
    new_columns: Sequence[str],
    minimum_coverage: float | None = None,
    by_window: bool = False,
    model: str | None = None,
    model_version: str | None = None,
    spec_id: str | None = None,
) -> tuple[Any, Any]: ...
def measure_counts(
    metric: str,
    reference: Sequence[int],
    current: Sequence[int],
    *,
    tolerance: float | None = None,
    false_alarm_rate: float = 0.01,
) -> Any: ...
def histogram(
    arrays: Sequence[Any], edges: Any, threads: int
) -> tuple[bytes, int, int, list[int]]: ...
def extent(arrays: Sequence[Any]) -> tuple[float, float] | None: ...
def quantiles(
    arrays: Sequence[Any], q: Sequence[float], exact: bool, threads: int
) -> tuple[list[tuple[float, float, float]], int, list[int]]: ...
def measure_ks(
    reference: Sequence[Any],
    current: Sequence[Any],
    *,
    tolerance: float | None = None,
    false_alarm_rate: float = 0.01,
    threads: int = 1,
) -> Any: ...
def measure_scored(
    metrics: Sequence[str],
    batches: Sequence[Any],
    *,
    reference: Sequence[Any] | None = None,
    whole: Sequence[Any] | None = None,
    positive: str | None,
    threshold: float | None,
    bins: int,
    tolerance: float | None,
    false_alarm_rate: float,
    depth: str,
    threads: int,
    costs: Sequence[float] | None = None,
    gap_interval: str = "newcombe",
) -> tuple[Any, list[int]]: ...
def measure_classes(
    metric: str,
    batches: Sequence[Any],
    classes: Sequence[str],
    *,
    reference: Sequence[Any] | None = None,
    bins: int = 15,
    tolerance: float | None = None,
    false_alarm_rate: float = 0.01,
    threads: int = 1,
) -> tuple[Any, int]: ...
def measure_quantiles(
    metric: str,
    batches: Sequence[Any],
    *,
    shares: Sequence[float],
    reference: Sequence[Any] | None = None,
    tolerance: float | None = None,
    false_alarm_rate: float = 0.01,
    threads: int = 1,
) -> Any: ...
def measure_regression(
    metric: str,
    batches: Sequence[Any],
    *,
    reference: Sequence[Any] | None = None,
    tolerance: float | None = None,
    false_alarm_rate: float = 0.01,
    threads: int = 1,
) -> tuple[Any, list[int]]: ...
