"""`riskbot demo` as a visitor has it: a fleet that is watched, cards that come and go, kills that nobody notices."""

import json
import signal
import sqlite3
import time
from contextlib import closing, suppress
from datetime import timedelta

import httpx
import pytest

from bot.demo.state import DemoFiles
from riskengine.windows import minute_of
from tests.cli.test_long_running import address, start
from tests.processes import free_port

pytestmark = pytest.mark.timeout(180)
PATIENCE_SECONDS = 90.0


class Demo:
    """One directory of a demo, and the process that plays in it."""

    def __init__(self, shell, speed: float) -> None:
        self._shell = shell
        self._speed = speed
        self._port = free_port()
        self.directory = shell.directory / "demo"
        self.process = None

    def start(self) -> None:
        words = ["--port", str(self._port), "--speed", str(self._speed), "--data-dir", str(self.directory)]
        self.process = start(self._shell, "demo", *words)
        self.page = address(self.process)

    def stop(self, how: signal.Signals) -> str:
        """End it; returns what it said after its address."""
        self.process.send_signal(how)
        said, _ = self.process.communicate(timeout=20)
        return said

    def control(self, method: str, path: str, **body) -> dict:
        answer = httpx.request(method, f"{self.page}/sandbox/api/{path}", json=body or None, trust_env=False)
        return answer.raise_for_status().json()

    def messages(self) -> list[dict]:
        """What stands in #llm-alerts."""
        channels = self.control("GET", "state")["channels"]
        return next(each["messages"] for each in channels if each["name"] == "llm-alerts")

    def cards(self, words: str) -> list[dict]:
        return [
            each for each in self.messages() if words in each["text"] and "alerts.timeline" in str(each.get("blocks"))
        ]

    def until_card(self, words: str) -> dict:
        """The only card that says these words, once it is there."""
        begun = time.monotonic()
        while time.monotonic() - begun < PATIENCE_SECONDS:
            with suppress(httpx.HTTPError):
                if cards := self.cards(words):
                    assert len(cards) == 1
                    return cards[0]
            time.sleep(0.1)
        raise AssertionError(f"no card says {words!r}: {[each['text'] for each in self.messages()]}")

    def until_said(self, words: str) -> None:
        """Once a message says so; on a busy channel it may be told after what came later."""
        begun = time.monotonic()
        while not any(words in each["text"] for each in self.messages()):
            assert time.monotonic() - begun < PATIENCE_SECONDS, words
            time.sleep(0.1)

    def until_step(self, step: int) -> None:
        """Once so many steps of the first chapter are done."""
        begun = time.monotonic()
        while DemoFiles(self.directory).progress().step < step:
            assert time.monotonic() - begun < PATIENCE_SECONDS, f"the story does not come to its step {step}"
            time.sleep(0.1)

    def silent_minutes(self) -> list[int]:
        """Minutes of the last business hour in which riskbot heard of no call."""
        told_to = DemoFiles(self.directory).progress().told_to
        end = minute_of(told_to)
        with closing(sqlite3.connect(self.directory / "riskbot.db")) as database:
            heard = {minute for (minute,) in database.execute("SELECT DISTINCT minute FROM rollups_minute")}
        return [minute for minute in range(end - 60, end - 2) if minute not in heard]


@pytest.fixture
def demo(shell, request):
    playing = Demo(shell, getattr(request, "param", 60))
    yield playing
    if playing.process:
        playing.process.kill()
        playing.process.communicate()


@pytest.mark.parametrize("demo", [240], indirect=True, ids=["240 times as fast"])
def test_a_regression_is_noticed_taken_and_over(demo):
    demo.start()
    card = demo.until_card("High: slow_responses on glm-4.5")
    assert "limit 3 s" in card["text"]
    demo.until_card("Acknowledged: slow_responses on glm-4.5")
    assert demo.until_card("Resolved: slow_responses on glm-4.5")["ts"] == card["ts"]
    demo.until_card("Resolved: API key expires")
    demo.until_said("🔔 Silence over: provider=bedrock")
    assert not demo.cards("low_throughput")
    assert "Traceback" not in demo.stop(signal.SIGINT)
    assert demo.process.returncode == 0


def test_what_a_visitor_has_taken_stays_theirs(demo):
    demo.start()
    card = demo.until_card("Drafts wait")
    demo.control("POST", "press", user="bo", channel="llm-alerts", ts=card["ts"], action_id="alerts.acknowledge")
    demo.until_step(3)
    addresses = json.loads((demo.directory / "demo.json").read_text())
    headers = {"Authorization": f"Bearer {addresses['token']}"}
    told = httpx.get(f"{addresses['api']}/v1/alerts", headers=headers, trust_env=False).json()["alerts"]
    assert [each["acknowledged_by"] for each in told if each["alert"] == "Drafts wait"] == ["U0BO"]


def test_kills_and_jumps_of_the_clock_leave_no_gap_and_raise_no_alert(demo):
    demo.start()
    demo.until_card("Drafts wait")
    for _ in range(2):
        demo.stop(signal.SIGKILL)
        demo.start()
        demo.until_card("Drafts wait")
        time.sleep(2)
    demo.control("POST", "clock", advance_seconds=timedelta(hours=7).total_seconds())
    time.sleep(6)
    # Late in a month four fifths of its budget are spent.
    others = [each["text"] for each in demo.cards("") if "_budget_80_percent" not in each["text"]]
    assert [each for each in others if "Drafts wait" not in each] == []
    assert len(demo.cards("Drafts wait")) == 1
    people = [each["text"] for each in demo.messages() if each["user"] == "U0ALICE"]
    assert len(people) == 1, "said once"
    assert "Traceback" not in demo.stop(signal.SIGTERM)
    assert demo.silent_minutes() == []
