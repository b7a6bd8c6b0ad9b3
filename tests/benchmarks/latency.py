"""How long from an alert to its post in Slack, beyond the group wait, when nothing else happens."""

import itertools
import time
from datetime import datetime, timedelta
from typing import Any

from bot.clock import Clock
from riskengine.durations import written
from tests.benchmarks import figures
from tests.benchmarks.stage import KINDS, Stage, stage

ALERTS = 50
GROUP_WAIT = timedelta(milliseconds=100)
CHANNELS = ("llm-alerts", "incidents", "llm-costs", "escalations", "general")
#: Each channel's turn has come again when its next alert is sent.
PAUSE_SECONDS = 0.25
AIM = "≤ 20 ms p50"
SETTINGS = {
    "alerts__group_wait": written(GROUP_WAIT),
    "alerts__routes": str([{"channel": f"#{each}", "areas": [each]} for each in CHANNELS]).replace("'", '"'),
}


def run() -> None:
    for kind in KINDS:
        with stage(kind, **SETTINGS) as set_up:
            set_up.riskbot.start()
            time.sleep(1.0)
            _measure(set_up, kind)


def _measure(set_up: Stage, kind: str) -> None:
    clock = Clock()
    answered: dict[str, tuple[datetime, datetime]] = {}
    for number, channel in zip(range(ALERTS), itertools.cycle(CHANNELS), strict=False):
        name = f"Latency{number}"
        labels = {"area": channel, "model": "glm-4.5"}
        begun = clock.protocol_now()
        set_up.send({"alert": name, "severity": "high", "status": "firing", "labels": labels})
        answered[name] = (begun, clock.protocol_now())
        # Not in step with the bells, which ring on the whole second.
        time.sleep(PAUSE_SECONDS + (number % 7) * 0.013)
    time.sleep(1.0)
    posted = {_name(call): datetime.fromisoformat(call["at"]) for call in set_up.calls("chat.postMessage")}
    answers = [_ms(end - begun) for begun, end in answered.values()]
    beyond = [_ms(posted[name] - end - GROUP_WAIT) for name, (_, end) in answered.items()]
    figures.report(f"{kind}: answer to the sender", answers, "ms")
    figures.report(f"{kind}: that answer to Slack's post, beyond the group wait", beyond, "ms", AIM)


def _ms(span: timedelta) -> float:
    return span / timedelta(milliseconds=1)


def _name(call: dict[str, Any]) -> str:
    """The alert's name stands in every card's text."""
    return next(word for word in call["body"]["text"].replace(":", " ").split() if word.startswith("Latency"))
