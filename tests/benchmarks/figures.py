"""How figures are summed up and printed."""

import os
import platform
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path


def quantile(values: Sequence[float], share: float) -> float:
    """The nearest-rank quantile: a value that was really seen."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, round(share * len(ordered) + 0.5) - 1))]


def say(line: str) -> None:
    print(line, flush=True)


def report(name: str, values: Sequence[float], unit: str, aim: str = "") -> None:
    """One line: least, median, 99th percentile, greatest, and how many were measured."""
    shown = [min(values), quantile(values, 0.5), quantile(values, 0.99), max(values)]
    figures = "  ".join(
        f"{word} {value:9.3f}" for word, value in zip(("min", "median", "p99", "max"), shown, strict=True)
    )
    say(f"  {name:<58} {figures}  {unit:<9} n={len(values):<6}{f' (aim: {aim})' if aim else ''}")


def note(name: str, value: str, aim: str = "") -> None:
    say(f"  {name:<58} {value}{f' (aim: {aim})' if aim else ''}")


def verdict(value: float, most: float) -> str:
    """An aim, and whether it was kept: a figure, on which no test depends."""
    return f"≤ {most:g}: {'kept' if value <= most else 'MISSED'}"


def machine() -> str:
    """Interpreter, cores, load and disk: without them no figure can be compared."""
    flags = " ".join(
        str(each) for each in (sys.implementation.name, platform.python_version(), platform.python_compiler())
    )
    return (
        f"{flags}; {_optimised()}; {os.cpu_count()} cores, {platform.machine()}, load {os.getloadavg()[0]:.1f}, "
        f"others take {_lost_percent():.0f} % of a core; "
        f"a write of 4 KiB reaches the disk in {_fsync_ms():.2f} ms (median)"
    )


def _optimised() -> str:
    import sysconfig

    arguments = sysconfig.get_config_var("CONFIG_ARGS") or ""
    return "built with optimisation" if "--enable-optimizations" in arguments else "built without optimisation"


def _lost_percent(seconds: float = 0.5) -> float:
    """How much of a busy second other programs take from us; above a few per cent only ratios mean anything."""
    lost, before = 0.0, time.perf_counter()
    end = before + seconds
    while before < end:
        now = time.perf_counter()
        lost += now - before if now - before > 0.0005 else 0.0
        before = now
    return 100 * lost / seconds


def _fsync_ms() -> float:
    took = []
    with tempfile.NamedTemporaryFile() as file:
        for _ in range(50):
            file.write(b"\0" * 4096)
            file.flush()
            begun = time.perf_counter()
            os.fsync(file.fileno())
            took.append((time.perf_counter() - begun) * 1000)
    return quantile(took, 0.5)


def processor_seconds(pid: int) -> float:
    """What a process has used of the processors: the same beside busy neighbours, where a duration says little."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_mb(pid: int) -> float:
    """Memory that is a process's now, in 10⁶ bytes."""
    status = Path(f"/proc/{pid}/status").read_text()
    line = next(each for each in status.splitlines() if each.startswith("VmRSS"))
    return int(line.split()[1]) * 1024 / 1e6
