"""How many alerts a second are taken, each answered only once it is durable."""

from tests.benchmarks import figures
from tests.benchmarks.loading import Loading
from tests.benchmarks.stage import KINDS, stage

SECONDS = 8.0
CONNECTIONS = 16


def run() -> None:
    for kind in KINDS:
        with stage(kind, alerts__group_wait="10s") as set_up:
            set_up.riskbot.start()
            for name, options in {
                "single, each a new condition": {},
                "single, all known already": {"repeat": True},
                "batches of 100, each a new condition": {"batch": 100, "first": 10_000_000},
            }.items():
                seen = Loading(set_up, seconds=SECONDS, connections=CONNECTIONS, **options).finish()
                alerts = seen.requests_per_second * options.get("batch", 1)
                figures.note(f"{kind}: {name}", f"{alerts:.0f} alerts/s, answers {seen.statuses}")
                figures.report(f"{kind}: {name}: until durable", seen.answer_ms, "ms")
