"""What the shipped rules make of the demo's fleet: nothing of normal hours, and of each spell what it is."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.clock import Clock
from bot.demo.fleet import calls_between
from bot.demo.run import demo_settings
from bot.demo.spells import Spell
from bot.demo.state import DemoFiles
from bot.demo.story import CALM_MINUTES, CASTS, spells
from bot.demo.traffic import BATCH, HISTORY
from bot.services.telemetry.desk import TelemetryDesk
from bot.services.telemetry.fold import Folder
from bot.services.watching.look import Looker
from bot.services.watching.rules_file import SHIPPED
from bot.services.watching.rules_in_force import RulesInForce
from bot.store.open import open_database
from riskengine.response.evaluation import Transition

#: Business begins here; the fleet is busiest soon after, from when on it only gets calmer.
START = datetime(2026, 11, 23, 12, 20, tzinfo=UTC)


class Demo:
    """The demo's traffic and looks without its processes: two minutes at a time."""

    def __init__(self, database, clock: Clock, settings) -> None:
        self.clock = clock
        self.telemetry = TelemetryDesk(database, settings.telemetry)
        self.folder = Folder(database)
        rules = RulesInForce(database, SHIPPED, settings.alerts.trouble_channel)
        self.looker = Looker(database, self.telemetry, rules, settings.watch, settings.alerts)
        self.told_to = clock.now() - HISTORY
        self.changes: list[tuple[str, str, Transition]] = []

    async def live(self, minutes: int, spells: list[Spell]) -> None:
        for _ in range(minutes // 2):
            self.clock.advance(120)
            await self.tell(spells)
            for (rule, subject), step in (await self.looker.look()).items():
                self.changes.append((rule, subject, step))

    async def tell(self, spells: list[Spell]) -> None:
        now = self.clock.now()
        calls = calls_between(self.told_to, now, spells)
        for first in range(0, len(calls), BATCH):
            await self.telemetry.receive(calls[first : first + BATCH])
        self.told_to = now
        await self.folder.fold_all()

    def heard(self, step: Transition) -> list[tuple[str, str]]:
        """Rules and subjects that took this step, in alphabetical order; a subject by its model or role."""
        return sorted((rule, subject.split('"')[-2]) for rule, subject, each in self.changes if each == step)


@pytest.fixture
async def demo(sqlite_url, tmp_path):
    settings = demo_settings(DemoFiles(tmp_path / "demo"), "http://127.0.0.1:9/api/", speed=60, port=0)
    clock = Clock(start=START)
    database = open_database(sqlite_url, clock)
    yield Demo(database, clock, settings)
    await database.close()


async def test_normal_hours_raise_no_alert(demo):
    await demo.live(120, [])
    assert demo.changes == []


async def test_a_jump_of_the_clock_raises_no_alert(demo):
    """As the traffic does it: first the calls before the moment that the clock goes to, then the clock."""
    await demo.live(30, [])
    await demo.tell([])
    demo.told_to = demo.clock.now() + timedelta(hours=5) - HISTORY
    demo.clock.advance(5 * 3600)
    await demo.live(30, [])
    assert demo.changes == []


@pytest.mark.parametrize("number", range(len(CASTS)), ids=["openrouter slow", "critic slow"])
async def test_each_spell_of_a_chapter_raises_its_own_alerts_once_and_they_resolve(demo, number):
    told = spells(number, demo.clock.now())
    roles = ["architect", "critic", "implementer"]
    slow = roles if number == 0 else ["critic"]
    idle = CASTS[number].idle

    await demo.live(CALM_MINUTES, told)
    assert demo.changes == []
    await demo.live(100 - CALM_MINUTES, told)
    expected = sorted(("slow_responses", subject) for subject in ["glm-4.5", *slow])
    assert demo.heard(Transition.FIRED) == expected
    assert demo.heard(Transition.RESOLVED) == expected

    await demo.live(90, told)
    expected += sorted(("high_error_rate", subject) for subject in ["glm-4.5", *roles])
    assert demo.heard(Transition.FIRED) == sorted(expected)
    assert demo.heard(Transition.RESOLVED) == sorted(expected)

    await demo.live(80, told)
    expected += [("low_throughput", idle)]
    fired = demo.heard(Transition.FIRED)
    assert set(fired) - {("low_throughput", "glm-4.5")} == set(expected), "the model may miss the role's calls, too"
    assert len(set(fired)) == len(fired), "nothing comes and goes"
    assert demo.heard(Transition.RESOLVED) == fired
