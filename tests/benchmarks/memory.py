"""Memory of `riskbot serve`, ten seconds after it was ready and nothing happened, and after some work."""

import time

from tests.benchmarks import figures
from tests.benchmarks.stage import KINDS, stage

IDLE_SECONDS = 10.0
AIM = "≤ 120 MB"


def run() -> None:
    for kind in KINDS:
        with stage(kind, alerts__group_wait="100ms") as set_up:
            set_up.riskbot.start()
            time.sleep(IDLE_SECONDS)
            figures.note(f"{kind}: idle", f"{figures.resident_mb(set_up.riskbot.pid):.1f} MB", AIM)
            for number in range(20):
                labels = {"area": "quality", "model": f"model-{number}"}
                set_up.send({"alert": "Memory", "severity": "high", "status": "firing", "labels": labels})
            time.sleep(2.0)
            figures.note(f"{kind}: after twenty alerts", f"{figures.resident_mb(set_up.riskbot.pid):.1f} MB")
