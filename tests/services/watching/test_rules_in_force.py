"""The file of rules over restarts, kills and replicas: the last good rules go on, and everything is said once."""

import functools
import signal
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.errors import SettingsError
from bot.services.watching.report import RulesDesk
from bot.services.watching.rules_file import SHIPPED
from bot.services.watching.rules_in_force import RulesInForce
from bot.store import rules_in_force as store
from bot.store.audit import audit
from bot.store.messages import messages
from riskengine.response.rule_reports import Standing
from tests import programs

GOOD = SHIPPED.read_text()
BROKEN = GOOD.replace("avg_response_time > 3.0", "avg_response_tme > 3.0")
OTHER = "rules: []\n"
CHANNEL = "#troubles"


@pytest.fixture
def path(tmp_path) -> Path:
    written = tmp_path / "rules.yml"
    written.write_text(GOOD)
    return written


async def opened(database, path) -> RulesInForce:
    rules = RulesInForce(database, path, CHANNEL)
    await rules.open()
    return rules


def names(rules: RulesInForce) -> list[str]:
    return [each.rule.name for each in rules.rules.rules]


async def said(database) -> list[str]:
    query = sa.select(messages.c.template, messages.c.channel).order_by(messages.c.id)
    rows = await database.read(lambda tx: tx.execute(query).all())
    assert {row.channel for row in rows} <= {CHANNEL}
    return [row.template for row in rows]


async def recorded(database) -> list[str]:
    query = sa.select(audit.c.verb).where(audit.c.object_kind == "rules").order_by(audit.c.id)
    return list(await database.read(lambda tx: tx.execute(query).scalars().all()))


async def test_a_restart_with_a_broken_file_goes_on_with_the_last_good_rules(database, path):
    before = names(await opened(database, path))
    path.write_text(BROKEN)
    rules = await opened(database, path)
    assert names(rules) == before != []
    assert "character 1" in rules.trouble
    assert await said(database) == ["rules/refused"]
    # Every further restart says nothing new.
    again = await opened(database, path)
    assert again.trouble == rules.trouble
    path.unlink()
    gone = await opened(database, path)
    assert names(gone) == before
    assert "cannot be read" in gone.trouble
    path.write_text(GOOD)
    assert await gone.refresh()
    assert gone.trouble == ""
    assert await said(database) == ["rules/refused", "rules/refused", "rules/mended"]
    assert await recorded(database) == ["rules_read", "rules_refused", "rules_refused", "rules_read"]


async def test_a_first_start_with_a_broken_file_is_refused(database, path):
    path.write_text(BROKEN)
    with pytest.raises(SettingsError, match="slow_responses"):
        await opened(database, path)
    assert await said(database) == []


async def test_a_good_file_is_recorded_once_and_told_nobody(database, path):
    rules = await opened(database, path)
    assert not await rules.refresh()
    path.write_text(OTHER)
    assert await rules.refresh()
    await opened(database, path)
    assert names(rules) == []
    assert await recorded(database) == ["rules_read", "rules_read"]
    assert await said(database) == []


async def test_the_same_mistake_made_again_is_said_again(database, path):
    rules = await opened(database, path)
    for text in (BROKEN, GOOD + "\n", BROKEN):
        path.write_text(text)
        await rules.refresh()
    assert await said(database) == ["rules/refused", "rules/mended", "rules/refused"]


async def test_of_two_replicas_one_says_it(database, path):
    both = [await opened(database, path), await opened(database, path)]
    path.write_text(BROKEN)
    for rules in both:
        await rules.refresh()
        assert rules.trouble
    assert await said(database) == ["rules/refused"]
    path.write_text(GOOD + "\n")
    for rules in both:
        assert await rules.refresh()
    assert await said(database) == ["rules/refused", "rules/mended"]


async def test_a_long_list_of_mistakes_is_cut_and_said(database, path):
    await opened(database, path)
    path.write_text("rules:\n" + "  - nonsense: 1\n" * 200)
    rules = await opened(database, path)
    assert len(rules.trouble) > 10_000
    query = sa.select(messages.c.payload).where(messages.c.template == "rules/refused")
    problems = (await database.read(lambda tx: tx.execute(query).scalar_one()))["problems"]
    assert sum(map(len, problems)) < 1_600
    assert problems[-1].endswith("…")


async def test_the_report_before_the_first_look(database, path):
    report = await RulesDesk(database, await opened(database, path)).report()
    assert report.looked_at is None
    assert report.read_at is not None
    assert {each.standing for each in report.rules} == {None}
    assert (report.path, report.trouble) == (str(path), "")


async def test_the_report_says_the_file_is_broken_since_when(database, path):
    rules = await opened(database, path)
    path.write_text(BROKEN)
    await rules.refresh()
    report = await RulesDesk(database, rules).report()
    assert "character 1" in report.trouble
    assert report.trouble_at is not None
    assert len(report.rules) == len(names(rules)) > 0


async def test_the_report_tells_values_against_limits(database, clock):
    from tests.services.watching.test_look import Fleet

    fleet = Fleet(database, clock)
    await fleet.call(6, seconds=4.2)
    await fleet.look()
    report = await RulesDesk(database, fleet.rules).report()
    slow = next(each for each in report.rules if each.rule.name == "slow_responses")
    assert slow.standing == Standing.FIRING
    assert {each.subject for each in slow.subjects} == {"model glm-4.5", "role architect"}
    assert slow.subjects[0].figures == ("mean response time 4.2 s, limit > 3 s",)
    assert slow.subjects[0].since is not None
    drop = next(each for each in report.rules if each.rule.name == "low_throughput")
    assert drop.standing == Standing.NO_DATA
    errors = next(each for each in report.rules if each.rule.name == "high_error_rate")
    assert errors.standing == Standing.INACTIVE
    assert errors.subjects[0].figures == ("failed calls 0 %, limit > 5 %",)


#: Opens the file and reads it again after a change, killed wherever FAULTS says.
PROGRAM = """
import asyncio, sys
from pathlib import Path
from bot.clock import Clock
from bot.services.watching.rules_in_force import RulesInForce
from bot.store.open import open_database

async def main():
    path, broken = Path(sys.argv[2]), sys.argv[3]
    rules = RulesInForce(open_database(sys.argv[1], Clock()), path, "#troubles")
    await rules.open()
    path.write_text(Path(broken).read_text())
    await rules.refresh()

asyncio.run(main())
"""


@pytest.mark.parametrize(
    ("faults", "revision"),
    [
        pytest.param("rules.before_commit:1", 0, id="before the first file's commit"),
        pytest.param("rules.committed:1", 1, id="after the first file's commit"),
        pytest.param("rules.before_commit:2", 1, id="before the broken file's commit"),
        pytest.param("rules.committed:2", 2, id="after the broken file's commit"),
    ],
)
async def test_a_kill_leaves_rules_and_says_everything_once(database, database_url, path, tmp_path, faults, revision):
    broken = tmp_path / "broken.yml"
    broken.write_text(BROKEN)
    run = functools.partial(programs.run, PROGRAM, database_url, str(path), str(broken))
    done = run(faults=faults)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert (await database.read(store.current)).revision == revision
    for _ in range(2):
        # Started again it finds the file as it is, broken or not.
        done = run()
        assert done.returncode == 0, done.stderr
    rules = await opened(database, path)
    assert len(names(rules)) > 0
    assert rules.trouble
    assert await said(database) == ["rules/refused"]
    assert await recorded(database) == ["rules_read", "rules_refused"]
