"""Fails if a case has lost against the committed run: python -m benches.check [SECTION ...].

Compared are ratios within a run, never times: ours over the memory read, and ours over what numpy
does for the same work. They move little from one run to the next and not with the machine's load.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from benches import race, run, timing
from benches.case import OURS, ROOFLINE, Case
from benches.cases import NAMES, group

LARGEST_LOSS = 0.15
ROUNDS = 7
# The others run for minutes, in processes of their own.
SECTIONS = tuple(name for name in NAMES if name not in {"log", "reports"})


@dataclass(frozen=True, slots=True)
class Loss:
    """How much slower ours has become against one engine of the same run: 0.10 is a tenth."""

    case: str
    against: str
    share: float

    def __str__(self) -> str:
        return f"{self.case}: {self.share:+.1%} against {self.against}"


def losses(name: str, now: Mapping[str, Any], kept: Mapping[str, Any]) -> list[Loss]:
    """Of one case, against each of the engines that both runs have."""
    found = []
    for engine in _yardsticks(kept["engines"]):
        if engine in now["engines"]:
            before, after = (case["engines"][engine]["ratio"] for case in (kept, now))
            found.append(Loss(name, engine, before / after - 1))
    return found


def lost(found: list[Loss]) -> bool:
    """Whether all yardsticks agree that ours is slower: one alone may have had a good run."""
    return bool(found) and min(one.share for one in found) > LARGEST_LOSS


def _yardsticks(engines: Mapping[str, Any]) -> list[str]:
    naive = [name for name in engines if name.startswith("numpy")]
    return [name for name in engines if name == ROOFLINE] + naive[:1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=", ".join(SECTIONS))
    sections = parser.parse_args().sections or SECTIONS
    kept = run.cases(run.load())
    if not kept:
        sys.exit(f"there is no {run.RUN.relative_to(run.ROOT)} to compare with: make bench")
    race.one_thread()
    cases = (c for name in sections for c in group(name).cases() if c.in_check)
    failed = [
        case.name for case in cases if case.name in kept and not _holds(case, kept[case.name])
    ]
    if failed:
        sys.exit(f"more than {LARGEST_LOSS:.0%} slower than the committed run: {', '.join(failed)}")


def _holds(case: Case, kept: Mapping[str, Any]) -> bool:
    """Whether the case has not lost; a second time decides."""
    small = _only_yardsticks(case, kept)
    for _ in range(2):
        found = losses(case.name, timing.race(small, rounds=ROUNDS), kept)
        for one in found:
            race.say(str(one))
        if not lost(found):
            return True
    return False


def _only_yardsticks(case: Case, kept: Mapping[str, Any]) -> Case:
    """The case without the rivals that nothing is compared with; answers are checked by `bench`."""
    names = [OURS, *_yardsticks(kept["engines"])]
    engines = {name: case.engines[name] for name in names if name in case.engines}
    return Case(
        name=case.name,
        title=case.title,
        values=case.values,
        engines=engines,
        agree=lambda: None,
        repeat=case.repeat,
    )


if __name__ == "__main__":
    main()
