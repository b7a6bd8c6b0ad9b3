"""Settling a message: only the holder of the lease may, and nothing newer is forgotten."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.store import cards, claims, destinations, messages, outbox
from bot.store.cards import CardWish
from bot.store.claims import Action, Terms
from bot.store.messages import MessageState, Priority
from bot.store.outbox import Note
from bot.store.rates import MethodRate

GENEROUS = {action: MethodRate(per_minute=60_000, burst=1_000) for action in Action}


def terms(owner="me", lease_seconds=60):
    return Terms(owner, timedelta(seconds=lease_seconds), timedelta(seconds=1), GENEROUS)


def wish(tx, revision=1, subject=1):
    destinations.ensure(tx, ["#a"])
    cards.want(tx, [CardWish("alerts/card", "alert_group", subject, "#a", revision, Priority.ALERT, tx.now)])


async def claimed(database, **options):
    """The one message that is claimed now."""
    taken = await database.write(lambda tx: claims.claim(tx, terms(**options)))
    assert len(taken) == 1
    return taken[0].row


async def stored(database, row):
    query = sa.select(messages.messages).where(messages.messages.c.id == row.id)
    return await database.read(lambda tx: tx.execute(query).one())


async def later(database, seconds, work):
    """Run the work as if so many real seconds had passed."""
    return await database.write(lambda tx: work(replace(tx, protocol_now=tx.protocol_now + timedelta(seconds=seconds))))


SETTLEMENTS = {
    "shown": lambda tx, row, owner: messages.settle_shown(tx, row, owner, revision=1, ts="1.1", posted_channel="C1"),
    "waiting": lambda tx, row, owner: messages.settle_waiting(tx, row, owner, pause=timedelta(0), reason="429"),
    "ambiguous": lambda tx, row, owner: messages.settle_ambiguous(tx, row, owner, pause=timedelta(0), reason="lost"),
    "changed": lambda tx, row, owner: messages.settle_changed(tx, row, owner, plain=True),
    "dead": lambda tx, row, owner: messages.settle_dead(tx, row, owner, reason="refused"),
}


@pytest.mark.parametrize("settle", SETTLEMENTS.values(), ids=SETTLEMENTS.keys())
async def test_only_the_holder_settles(database, settle):
    await database.write(wish)
    row = await claimed(database)
    assert not await database.write(lambda tx: settle(tx, row, "somebody else"))
    assert (await stored(database, row)).state == MessageState.SENDING
    assert await database.write(lambda tx: settle(tx, row, "me"))
    assert (await stored(database, row)).lease_owner is None
    assert not await database.write(lambda tx: settle(tx, row, "me")), "a second settlement has no lease any more"


async def test_sender_paused_past_its_lease_is_fenced_off(database):
    await database.write(wish)
    row = await claimed(database)
    await later(database, 61, claims.release_expired)
    assert (await stored(database, row)).state == MessageState.AMBIGUOUS
    assert not await database.write(lambda tx: SETTLEMENTS["shown"](tx, row, "me"))
    assert (await stored(database, row)).ts is None


async def test_lease_is_kept_until_its_end(database):
    await database.write(wish)
    row = await claimed(database)
    assert await later(database, 59, claims.release_expired) == 0
    assert (await stored(database, row)).state == MessageState.SENDING


@pytest.mark.parametrize(
    ("wanted", "state"),
    [
        pytest.param(1, MessageState.SHOWN, id="the newest is shown"),
        pytest.param(2, MessageState.WAITING, id="a newer one came meanwhile"),
    ],
)
async def test_newer_revision_waits_again(database, wanted, state):
    await database.write(wish)
    row = await claimed(database)
    await database.write(lambda tx: cards.bump(tx, "alert_group", {1: wanted}))
    await database.write(lambda tx: SETTLEMENTS["shown"](tx, row, "me"))
    found = await stored(database, row)
    assert (found.state, found.shown_revision, found.ts) == (state, 1, "1.1")


async def test_card_is_wished_for_once(database):
    await database.write(wish)
    await database.write(wish)
    await claimed(database)


async def test_note_key_is_posted_once_for_ever(database):
    note = Note("escalation:1:asked", "alerts/refired", "escalation", 1, {}, channel="U1")

    def enqueue(tx):
        destinations.ensure(tx, ["U1"])
        outbox.enqueue(tx, [note])

    await database.write(enqueue)
    row = await claimed(database)
    await database.write(lambda tx: messages.settle_shown(tx, row, "me", revision=1, ts="1.1", posted_channel="D1"))
    await database.write(enqueue)
    assert await later(database, 5, lambda tx: claims.claim(tx, terms())) == []


async def test_two_claims_share_no_message(database, rival):
    def many(tx):
        channels = [f"#c{number}" for number in range(10)]
        destinations.ensure(tx, channels)
        cards.want(
            tx, [CardWish("alerts/card", "alert_group", 1, each, 1, Priority.ALERT, tx.now) for each in channels]
        )

    await database.write(many)
    first = await database.write(lambda tx: claims.claim(tx, terms("a")))
    second = await rival.write(lambda tx: claims.claim(tx, terms("b")))
    assert len(first) == 10
    assert second == []


async def test_channel_gets_one_post_a_turn(database):
    await database.write(lambda tx: [wish(tx, subject=each) for each in range(3)])
    assert (await claimed(database)).subject_id == 0
    assert await database.write(lambda tx: claims.claim(tx, terms())) == []
    taken = await later(database, 1, lambda tx: claims.claim(tx, terms()))
    assert [each.row.subject_id for each in taken] == [1]


async def shown(database, *subjects):
    """Cards of these subjects, posted; one after the other, as their channel's turns come."""
    for number, subject in enumerate(subjects):
        await database.write(lambda tx, subject=subject: wish(tx, subject=subject))
        [taken] = await later(database, 2 * number, lambda tx: claims.claim(tx, terms(lease_seconds=600)))
        ts = f"1.{subject}"
        await database.write(
            lambda tx, row=taken.row, ts=ts: messages.settle_shown(
                tx, row, "me", revision=1, ts=ts, posted_channel="C1"
            )
        )


async def test_card_that_changes_all_the_time_leaves_room_for_others(database):
    """One edit at a time may go out; the restless card is the older one."""
    await shown(database, 1, 2)
    one_by_one = terms()._replace(limit=1)
    edited = []
    for revision in range(2, 6):
        changed = {1: revision, 2: 2} if revision == 2 else {1: revision}
        await database.write(lambda tx, changed=changed: cards.bump(tx, "alert_group", changed))
        [taken] = await later(database, revision, lambda tx: claims.claim(tx, one_by_one))
        await database.write(lambda tx, changed=changed: cards.bump(tx, "alert_group", {1: 99}))
        await later(
            database,
            revision,
            lambda tx, row=taken.row, seen=revision: messages.settle_shown(tx, row, "me", revision=seen),
        )
        edited.append(taken.row.subject_id)
    assert edited[:3] == [1, 2, 1]


def reply(thread_of):
    return Note("refired:1", "alerts/refired", "alert_group", 1, {}, thread_of=thread_of)


async def test_edits_of_copies_in_dms_go_behind_those_of_cards(database):
    """A decision edits the copies of everybody who was asked; Slack's edits a minute are for what all read first."""
    places = {1: ("U1", "D1"), 2: ("#approvals", "C2"), 3: ("#a", "C3")}

    def wish_all(tx):
        destinations.ensure(tx, [wanted for wanted, _ in places.values()])
        cards.want(
            tx,
            [
                CardWish(
                    "approvals/card",
                    "approval",
                    subject,
                    wanted,
                    1,
                    Priority.URGENT if subject < 3 else Priority.ALERT,
                    tx.now,
                )
                for subject, (wanted, _) in places.items()
            ],
        )

    await database.write(wish_all)
    for taken in await database.write(lambda tx: claims.claim(tx, terms())):
        shown = {"revision": 1, "ts": f"1.{taken.row.subject_id}", "posted_channel": places[taken.row.subject_id][1]}
        await database.write(lambda tx, row=taken.row, shown=shown: messages.settle_shown(tx, row, "me", **shown))
    await database.write(lambda tx: cards.bump(tx, "approval", dict.fromkeys(places, 2)))
    edited = []
    for _ in places:
        (taken,) = await database.write(lambda tx: claims.claim(tx, terms()._replace(limit=1)))
        assert taken.action == Action.EDIT
        edited.append(taken.row.posted_channel)
        await database.write(lambda tx, row=taken.row: messages.settle_shown(tx, row, "me", revision=2))
    assert edited == ["C2", "C3", "D1"]


async def test_reply_to_what_was_given_up_goes_to_the_channel(database):
    await database.write(wish)
    row = await claimed(database)
    await database.write(lambda tx: messages.settle_dead(tx, row, "me", reason="refused"))
    await database.write(lambda tx: outbox.enqueue(tx, [reply(row.id)]))
    [taken] = await later(database, 2, lambda tx: claims.claim(tx, terms()))
    assert (taken.row.template, taken.row.channel, taken.row.thread_of) == ("alerts/refired", "#a", None)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_reply_written_while_its_thread_is_given_up(database, rival):
    """Whichever commits first, the reply is not left waiting for a thread that never stands."""
    await database.write(wish)
    row = await claimed(database)

    def slowly(tx):
        outbox.enqueue(tx, [reply(row.id)])
        tx.execute(sa.text("SELECT pg_sleep(0.3)"))

    writing = asyncio.create_task(database.write(slowly))
    await asyncio.sleep(0.1)
    await rival.write(lambda tx: messages.settle_dead(tx, row, "me", reason="refused"))
    await writing
    [taken] = await later(database, 2, lambda tx: claims.claim(tx, terms()))
    assert (taken.row.template, taken.row.thread_of) == ("alerts/refired", None)


async def test_what_a_late_edit_may_have_put_back_is_shown_once_more(database):
    await database.write(wish)
    first = await claimed(database)
    await database.write(lambda tx: SETTLEMENTS["shown"](tx, first, "me"))
    await database.write(lambda tx: cards.bump(tx, "alert_group", {1: 2}))
    stopped = await claimed(database)
    await database.write(lambda tx: cards.bump(tx, "alert_group", {1: 3}))
    await later(database, 61, claims.release_expired)
    [other] = await later(database, 62, lambda tx: claims.claim(tx, terms("other")))
    newest = {"revision": 3}
    assert await database.write(lambda tx: messages.settle_shown(tx, other.row, "other", **newest))
    assert not await database.write(lambda tx: messages.settle_shown(tx, stopped, "me", revision=2))
    again = await stored(database, first)
    assert (again.state, again.shown_revision, again.wanted_revision) == (MessageState.WAITING, 3, 3)
