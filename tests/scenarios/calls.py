"""Calls of models as an orchestrator tells them, so that riskbot's own rules have something to find."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from tests.scenarios.driver import Bot, until

#: A rule that needs a minute of calls only, for each model.
RULES = """
rules:
  - name: slow_responses
    area: performance
    condition: avg_response_time > 3.0
    severity: high
    action: trigger_rollback_procedure
    summary: Calls take more than 3 s on average.
    advice: Consider a rollback of the model.
    per: model
    window: 5m
    minimum_samples: 5
"""
PER_MINUTE = 10


def calls_of(
    now: datetime, *, seconds: float, minutes: int = 70, model: str = "glm-4.5"
) -> Iterator[list[dict[str, Any]]]:
    """Calls of the last so many minutes in batches; those of the last ten minutes took this long."""
    calls: list[dict[str, Any]] = [
        {
            "id": f"{model}:{seconds}:{minute}:{number}:{now.timestamp()}",
            "at": (now - timedelta(minutes=minute, seconds=6 * number)).isoformat(),
            "model": model,
            "provider": "openrouter",
            "duration_seconds": seconds if minute <= 10 else 1.0 + number / 50,
            "input_tokens": 100,
            "output_tokens": 10,
        }
        for minute in range(1, minutes)
        for number in range(PER_MINUTE)
    ]
    for first in range(0, len(calls), 500):
        yield calls[first : first + 500]


async def told_calls(bot: Bot, *, seconds: float, model: str = "glm-4.5") -> None:
    for batch in calls_of(bot.database.clock.now(), seconds=seconds, model=model):
        answer = await bot.api.post("/v1/telemetry/calls", json=batch)
        assert answer.status_code == 200, answer.text


async def file_list(workspace) -> list[dict[str, Any]]:
    """The files that Slack lists: completed ones."""
    return [each for each in (await workspace.state())["files"] if each["completed"]]


async def pictured(workspace, channel: str = "llm-alerts", seconds: float = 90.0):
    """Wait for the card that shows a picture, and return it with the picture's block."""

    async def found():
        for message in await workspace.messages(channel):
            for block in message.blocks:
                if block["type"] == "image":
                    return message, block
        return None

    return await until(found, seconds, "a card with a picture")
