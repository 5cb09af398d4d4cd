"""What came of a join: how many predictions have a label, and what was wrong with the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from tallystick.reading.joining.columns import Columns
from tallystick.reading.joining.workspace import Part

QUANTILES = {"p50": Fraction(50, 100), "p90": Fraction(90, 100), "p99": Fraction(99, 100)}
_DIGIT_BITS = 16
_DIGITS = 1 << _DIGIT_BITS


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelReport:
    """Counts of a join. They depend on the rows alone, not on their order or the memory.

    Every prediction is in one of three states: predictions = labelled + unlabelled + immature.

    Attributes:
        predictions: Rows of the predictions.
        labelled: Rows that have a label now.
        unlabelled: Mature rows without one: none came, it was withdrawn or conflicting, or the
            row has no id.
        immature: Rows predicted after ``as_of - mature_after``, with or without a label.
        coverage: labelled / (labelled + unlabelled); None when there are no mature rows.
        undated: Rows of the predictions without a time, which are taken to be mature. 0 when
            `predicted_at` is not given.
        missing_ids: Rows of the predictions without an id.
        duplicate_predictions: Rows whose id another row of the predictions has already; n rows
            with one id are n - 1.
        labels: Rows of the labels.
        undated_labels: Rows of the labels without a time, which are taken as the earliest. 0
            when `labelled_at` is not given.
        missing_label_ids: Rows of the labels without an id.
        orphans: Ids that have labels and no prediction.
        duplicate_labels: Ids with more than one row of labels.
        corrected: Ids that have a label now, and had a different one before.
        withdrawn: Ids that had a label, and whose latest one is null.
        conflicting: Ids with different labels none of which is the latest; they have none.
        delays: Labelled rows of which both times are known.
        negative_delays: Those of them whose label is older than the prediction.
        delay_p50: Median of label time minus prediction time in seconds, over `delays`; None
            when there are none. Exact: the smallest delay that half of the rows do not exceed.
        delay_p90: The same for 90 %.
        delay_p99: The same for 99 %.

    Example:
        >>> import tallystick.reading as reading
        >>> from tallystick.reading.joining import join_labels
        >>> sent = reading.open_source({"id": [1, 2, 3], "score": [0.9, 0.2, 0.4]})
        >>> came = reading.open_source({"id": [1, 1, 3, 8], "fraud": [True, True, False, True]})
        >>> report = join_labels(sent, came, on="id", label="fraud").report
        >>> report.labelled, report.unlabelled, report.orphans, report.duplicate_labels
        (2, 1, 1, 1)
    """

    predictions: int
    labelled: int
    unlabelled: int
    immature: int
    coverage: float | None
    undated: int
    missing_ids: int
    duplicate_predictions: int
    labels: int
    undated_labels: int
    missing_label_ids: int
    orphans: int
    duplicate_labels: int
    corrected: int
    withdrawn: int
    conflicting: int
    delays: int
    negative_delays: int
    delay_p50: float | None
    delay_p90: float | None
    delay_p99: float | None

    def to_dict(self) -> dict[str, Any]:
        """Return the counts by name, of JSON's types."""
        return asdict(self)


_COUNTED = (
    *("predictions", "labelled", "immature", "undated", "missing_ids", "duplicate_predictions"),
    *("labels", "undated_labels", "missing_label_ids", "orphans", "duplicate_labels"),
    *("corrected", "withdrawn", "conflicting", "negative_delays"),
)


def report_of(counts: Counter[str], delays: Mapping[int, Part]) -> LabelReport:
    """Complete the counts with what follows from them."""
    mature = counts["predictions"] - counts["immature"]
    number = sum(part.rows for part in delays.values())
    ranks = [-(-share * number // 1) for share in QUANTILES.values()]
    found = selected(list(delays.values()), [int(rank) for rank in ranks]) if number else []
    seconds: list[float | None] = [nanoseconds / 1e9 for nanoseconds in found]
    seconds = seconds or [None] * len(QUANTILES)
    return LabelReport(
        unlabelled=mature - counts["labelled"],
        coverage=counts["labelled"] / mature if mature else None,
        delays=number,
        **{name: counts[name] for name in _COUNTED},
        **_named(seconds),
    )


def _named(seconds: Sequence[float | None]) -> dict[str, Any]:
    return {f"delay_{name}": value for name, value in zip(QUANTILES, seconds, strict=True)}


def selected(parts: Sequence[Part], ranks: Sequence[int]) -> list[int]:
    """Return the values of these ranks, counted from 1, in four passes over the values.

    Each pass finds 16 more bits of them by counting, so that the memory does not depend on the
    number of values.
    """
    found = [(0, rank) for rank in ranks]
    for shift in range(64 - _DIGIT_BITS, -1, -_DIGIT_BITS):
        counts = {prefix: np.zeros(_DIGITS, np.int64) for prefix, _ in found}
        for part in parts:
            for columns in part:
                _count_digits(columns, shift, counts)
        found = [_next_digit(prefix, rank, counts[prefix]) for prefix, rank in found]
    return [bits - 2**63 for bits, _ in found]


def _count_digits(columns: Columns, shift: int, counts: dict[int, Any]) -> None:
    # With the sign turned round, the order of the bits is that of the numbers.
    bits = columns["delay"].view(np.uint64) ^ np.uint64(2**63)
    digits = (bits >> np.uint64(shift)).astype(np.int64) & (_DIGITS - 1)
    for prefix, count in counts.items():
        above = shift + _DIGIT_BITS
        of = digits if above == 64 else digits[bits >> np.uint64(above) == np.uint64(prefix)]
        count += np.bincount(of, minlength=_DIGITS)


def _next_digit(prefix: int, rank: int, count: Any) -> tuple[int, int]:
    reached = np.cumsum(count)
    digit = int(np.searchsorted(reached, rank))
    return prefix * _DIGITS + digit, rank - int(reached[digit] - count[digit])
