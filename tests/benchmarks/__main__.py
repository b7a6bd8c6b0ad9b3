"""`python -m tests.benchmarks [NAME …]` measures what is named, or everything."""

import argparse
import importlib
import time

from tests.benchmarks import figures

NAMES = (
    "start",
    "memory",
    "latency",
    "intake",
    "press",
    "due",
    "audit",
    "demo",
    "telemetry",
    "rules",
    "storm",
    "backlog",
    "sockets",
    "silences",
    "approvals",
    "costs",
    "forecast",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(NAMES))
    chosen = parser.parse_args().names or NAMES
    unknown = sorted(set(chosen) - set(NAMES))
    if unknown:
        parser.error(f"there is no benchmark {', '.join(unknown)}; there are {', '.join(NAMES)}")
    figures.say(figures.machine())
    for name in chosen:
        module = importlib.import_module(f"tests.benchmarks.{name}")
        figures.say(f"\n{name}: {(module.__doc__ or '').splitlines()[0]}")
        begun = time.monotonic()
        module.run()
        figures.say(f"  measured in {time.monotonic() - begun:.0f} s")


if __name__ == "__main__":
    main()
