"""Pictures as rows: claimed once, given up or taken over like messages; both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import insert, select, update

from bot.store import pictures as store
from bot.store.messages import messages
from bot.store.open import open_database
from bot.store.pictures import PictureState, pictures

KIND = "alert_group"
LEASE = timedelta(seconds=30)


async def card(database, subject_id: int, *, state: str = "shown", ts: str | None = "1.1") -> None:
    def work(tx) -> None:
        row = {"nature": "card", "template": "alerts/card", "payload": {}, "channel": "#c", "priority": 30}
        row |= {
            "key": f"k{subject_id}{state}",
            "subject_kind": KIND,
            "subject_id": subject_id,
            "state": state,
            "ts": ts,
        }
        row |= {"wanted_revision": 1, "wanted_at": tx.protocol_now, "not_before": tx.protocol_now}
        tx.execute(insert(messages).values(row))

    await database.write(work)


async def want(database, **numbers: int) -> None:
    await database.write(lambda tx: store.want(tx, KIND, {int(each[1:]): number for each, number in numbers.items()}))


async def claim(database, owner: str = "me"):
    return await database.write(lambda tx: store.claim(tx, owner, LEASE))


async def states(database) -> list[str]:
    query = select(pictures.c.state).order_by(pictures.c.id)
    return await database.read(lambda tx: list(tx.execute(query).scalars()))


async def test_wished_for_twice_it_is_one(database):
    await want(database, g1=0)
    await want(database, g1=0, g2=0)
    await want(database, g1=1)
    assert await states(database) == ["waiting"] * 3


async def test_a_card_stands_first(database):
    await want(database, g1=0)
    assert await claim(database) is None
    await card(database, 1, state="waiting", ts=None)
    assert await claim(database) is None
    await card(database, 1)
    assert (await claim(database)).subject_id == 1


async def test_two_replicas_never_draw_the_same(database, database_url, clock):
    await want(database, g1=0, g2=0)
    for each in (1, 2):
        await card(database, each)
    rival = open_database(database_url, clock)
    try:
        claimed = [await claim(database, "me"), await claim(rival, "rival"), await claim(database, "me")]
        assert [each and each.subject_id for each in claimed] == [1, 2, None]
    finally:
        await rival.close()


async def test_only_the_holder_settles(database):
    await want(database, g1=0)
    await card(database, 1)
    held = await claim(database, "me")
    settled = await database.write(lambda tx: store.settle(tx, held, "rival", PictureState.DEAD))
    noted = await database.write(lambda tx: store.note_file(tx, held, "rival", "F00000001", "x"))
    assert (settled, noted, await states(database)) == (False, False, ["sending"])
    assert await database.write(lambda tx: store.note_file(tx, held, "me", "F00000001", "x"))


async def test_what_a_dead_sender_held_comes_back_with_its_file(database):
    await want(database, g1=0)
    await card(database, 1)
    held = await claim(database, "dead")
    await database.write(lambda tx: store.note_file(tx, held, "dead", "F00000001", "x"))
    await database.write(store.release_expired)
    assert await claim(database) is None
    assert not await database.read(store.anything_ripe)

    def lapse(tx) -> None:
        tx.execute(update(pictures).values(lease_until=tx.protocol_now - LEASE))

    await database.write(lapse)
    assert await database.read(store.anything_ripe)
    await database.write(store.release_expired)
    again = await claim(database)
    assert (again.file_id, again.attempts) == ("F00000001", 2)


@pytest.mark.parametrize(
    ("shown", "patience", "left"),
    [
        pytest.param(["bundled"], 60, "skipped", id="in a digest"),
        pytest.param(["bundled", "shown"], 60, "waiting", id="in a digest of one channel, a card in another"),
        pytest.param(["waiting"], 60, "waiting", id="its card is under way"),
        pytest.param(["shown"], 0, "skipped", id="it waited too long"),
    ],
)
async def test_what_has_no_hope_is_skipped(database, shown, patience, left):
    await want(database, g1=0)
    for state in shown:
        await card(database, 1, state=state, ts="1.1" if state == "shown" else None)
    await database.write(lambda tx: store.skip_hopeless(tx, timedelta(seconds=patience)))
    assert await states(database) == [left]


async def test_a_card_shows_the_newest_and_goes_without_when_refused(database):
    await want(database, g1=0)
    await want(database, g1=1)

    def uploaded(tx) -> None:
        tx.execute(update(pictures).values(state="uploaded", file_id="F0000000" + "x"))
        tx.execute(update(pictures).where(pictures.c.number == 1).values(file_id="FNEW", alt_text="new"))

    await database.write(uploaded)
    assert await database.read(lambda tx: store.shown(tx, KIND, 1)) is None
    assert await database.read(lambda tx: store.ripe_subjects(tx, KIND)) == [1]
    await database.write(lambda tx: store.mark_shown(tx, KIND, [1]))
    assert await database.read(lambda tx: store.shown(tx, KIND, 1)) == ("FNEW", "new")
    pause = timedelta(seconds=5)
    refused = [await database.write(lambda tx: store.refused(tx, KIND, 1, pause=pause, most=1)) for _ in range(3)]
    assert refused == [True, True, False]
    # Both may come back after their pause, once.
    assert await states(database) == ["uploaded", "uploaded"]
    assert await database.read(lambda tx: store.ripe_subjects(tx, KIND)) == []
