"""Times engines side by side: in every round each runs once, so that a busy machine slows all.

Only ratios within a round mean something; what is kept of them is the median.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Mapping
from statistics import median
from typing import Any

OURS = "tallystick"
ROOFLINE = "roofline: read the bytes once"


def interleave(
    benchmark: Any, engines: Mapping[str, Callable[[], object]], *, values: int, rounds: int
) -> None:
    """Runs every engine once a round, in an order that moves on by one, and keeps the medians.

    pytest-benchmark's own figure is that of whole rounds; those of the engines are in
    `extra_info`, which its JSON holds as well.
    """
    names = list(engines)
    wall: dict[str, list[float]] = {name: [] for name in names}
    cpu: dict[str, list[float]] = {name: [] for name in names}
    turn = iter(range(rounds + 1))

    def one_round() -> None:
        first = next(turn) % len(names)
        gc.collect()
        for name in names[first:] + names[:first]:
            started, busy = time.perf_counter(), time.process_time()
            engines[name]()
            wall[name].append(time.perf_counter() - started)
            cpu[name].append(time.process_time() - busy)

    one_round()  # Warms caches, pools and lazy imports; its times are thrown away.
    for times in (*wall.values(), *cpu.values()):
        times.clear()
    benchmark.pedantic(one_round, rounds=rounds, iterations=1)
    benchmark.extra_info["values"] = values
    benchmark.extra_info["rounds"] = rounds
    benchmark.extra_info["engines"] = {
        name: {
            "ns_per_value": median(wall[name]) / values * 1e9,
            "times_ours": median(a / b for a, b in zip(wall[name], wall[OURS], strict=True)),
            "times_ours_at_best": min(wall[name]) / min(wall[OURS]),
            "share_of_roofline": median(
                a / b for a, b in zip(wall[ROOFLINE], wall[name], strict=True)
            ),
            "cores": median(c / w for c, w in zip(cpu[name], wall[name], strict=True)),
        }
        for name in names
    }
