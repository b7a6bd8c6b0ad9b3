"""Complaints are filed once, count by model and role, and make a rule fire; both databases."""

import signal
from datetime import timedelta
from itertools import count

import pytest
import sqlalchemy as sa

from bot.services.complaints import desk as service
from bot.services.complaints.desk import Filing
from bot.services.telemetry.prune import Pruner
from bot.settings import TelemetrySettings
from bot.store import complaints as store
from bot.store.audit import audit
from bot.store.telemetry import series
from riskengine.complaints import ComplaintKind
from riskengine.response.evaluation import Transition
from riskengine.series import Dimension, Series
from tests import programs
from tests.services.watching.test_look import Fleet, open_alerts

_numbers = count(1)


async def model_id(database, name: str) -> int:
    """The id that stands for a model which telemetry has told of."""

    def find(tx):
        known = series.ids_of(tx, [Series(model=name)])
        return (known or series.add(tx, [Series(model=name)]))[Series(model=name)]

    return await database.write(find)


async def file(database, *, model="", user="U0HANA", ts="", kind=ComplaintKind.SLOW, delivery="", comment=""):
    number = next(_numbers)
    filing = Filing(
        user_id=user,
        model_id=await model_id(database, model) if model else 0,
        role_id=0,
        kind=kind,
        comment=comment,
        channel="C1",
        message_ts=ts or f"1.{number:06}",
        permalink="https://example.slack.com/archives/C1/p1",
        delivery_id=delivery or f"V{number}",
    )
    return await database.write(lambda tx: service.file_complaint(tx, filing))


async def newest(database):
    return await database.read(lambda tx: store.newest(tx, 10))


async def test_it_is_stored_with_its_link_and_audited_without_its_words(database):
    answer = await file(database, model="glm-4.5", kind=ComplaintKind.WRONG, comment="It made up a function.")
    assert answer.changed
    assert answer.text.startswith("Thank you.")
    [stored] = await newest(database)
    assert (stored.model, stored.role, stored.kind) == ("glm-4.5", "", ComplaintKind.WRONG)
    assert stored.comment == "It made up a function."
    assert stored.permalink.endswith("/p1")
    [entry] = await database.read(lambda tx: tx.execute(sa.select(audit)).all())
    assert (entry.actor, entry.verb, entry.object_id) == ("slack:U0HANA", "complained", stored.id)
    assert entry.detail == {"kind": "wrong", "model": "glm-4.5", "role": ""}


async def test_a_redelivery_is_thanked_and_stored_once(database):
    for _ in range(2):
        assert (await file(database, delivery="V9", ts="1.1")).text.startswith("Thank you.")
    assert len(await newest(database)) == 1


async def test_a_second_one_on_the_same_message_takes_the_firsts_place(database):
    await file(database, ts="1.1", comment="slow")
    await file(database, ts="1.1", kind=ComplaintKind.WRONG, comment="and wrong")
    await file(database, ts="1.1", user="U0IVAN")
    told = [(each.complained_by, each.kind.value, each.comment) for each in await newest(database)]
    assert sorted(told) == [("U0HANA", "wrong", "and wrong"), ("U0IVAN", "slow", "")]


async def test_what_one_may_choose_is_what_telemetry_has_told_of(database):
    await model_id(database, "glm-4.5")
    await model_id(database, "")
    await database.write(lambda tx: series.add(tx, [Series(model="glm-4.5", role="critic"), Series(model="opus")]))
    choices = await service.ComplaintDesk(database, None).choices()
    assert [each.name for each in choices.models] == ["glm-4.5", "opus"]
    assert [each.name for each in choices.roles] == ["critic"]
    by_id = await database.read(lambda tx: series.value_of(tx, choices.models[1].id, Dimension.MODEL))
    assert by_id == "opus"
    # An id that is gone, or made up, names no model.
    assert await database.read(lambda tx: series.value_of(tx, 10**6, Dimension.MODEL)) == ""


async def test_counts_are_by_model_and_role_and_time(database, clock):
    await file(database, model="glm-4.5")
    clock.advance(3_600)
    await file(database, model="glm-4.5")
    await file(database)
    since = clock.now() - timedelta(minutes=30)
    counts = await database.read(lambda tx: store.counts_since(tx, since))
    assert counts == {Series(model="glm-4.5"): 1, Series(): 1}


async def test_they_go_after_their_time(database, clock):
    await file(database)
    clock.advance(91 * 86_400)
    await file(database)
    assert await Pruner(database, TelemetrySettings()).prune() == 1
    assert len(await newest(database)) == 1


async def test_three_about_one_model_fire_and_are_over_with_time(database, clock):
    fleet = Fleet(database, clock)
    for _ in range(2):
        await file(database, model="glm-4.5")
    await file(database, model="opus")
    await file(database)
    assert await fleet.look() == {}
    await file(database, model="glm-4.5")
    # Five in all, three of them about one model.
    changed = await fleet.looker.look()
    assert {key[0]: step for key, step in changed.items()} == {
        "user_complaints": Transition.FIRED,
        "user_complaints_in_all": Transition.FIRED,
    }
    told = {name: (labels, annotations) for name, labels, annotations in await open_alerts(fleet)}
    labels, annotations = told["user_complaints"]
    assert labels == {"area": "performance", "model": "glm-4.5"}
    assert (annotations["value"], annotations["limit"]) == ("complaints by people 3", "3")
    assert annotations["basis"] == "in 1 h"
    clock.advance(3_700)
    await fleet.look()
    clock.advance(16 * 60)
    await fleet.look()
    assert await open_alerts(fleet) == []


async def test_nobody_complains_and_no_window_of_calls_is_read_for_it(database, clock):
    fleet = Fleet(database, clock)
    await fleet.call(6)
    await fleet.look()
    states = await database.read(lambda tx: tx.execute(sa.text("SELECT rule, subject FROM rule_states")).all())
    assert [row.subject for row in states if row.rule == "user_complaints"] == []


#: Files one complaint, killed wherever FAULTS says.
PROGRAM = """
import asyncio, sys
from bot.clock import Clock
from bot.services.complaints.desk import ComplaintDesk, Filing
from bot.services.permissions import Permissions
from bot.settings import PeopleSettings
from bot.store.open import open_database
from riskengine.people import Person

class Everybody:
    async def find(self, user_id):
        return Person(id=user_id, name="x")

async def main():
    desk = ComplaintDesk(open_database(sys.argv[1], Clock()), Permissions(Everybody(), PeopleSettings()))
    filing = Filing(user_id="U0HANA", model_id=0, role_id=0, kind="slow", comment="", channel="C1",
                    message_ts="1.1", permalink="", delivery_id="V1")
    await desk.file(filing)

asyncio.run(main())
"""


@pytest.mark.parametrize(
    ("faults", "stored"),
    [
        pytest.param("press.before_commit:1", 0, id="before the commit"),
        pytest.param("press.committed:1", 1, id="between commit and answer"),
    ],
)
async def test_a_kill_loses_nothing_and_counts_nothing_twice(database, database_url, faults, stored):
    done = programs.run(PROGRAM, database_url, faults=faults)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert len(await newest(database)) == stored
    # The form stayed open, so the person sends it again.
    await file(database, ts="1.1", delivery="V1")
    await file(database, ts="1.1", delivery="V2")
    assert len(await newest(database)) == 1
