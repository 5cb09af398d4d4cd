"""What the figures depend on besides the code: the machine, and the versions of everything."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

LIBRARIES = (
    "tallystick",
    "numpy",
    "numba",
    "scipy",
    "boost-histogram",
    "fast-histogram",
    "polars",
    "duckdb",
    "pyarrow",
    "datasketches",
    "ddsketch",
)


def machine() -> dict[str, Any]:
    """Where the race is run. Two runs may be joined only if this is equal."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "usable_cores": len(os.sched_getaffinity(0)),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30),
        "caches": _caches(),
        "system": f"{platform.system()} {platform.release().split('-')[0]}",
        "python": platform.python_version(),
        "instruction_set": instruction_set(),
    }


def versions() -> dict[str, str]:
    """Installed versions of what is raced."""
    return {name: _version(name) for name in LIBRARIES}


# What the library has loops for, the best first, with what the machine must have for it.
SETS = {
    "avx512": {"avx512f", "avx512dq", "avx512bw", "avx512vl", "avx512cd"},
    "avx2": {"avx2", "bmi1", "bmi2", "popcnt"},
    "baseline": set[str](),
}


def instruction_set() -> str:
    """What the library detects, or was told to use, by the rule of `TALLYSTICK_ISA`."""
    has = _flags()
    able = [name for name, needs in SETS.items() if needs <= has]
    asked = os.environ.get("TALLYSTICK_ISA", "").strip().lower()
    if asked in able:
        return f"{asked}, as TALLYSTICK_ISA says"
    return able[0]


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def _cpuinfo(key: str) -> str:
    path = Path("/proc/cpuinfo")
    lines = path.read_text().splitlines() if path.exists() else []
    found = (line.partition(":")[2].strip() for line in lines if line.startswith(key))
    return next(found, "")


def _processor() -> str:
    family, model = _cpuinfo("cpu family"), _cpuinfo("model\t")
    name = _cpuinfo("model name") or platform.processor() or platform.machine()
    return f"{name}, family {family} model {model}" if family else name


def _flags() -> frozenset[str]:
    return frozenset(_cpuinfo("flags").split())


def _caches() -> str:
    sizes = []
    for index in sorted(Path("/sys/devices/system/cpu/cpu0/cache").glob("index*")):
        level, kind, size = (
            (index / name).read_text().strip() for name in ("level", "type", "size")
        )
        if kind != "Instruction":
            sizes.append(f"L{level} {size}")
    return ", ".join(sizes)
