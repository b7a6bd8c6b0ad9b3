"""Trials of the way in: presses while Slack refreshes, ends, cuts off, or silently loses the socket."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import sqlalchemy as sa

from bot.clock import monotonic_seconds
from bot.store.database import Transaction
from bot.store.inbound import inbound
from tests.faults.senders import PEOPLE, Condition, Pressed, send_until_answered
from tests.scenarios.driver import CHANNEL, Json, Message, until
from tests.stress.arena import Arena, arena

VERBS = ("alerts.acknowledge", "alerts.unacknowledge")
CARDS = 8
#: Cards by themselves, at once, drawn anew at once: a person can press only what stands there.
SETTINGS = {
    "alerts__group_wait": "100ms",
    "storms__digest_from": "1000",
    "delivery__channel_post_interval": "20ms",
    "delivery__posts_per_minute": "60000",
    "delivery__edits_per_minute": "60000",
}
NO_LINK = "not responding"


@dataclass
class Presses:
    """What became of presses."""

    acknowledged: list[Pressed] = field(default_factory=list)
    #: There was no link at that moment: Slack says so at once, and the person presses again.
    without_link: int = 0
    #: Slack had a link, and nobody answered by it.
    unanswered: list[Json] = field(default_factory=list)


async def press_while_refreshed(url: str, directory: Path, presses: int, per_second: float, refresh_seconds: float):
    """Presses in an even stream while Slack asks again and again for a new connection."""
    async with arena(url, directory, **SETTINGS) as place:
        # Slack's limits are another trial's.
        await place.workspace.faults(rate_limits=False)
        await place.start()
        cards = await _cards(place)
        refreshing = asyncio.create_task(_refresh(place, refresh_seconds))
        seen = await _press(place, cards, presses, per_second)
        refreshing.cancel()
        place.pressed += seen.acknowledged
        await place.quiet()
        await place.end()
        return seen, await place.database.read(_handled), await place.complaints()


async def _cards(place: Arena) -> list[Message]:
    news = [Condition("Slow", f"model-0-{each}", "performance", "high", 0) for each in range(CARDS)]
    await send_until_answered(place.api, "/v1/alerts", [each.alert(fires=True) for each in news])
    for each in news:
        each.answered(fires=True)
    place.conditions += news
    await place.quiet()
    return await place.workspace.messages()


async def _refresh(place: Arena, pause_seconds: float) -> None:
    while True:
        await asyncio.sleep(pause_seconds)
        await place.workspace.faults(disconnect="refresh_requested")


async def _press(place: Arena, cards: list[Message], count: int, per_second: float) -> Presses:
    """One after the other for each card, so that each can change something."""
    seen = Presses()

    async def press_card(number: int) -> None:
        for at in range(number, count, len(cards)):
            await asyncio.sleep(max(0.0, begun + at / per_second - monotonic_seconds()))
            await _press_once(place, cards[number], list(PEOPLE)[at % len(PEOPLE)], at // len(cards), seen)

    begun = monotonic_seconds()
    await asyncio.gather(*(press_card(number) for number in range(len(cards))))
    return seen


async def _press_once(place: Arena, card: Message, name: str, turn: int, seen: Presses) -> None:
    action = VERBS[turn % len(VERBS)]
    body = {"user": name, "channel": CHANNEL, "ts": card.ts, "action_id": action, "settle_seconds": 0.02}
    while True:
        answer = await place.workspace.http.post(f"{place.server.control_url}/press", json=body)
        if answer.status_code != httpx.codes.OK:
            # The card does not show that button yet, as the press before has not been drawn; nor could a person press.
            await asyncio.sleep(0.05)
            continue
        outcome = answer.json()
        if outcome["acknowledged"]:
            seen.acknowledged.append(Pressed(PEOPLE[name], card.ts, action, told=True))
            return
        if NO_LINK not in str(outcome.get("error")):
            seen.unanswered.append(outcome)
            return
        seen.without_link += 1
        await asyncio.sleep(0.05)


def _handled(tx: Transaction) -> Counter[tuple[str, ...]]:
    """How often each press was taken, by person, message and button."""
    rows = tx.execute(sa.select(inbound.c.delivery_id).where(inbound.c.source == "press")).scalars()
    return Counter(tuple(each.split(":")[:3]) for each in rows)


async def half_open_seconds(url: str, directory: Path, **settings: str) -> float:
    """From the moment at which the other end is gone without a word until another connection stands."""
    async with arena(url, directory, **SETTINGS, **settings) as place:
        await place.start()
        opened = await _opened(place)
        await place.workspace.faults(mute_pings=True)
        begun = monotonic_seconds()

        async def is_seen() -> bool:
            return await _opened(place) > opened

        await until(is_seen, 120, "the dead socket seen")
        return monotonic_seconds() - begun


async def back_seconds(url: str, directory: Path, cut_seconds: float, **settings: str) -> tuple[float, list[str]]:
    """From the end of a cut until a press works; alerts go on meanwhile, and are told in time."""
    async with arena(url, directory, **SETTINGS, **settings) as place:
        # Slack's limits are another trial's.
        await place.workspace.faults(rate_limits=False)
        await place.start()
        cards = await _cards(place)
        await place.workspace.faults(refuse_websocket=True, disconnect="link_disabled")
        await send_until_answered(place.api, "/v1/alerts", [_meanwhile(place).alert(fires=True)])
        await place.quiet()
        assert await place.workspace.find("model-0-9"), "a socket that is cut holds up no message"
        await asyncio.sleep(cut_seconds)
        await place.workspace.faults(refuse_websocket=False)
        begun = monotonic_seconds()
        seen = Presses()
        await _press_once(place, cards[0], "hana", 0, seen)
        took = monotonic_seconds() - begun
        place.pressed += seen.acknowledged
        await place.quiet()
        await place.end()
        return took, await place.complaints()


def _meanwhile(place: Arena) -> Condition:
    news = Condition("Slow", "model-0-9", "performance", "high", 0)
    news.answered(fires=True)
    place.conditions.append(news)
    return news


async def _opened(place: Arena) -> int:
    return len(await place.workspace.calls("apps.connections.open", ok=True))
