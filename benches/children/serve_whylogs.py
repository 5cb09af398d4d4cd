"""Records predictions with whylogs, row by row, in its own environment."""

from __future__ import annotations

import random
import sys
from typing import Any

from measured import measured
from whylogs.core import DatasetProfile

NUMBERS, CATEGORIES = 50, 5


def main() -> None:
    draw = random.Random(0)
    rows = [
        {f"number_{i:02d}": draw.lognormvariate(0, 1) for i in range(NUMBERS)}
        | {f"word_{i}": draw.choice(["red", "green", "blue"]) for i in range(CATEGORIES)}
        | {"score": draw.random(), "latency": draw.random()}
        for _ in range(int(sys.argv[1]))
    ]
    profile = DatasetProfile()
    profile.track(row=rows[0])

    def work() -> dict[str, Any]:
        for row in rows:
            profile.track(row=row)
        return {}

    measured(work)
    assert profile.view().get_column("score").to_summary_dict()["counts/n"] == len(rows) + 1


if __name__ == "__main__":
    main()
