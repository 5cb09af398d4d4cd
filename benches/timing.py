"""Times engines side by side: in every round each runs once, so that a busy machine slows all.

Only ratios within a round mean something; what is kept of them is the median and the quartiles.
A plain loop rather than a benchmarking plug-in: those time one function after another, which on
a shared machine compares the minutes and not the functions.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterable
from itertools import starmap
from statistics import median, quantiles
from typing import Any

from benches.case import DECODE, OURS, ROOFLINE, Case, Sample, UnavailableError

Samples = dict[str, list[Sample]]


def race(case: Case, *, rounds: int | None = None) -> dict[str, Any]:
    """Figures of a case as they stand in `run.json`."""
    case.agree()
    samples, unavailable = _samples(case, rounds or case.rounds)
    return {
        "title": case.title,
        "values": case.values,
        "unit": case.unit,
        "rounds": rounds or case.rounds,
        "engines": {name: _figures(case, name, samples) for name in samples},
        **({"unavailable": unavailable} if unavailable else {}),
    }


def _samples(case: Case, rounds: int) -> tuple[Samples, dict[str, str]]:
    """All timings, and why some engines have none."""
    samples: Samples = {}
    unavailable: dict[str, str] = {}
    # The first round warms caches, pools and lazy imports, so that its times are thrown away. It
    # also shows which engines cannot run.
    for name in case.engines:
        try:
            first = _sample(case, name)
            samples[name] = [first] if case.fresh else []
        except UnavailableError as error:
            unavailable[name] = str(error)
    names = list(samples)
    for turn in range(rounds - case.fresh):
        start = turn % len(names)
        for name in names[start:] + names[:start]:
            gc.collect()
            samples[name].append(_sample(case, name))
    return samples, unavailable


def _sample(case: Case, name: str) -> Sample:
    run: Callable[[], object] = case.engines[name]
    answer: object = None
    if case.repeat > 1:
        run()  # What is called often is timed as it is then, not as after everybody else.
    started, busy = time.perf_counter(), time.process_time()
    for _ in range(case.repeat):
        answer = run()
    seconds, cpu = time.perf_counter() - started, time.process_time() - busy
    if isinstance(answer, Sample):
        return answer
    return Sample(seconds / case.repeat, cpu / case.repeat)


def _figures(case: Case, name: str, samples: Samples) -> dict[str, Any]:
    """Rate, time over ours and share of the bounds, each the median over the rounds."""
    values = case.values_of(name)
    mine = samples[name]
    weight = case.values / values  # its time had it been given all values
    low, ratio, high = _quartiles(
        theirs.seconds * weight / ours.seconds
        for theirs, ours in zip(mine, samples[OURS], strict=True)
    )
    figures: dict[str, Any] = {
        "seconds": _short(median(one.seconds for one in mine)),
        "rate": _short(median(values / one.seconds for one in mine)),
        "ratio": _short(ratio),
        "ratio_low": _short(low),
        "ratio_high": _short(high),
        "cpu_seconds": _short(median(one.cpu_seconds for one in mine)),
        "cores": _short(median(one.cpu_seconds / one.seconds for one in mine)),
    }
    if values != case.values:
        figures["values"] = values
    if ROOFLINE in samples:
        figures["of_roofline"] = _short(_share(samples[ROOFLINE], mine, weight))
    if DECODE in samples:
        figures["cpu_over_decode"] = _short(
            median(starmap(_cpu_over, zip(mine, samples[DECODE], strict=True)))
        )
    peaks = [one.peak_bytes for one in mine if one.peak_bytes is not None]
    if peaks:
        figures["peak_bytes"] = max(peaks)
    return figures


def _share(bound: list[Sample], mine: list[Sample], weight: float) -> float:
    pairs = zip(bound, mine, strict=True)
    return median(least.seconds / (one.seconds * weight) for least, one in pairs)


def _cpu_over(one: Sample, decode: Sample) -> float:
    """Processor time beyond decoding, over that of decoding."""
    return (one.cpu_seconds - decode.cpu_seconds) / decode.cpu_seconds


def _quartiles(ratios: Iterable[float]) -> tuple[float, float, float]:
    found = list(ratios)
    if len(found) == 1:
        return found[0], found[0], found[0]
    low, middle, high = quantiles(found, n=4, method="inclusive")
    return low, middle, high


def _short(figure: float) -> float:
    """Four digits: more would be noise in every diff of `run.json`."""
    return float(f"{figure:.4g}")
