"""What is said of subscriptions, in every state."""

from collections.abc import Iterator
from typing import Any

from bot.slack import subscription_lists
from riskengine.response.hearing import Hearing
from riskengine.response.routing import Route
from riskengine.response.subscriptions import Filter, Subscription, parse_filter
from tests.contracts.texts import HOSTILE, LONG, NOON, note

LONGEST = parse_filter("team=" + LONG[:490])
SAID = "From now on this channel hears "


def _subscription(wanted: Filter, **more: Any) -> Subscription:
    return Subscription(id=1, channel="C0GENERAL", filter=wanted, created_by="U0HANA", created_at=NOON, **more)


def _hearings() -> Iterator[tuple[str, Hearing]]:
    one = _subscription(parse_filter("area=cost severity>=high"))
    route = Route(channel="#general", areas=("cost",), severity_at_least="high", labels={"team": "payments"})
    longest = Route(channel="#general", labels={LONG[:64]: LONG})
    yield "silent", Hearing(routes=(), is_default=False, subscriptions=())
    yield "one", Hearing(routes=(), is_default=False, subscriptions=(one,))
    yield "everything", Hearing(routes=(Route(channel="#x"),), is_default=True, subscriptions=(_everything(),))
    yield "routed", Hearing(routes=(route,), is_default=True, subscriptions=(one,))
    yield "refused", Hearing(routes=(), is_default=False, subscriptions=(_everything("is_archived"),))
    many = (_subscription(LONGEST, broken="channel_not_found"),) * 30
    yield "longest", Hearing(routes=(longest,) * 30, is_default=True, subscriptions=many)


def _everything(broken: str = "") -> Subscription:
    return _subscription(Filter(), broken=broken)


def examples() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for state, hearing in _hearings():
        for prefix in ("", "rb-" * 7):
            shown = subscription_lists.answer(SAID, [LONGEST] * 2, [HOSTILE] * 3, hearing, place="", prefix=prefix)
            yield "alerts/hearing", f"{state} hostile {prefix}", shown
            shown = subscription_lists.answer(SAID, [Filter()], ["None."], hearing, place="Invite me.", prefix=prefix)
            yield "alerts/hearing", f"{state} {prefix}", shown
            for number in (0, 1, 25):
                elsewhere = [*hearing.subscriptions, *[_everything("is_archived")] * number]
                listed = subscription_lists.listing(hearing, elsewhere, prefix=prefix)
                yield "alerts/subscriptions", f"{state}, {number} elsewhere {prefix}", listed
    for state, problems in (("one", ["character 1: x"]), ("hostile", [HOSTILE]), ("longest", [LONG] * 60)):
        yield "alerts/wrong_filter", state, subscription_lists.wrong_filter(problems, "")
    for verb in ("subscribed", "unsubscribed"):
        for state, filters in (("all", [""]), ("longest", [LONG[:500]] * 20), ("hostile", [HOSTILE])):
            for footer, shown in note(f"alerts/{verb}", {"by": "U0HANA", "filters": filters}):
                yield f"alerts/{verb}", f"{state}, {footer}", shown
