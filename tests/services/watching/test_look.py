"""The rules at work on stored calls: a regression fires, is said with its figures, and ends; both databases."""

import random
import re
from datetime import timedelta
from pathlib import Path

import pytest

from bot.clock import Clock
from bot.errors import SettingsError
from bot.services.telemetry.desk import TelemetryDesk
from bot.services.telemetry.fold import Folder
from bot.services.watching.look import Looker
from bot.services.watching.rules_file import SHIPPED, read_rules
from bot.services.watching.rules_in_force import RulesInForce
from bot.settings import AlertDelivery, TelemetrySettings, WatchSettings
from bot.store import alert_lookups
from bot.store.database import Database
from riskengine.response.evaluation import Transition
from riskengine.telemetry import ModelCall


class Fleet:
    """A fleet of one model that calls once a second and tells riskbot."""

    def __init__(self, database: Database, clock: Clock, rules: Path = SHIPPED) -> None:
        self.clock = clock
        self.telemetry = TelemetryDesk(database, TelemetrySettings())
        self.database = database
        self.folder = Folder(database)
        self.rules = RulesInForce(database, rules, "#llm-alerts")
        self.looker = Looker(database, self.telemetry, self.rules, WatchSettings(), AlertDelivery())
        self._number = 0
        self._random = random.Random(7)

    async def call(self, minutes: int, *, seconds: float = 1.0, errors: float = 0.0, per_minute: int = 30) -> None:
        """Let so many minutes pass with calls of this duration."""
        start = self.clock.now()
        calls = [
            ModelCall(
                id=str(self._next()),
                at=start + timedelta(minutes=minute, seconds=60 * k / per_minute),
                model="glm-4.5",
                provider="openrouter",
                role="architect",
                duration_seconds=seconds,
                input_tokens=100,
                output_tokens=10,
                error="Timeout" if self._random.random() < errors else None,
            )
            for minute in range(minutes)
            for k in range(per_minute)
        ]
        for first in range(0, len(calls), 500):
            await self.telemetry.receive(calls[first : first + 500])
        self.clock.advance(minutes * 60)
        await self.folder.fold_all()

    def _next(self) -> int:
        self._number += 1
        return self._number

    async def look(self) -> dict[str, Transition]:
        if not self.rules.rules.rules:
            await self.rules.open()
        changed = await self.looker.look()
        self.clock.advance(15)
        return {
            f"{rule} {'model' if 'model' in subject else 'role'}": step for (rule, subject), step in changed.items()
        }


@pytest.fixture
def fleet(database: Database, clock: Clock) -> Fleet:
    return Fleet(database, clock)


async def open_alerts(fleet: Fleet) -> list[tuple[str, dict[str, str], dict[str, str]]]:
    groups, _ = await fleet.database.read(alert_lookups.open_groups)
    details = [await fleet.database.read(lambda tx, i=group.id: alert_lookups.detail(tx, i)) for group in groups]
    return [(a.name, a.labels, a.annotations) for each in details for a in each.alerts if a.status != "resolved"]


async def test_a_latency_regression_fires_says_its_figures_and_ends(fleet):
    await fleet.call(10)
    assert await fleet.look() == {}
    await fleet.call(6, seconds=4.2)
    assert await fleet.look() == {"slow_responses model": Transition.FIRED, "slow_responses role": Transition.FIRED}
    told = await open_alerts(fleet)
    assert {labels.get("model") or labels.get("role") for _, labels, _ in told} == {"glm-4.5", "architect"}
    said = told[0][2]
    assert (said["value"], said["limit"]) == ("mean response time 4.2 s", "3 s")
    assert said["basis"] == "150 calls in 5 min"
    assert said["summary"] == "Calls take more than 3 s on average."
    # The model's alert is one that an outage of its only provider may mute.
    assert {labels["provider"] for _, labels, _ in told} == {"openrouter"}
    assert await fleet.look() == {}
    await fleet.call(6)
    assert await fleet.look() == {}, "kept firing for two minutes of calm"
    await fleet.call(3)
    assert set((await fleet.look()).values()) == {Transition.RESOLVED}
    assert await open_alerts(fleet) == []


async def test_errors_fire(fleet):
    await fleet.call(6, errors=0.3)
    assert {"high_error_rate model", "high_error_rate role"} <= set(await fleet.look())
    [_, (_, _, said)] = await open_alerts(fleet)
    assert re.fullmatch(r"failed calls \d\d(\.\d)? %", said["value"])
    assert said["limit"] == "5 %"


async def test_few_calls_are_no_data(fleet):
    await fleet.call(6, seconds=9.0, per_minute=3)
    assert await fleet.look() == {}


async def test_a_person_who_resolves_what_still_holds_sees_it_fire_again(fleet):
    await fleet.call(6, seconds=4.2)
    await fleet.look()
    groups, _ = await fleet.database.read(alert_lookups.open_groups)
    from bot.store import alerts

    await fleet.database.write(lambda tx: [alerts.resolve_open(tx, group.id, "U1") for group in groups])
    assert await open_alerts(fleet) == []
    await fleet.look()
    assert len(await open_alerts(fleet)) == 2


async def test_half_of_the_calls_gone_is_a_drop(fleet):
    for _ in range(13):
        await fleet.call(60, per_minute=20)
    assert "low_throughput model" not in await fleet.look()
    await fleet.call(15, per_minute=5)
    assert (await fleet.look()).get("low_throughput model") == Transition.FIRED


async def test_silence_is_a_drop_and_not_no_data(fleet):
    for _ in range(6):
        await fleet.call(60, per_minute=20)
    fleet.clock.advance(40 * 60)
    assert (await fleet.look()).get("low_throughput model") == Transition.FIRED


async def test_a_second_replica_does_not_look_again(fleet):
    await fleet.call(6, seconds=4.2)
    other = Looker(fleet.database, fleet.telemetry, fleet.rules, WatchSettings(), AlertDelivery())
    assert await fleet.looker.look()
    assert await other.look() == {}


async def test_rules_are_read_again_and_a_broken_file_replaces_nothing(database, clock, tmp_path):
    path = tmp_path / "rules.yml"
    path.write_text(SHIPPED.read_text())
    fleet = Fleet(database, clock, path)
    await fleet.call(6, seconds=2.5)
    assert await fleet.look() == {}
    path.write_text(SHIPPED.read_text().replace("avg_response_time > 3.0", "avg_response_tme > 3.0"))
    assert await fleet.look() == {}
    assert "slow_responses" in fleet.rules.trouble
    assert "character 1" in fleet.rules.trouble
    assert str(path) in fleet.rules.trouble
    assert len(fleet.rules.rules.rules) == len(read_rules(SHIPPED).rules)
    path.write_text(SHIPPED.read_text().replace("avg_response_time > 3.0", "avg_response_time > 2.0"))
    assert "slow_responses model" in await fleet.look()
    assert fleet.rules.trouble == ""


async def test_a_rule_that_is_taken_away_ends_its_alerts(database, clock, tmp_path):
    path = tmp_path / "rules.yml"
    path.write_text(SHIPPED.read_text())
    fleet = Fleet(database, clock, path)
    await fleet.call(6, seconds=4.2)
    await fleet.look()
    path.write_text("rules: []\n")
    assert set((await fleet.look()).values()) == {Transition.RESOLVED}
    assert await open_alerts(fleet) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("rules: [", "is no YAML", id="syntax"),
        pytest.param("a: &a [1]\nrules: *a\n", "aliases are not taken", id="aliases"),
        pytest.param("nonsense: 1\n", "must hold `rules:`", id="other keys"),
    ],
)
def test_what_is_wrong_with_a_file_is_said(tmp_path, text, said):
    path = tmp_path / "rules.yml"
    path.write_text(text)
    with pytest.raises(SettingsError, match=r"rules\.yml") as caught:
        read_rules(path)
    assert said in caught.value.message
