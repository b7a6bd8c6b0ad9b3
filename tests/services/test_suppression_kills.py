"""A process killed at the worst moments of a silence or an inhibition: what they did is done, and said once."""

import signal as signals

import pytest

from bot.store import silences as store
from riskengine.response.alerts import AlertStatus
from riskengine.response.silences import SilenceEnd, SilenceStatus
from tests import programs
from tests.services.test_inhibitions import by_name
from tests.services.test_silences import cards

FIRING, _, SUPPRESSED, RESOLVED = AlertStatus

#: A program and a sender that try again as they do: the same key, the same alerts. Business time begins where it is
#: told to, so that the second life is later than the first.
PROGRAM = """
import asyncio, sys
from datetime import UTC, datetime, timedelta
from bot.clock import Clock
from bot.scheduling.due import DueRunner
from bot.services.alerts.desk import AlertDesk
from bot.services.silences.desk import SilenceDesk
from bot.settings import AlertDelivery
from bot.store.open import open_database
from riskengine.response.silences import SilenceDraft, parse_matchers
from tests.services.conftest import WORKS
from tests.services.test_inhibitions import outage, slow
from functools import partial

async def main(url, story, later):
    clock = Clock()
    clock.advance(float(later))
    database = open_database(url, clock)
    settings = AlertDelivery(group_wait="1s")
    alerts, silences = AlertDesk(database, None, settings), SilenceDesk(database, None, settings)
    works = {kind: (lambda tx, rows, work=work: work(tx, rows, settings)) for kind, work in WORKS.items()}
    runner = DueRunner(database, works)

    async def pass_time(seconds):
        clock.advance(seconds)
        await runner.do_all()

    async def silence():
        await alerts.receive([slow()])
        await pass_time(2)
        draft = SilenceDraft(
            matchers=parse_matchers("model=glm"), ends_at=clock.now() + timedelta(hours=1), comment="upgrade"
        )
        made, _ = await silences.make_by_program(draft, "ci", "key")
        await alerts.receive([slow(name="Errors")])
        await pass_time(2)
        if story == "ended":
            await silences.end_by_program(made.id, "ci", f"end-{later}")
        await pass_time(3601)

    async def inhibition():
        await alerts.receive([slow()])
        await pass_time(2)
        begin = datetime(2026, 1, 1, tzinfo=UTC)
        await alerts.receive([outage().model_copy(update={"started_at": begin})])
        await pass_time(2)
        await alerts.receive([slow(name="Errors")])
        await pass_time(2)
        await alerts.receive([outage("resolved").model_copy(update={"started_at": begin})])
        await pass_time(2)

    await (inhibition if story == "inhibition" else silence)()
    print("done")

asyncio.run(main(*sys.argv[1:]))
"""


def live(database_url: str, story: str, later: float, faults: str = "") -> programs.Finished:
    return programs.run(PROGRAM, database_url, story, str(later), faults=faults)


KILLS = [
    ("ended", "press.before_commit:1"),
    ("ended", "press.committed:1"),
    ("ended", "ingest.before_commit:2"),
    ("ended", "ingest.committed:2"),
    ("ended", "press.before_commit:2"),
    ("ended", "press.committed:2"),
    ("ended", "due.before_commit:2"),
    ("expired", "due.before_commit:2"),
    ("expired", "due.committed:2"),
]


#: All of it on SQLite; on PostgreSQL, whose transactions are undone by the server, the kills around commits.
EVERYWHERE = [("ended", "press.before_commit:2"), ("ended", "press.committed:2"), ("expired", "due.before_commit:2")]
SILENCES = [("sqlite", *kill) for kill in KILLS] + [("postgresql", *kill) for kill in EVERYWHERE]


@pytest.mark.parametrize(
    ("database_url", "story", "faults"), SILENCES, indirect=["database_url"], ids=[" ".join(each) for each in SILENCES]
)
async def test_a_silence_begins_and_ends_once(silences, database, database_url, story, faults):
    killed = live(database_url, story, 0, faults)
    assert killed.returncode == -signals.SIGKILL, (killed.stdout, killed.stderr)
    lived = live(database_url, story, 10)
    assert lived.stdout == "done\n", lived.stderr
    assert await by_name(database) == {"Slow": (FIRING, None), "Errors": (FIRING, None)}
    [began] = await silences.told("silences/began")
    [over] = await silences.told("silences/over")
    assert began["holding"] == 1
    [made] = await database.read(lambda tx: store.by_state(tx, list(SilenceStatus), 10))
    because = SilenceEnd.ENDED if story == "ended" else SilenceEnd.EXPIRED
    assert (made.state, made.ended_because) == (SilenceStatus.EXPIRED, because)
    assert over["because"] == because
    # Killed between the begin and the second alert, the silence may have ended before the sender came again.
    assert over["hidden"] in {1, 2}
    assert await cards(database) == 2


INHIBITIONS = [
    "ingest.before_commit:2",
    "ingest.committed:2",
    "due.before_commit:2",
    "due.committed:2",
    "ingest.before_commit:4",
    "ingest.committed:4",
    "due.before_commit:3",
]


INHIBITED = [("sqlite", each) for each in INHIBITIONS] + [("postgresql", "due.before_commit:2")]


@pytest.mark.parametrize(
    ("database_url", "faults"), INHIBITED, indirect=["database_url"], ids=[" ".join(each) for each in INHIBITED]
)
async def test_an_inhibition_begins_and_ends_once(silences, database, database_url, faults):
    killed = live(database_url, "inhibition", 0, faults)
    assert killed.returncode == -signals.SIGKILL, (killed.stdout, killed.stderr)
    lived = live(database_url, "inhibition", 10)
    assert lived.stdout == "done\n", lived.stderr
    assert await by_name(database) == {
        "Slow": (FIRING, None),
        "Provider down": (RESOLVED, None),
        "Errors": (FIRING, None),
    }
    assert [each["name"] for each in await silences.told("alerts/unmuted")] == ["Slow"]
    assert await cards(database) == 3
