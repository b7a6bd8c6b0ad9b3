"""Load of model calls, from a process of its own."""

import argparse
import asyncio
import itertools
import json
import time
from random import Random

from bot.clock import Clock
from tests.benchmarks.load import Load

MODELS = ("glm-4.5", "claude-opus-4-1", "glm-4.5-air")
ROLES = ("architect", "implementer", "critic")
TEAMS = ("core", "web", "data", "infra")
#: Bodies made before the clock runs; each is sent under other ids every time.
MADE = 64


def calls(count: int, seed: int) -> list[dict[str, object]]:
    """Calls as an orchestrator tells them, now, of 36 series; `id` is filled in when they are sent."""
    random = Random(seed)
    now = Clock().now().isoformat()
    return [
        {
            "id": "@ID@",
            "at": now,
            "model": random.choice(MODELS),
            "provider": "z_ai",
            "role": random.choice(ROLES),
            "team": random.choice(TEAMS),
            "task_id": f"task-{random.randrange(10**6)}",
            "duration_seconds": round(random.lognormvariate(0.5, 0.6), 3),
            "time_to_first_token_seconds": round(random.random(), 3),
            "input_tokens": random.randrange(200, 8_000),
            "cached_input_tokens": random.randrange(200),
            "output_tokens": random.randrange(20, 900),
            "cost_usd": f"{random.random() / 100:.8f}",
        }
        for _ in range(count)
    ]


class CallLoad(Load):
    """Model calls, singly or as arrays."""

    def __init__(self, options: argparse.Namespace) -> None:
        super().__init__(options)
        self._head = self._head.replace("/v1/alerts", options.path)
        items = [calls(options.batch, seed) for seed in range(MADE)]
        made = [json.dumps(each if options.batch > 1 else each[0]).split("@ID@") for each in items]
        self._bodies = itertools.cycle(made)

    def next_request(self) -> bytes | None:
        if time.perf_counter() > self._until:
            return None
        first, *rest = next(self._bodies)
        body = first + "".join(f"{next(self._numbers):012x}{part}" for part in rest)
        return f"{self._head}{len(body)}\r\n\r\n{body}".encode()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--url", required=True)
    parser.add_argument("--token", required=True)
    parser.add_argument("--path", default="/v1/telemetry/calls")
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--groups", type=int, default=1)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=10)
    asyncio.run(CallLoad(parser.parse_args()).run())


if __name__ == "__main__":
    main()
