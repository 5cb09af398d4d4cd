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


def instruction_set() -> str:
    """What the library detects, or was told to use, in the words of `TALLYSTICK_ISA`.

    It is for the reader of the page, so it follows the library's rule rather than asking it.
    """
    asked = os.environ.get("TALLYSTICK_ISA", "").lower()
    if asked in {"baseline", "scalar"}:
        return f"baseline, forced by TALLYSTICK_ISA={asked}"
    has = _flags()
    best = next((one for one in ("avx2",) if one in has), "baseline")
    spare = ", the machine also has avx512f" if "avx512f" in has else ""
    return best + spare


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
