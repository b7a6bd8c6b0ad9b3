"""What a channel asks to hear: each verb changes it, says it in the channel, and tells what the channel hears now."""

from typing import NamedTuple

from pydantic import BaseModel, ConfigDict

from bot.failpoints import FailPoint, pass_by
from bot.services.alerts.catch_up import CaughtUp, catch_up
from bot.settings import AlertDelivery
from bot.store import alert_lookups, audit, destinations, inbound, outbox
from bot.store import subscriptions as store
from bot.store.database import Transaction
from bot.store.outbox import Note
from riskengine.response.grouping import SUBJECT_LABELS
from riskengine.response.hearing import Hearing, hearing_of
from riskengine.response.subscriptions import Filter, Subscription, unknown_labels
from riskengine.series import Dimension

KIND = "subscription"
#: Labels that alerts may have although none had them lately.
COMMON_LABELS = frozenset({"alertname", "area", "severity", *SUBJECT_LABELS, *Dimension})
#: Alerts whose labels are known; one look at the newest rows.
ALERTS_KNOWN = 200


class Asking(BaseModel):
    """A person's request for a channel; `delivery_id` is the same when Slack delivers it again."""

    model_config = ConfigDict(frozen=True)

    user_id: str
    channel: str
    channel_name: str = ""
    #: None, where all of the channel's subscriptions are meant.
    filter: Filter | None
    delivery_id: str


class Heard(NamedTuple):
    """What came of a request, and what the channel hears now."""

    hearing: Hearing
    #: Our own sentence; filters stand in `about`.
    said: str
    about: tuple[Filter, ...] = ()
    #: More sentences, for whoever asked alone.
    more: tuple[str, ...] = ()


def subscribe(tx: Transaction, asking: Asking, settings: AlertDelivery) -> Heard:
    """Have the channel hear what the filter lets through, open groups at once."""
    wanted = asking.filter or Filter()
    if not inbound.is_first(tx, "command", asking.delivery_id):
        return Heard(_hearing(tx, asking, settings), "That is done already.")
    before = store.of_channel(tx, asking.channel)
    if any(each.filter == wanted for each in before):
        return _again(tx, asking, wanted, before, settings)
    if len(before) >= settings.subscriptions_per_channel:
        said = f"A channel has at most {settings.subscriptions_per_channel} subscriptions. Nothing was changed."
        return Heard(_hearing(tx, asking, settings), said)
    number = store.begin(tx, asking.channel, asking.channel_name, wanted, asking.user_id)
    if number is None:
        return _again(tx, asking, wanted, store.of_channel(tx, asking.channel), settings)
    caught = catch_up(tx, next(each for each in store.in_force(tx) if each.id == number), settings)
    _say(tx, asking, "subscribed", [number], [wanted])
    warnings = _warnings(tx, wanted)
    heard = _hearing(tx, asking, settings)
    pass_by(FailPoint.PRESS_BEFORE_COMMIT)
    return Heard(heard, "From now on this channel hears ", (wanted,), (_told(caught), *warnings))


def unsubscribe(tx: Transaction, asking: Asking, settings: AlertDelivery) -> Heard:
    """End one subscription of the channel, or all; cards that stand there stay up to date."""
    if not inbound.is_first(tx, "command", asking.delivery_id):
        return Heard(_hearing(tx, asking, settings), "That is done already.")
    ended = store.end(tx, asking.channel, asking.filter, asking.user_id)
    heard = _hearing(tx, asking, settings)
    if not ended:
        return Heard(heard, "Nothing was changed: this channel is not subscribed to ", (asking.filter or Filter(),))
    filters = [each.filter for each in ended]
    _say(tx, asking, "unsubscribed", [each.id for each in ended], filters)
    pass_by(FailPoint.PRESS_BEFORE_COMMIT)
    cards = "Cards that stand here already stay up to date."
    return Heard(heard, "This channel is not subscribed any more to ", tuple(filters), (cards,))


def hearing(tx: Transaction, channel: str, channel_name: str, settings: AlertDelivery) -> Hearing:
    """What the channel hears now, by the settings and by its subscriptions."""
    spelled = [channel, f"#{channel_name}", channel_name, *destinations.spellings_of(tx, channel)]
    mine = store.of_channel(tx, channel)
    spelled += [alias for each in mine for alias in each.aliases]
    return hearing_of(spelled, settings.routes, settings.default_channel, mine)


def _hearing(tx: Transaction, asking: Asking, settings: AlertDelivery) -> Hearing:
    return hearing(tx, asking.channel, asking.channel_name, settings)


def elsewhere(tx: Transaction, channel: str) -> list[Subscription]:
    """The subscriptions of all other channels."""
    return [each for each in store.in_force(tx) if each.channel != channel]


def _again(
    tx: Transaction, asking: Asking, wanted: Filter, known: list[Subscription], settings: AlertDelivery
) -> Heard:
    mine = next(each for each in known if each.filter == wanted)
    heard = _hearing(tx, asking, settings)
    said = "Nothing was changed: this channel is subscribed already to "
    if not mine.broken:
        return Heard(heard, said, (wanted,))
    # Whoever asks once more has repaired the channel, or wants to know.
    destinations.try_again(tx, asking.channel)
    caught = catch_up(tx, mine.model_copy(update={"broken": ""}), settings)
    more = f"Slack refused my messages here ({mine.broken}), so I had stopped; I try again now. {_told(caught)}"
    return Heard(heard, said, (wanted,), (more,))


def _say(tx: Transaction, asking: Asking, verb: str, numbers: list[int], filters: list[Filter]) -> None:
    """In the channel, so that whoever reads there knows; and in the audit."""
    payload = {"by": asking.user_id, "filters": [str(each) for each in filters]}
    key = f"{KIND}:{verb}:{numbers[0]}"
    destinations.ensure(tx, [asking.channel])
    outbox.enqueue(tx, [Note(key, f"alerts/{verb}", KIND, numbers[0], payload, channel=asking.channel)])
    entries = zip(numbers, filters, strict=True)
    actor = audit.actor(asking.user_id)
    detail = {"channel": asking.channel}
    audit.record(tx, [audit.Entry(actor, verb, KIND, each, {**detail, "filter": str(one)}) for each, one in entries])


def _told(caught: CaughtUp) -> str:
    """What a new subscription brings at once, to the last group."""
    one = caught.matching == 1
    match = (
        f"{'At least ' if caught.is_least else ''}{caught.matching} open alert group{' matches' if one else 's match'}"
    )
    if not caught.matching:
        return "No open alert group matches now."
    if not caught.told and caught.all_told:
        return f"{match} now, and {'has its card' if one else 'have their cards'} here already."
    if caught.told == caught.matching:
        return f"{match} now, and {'comes' if one else 'come'} here at once."
    which = f"the {caught.told} without a card here" if caught.all_told else f"the worst {caught.told}"
    later = "" if caught.all_told else ", the others when they get worse or grow"
    return f"{match} now; {which} come here at once{later}."


def _warnings(tx: Transaction, wanted: Filter) -> list[str]:
    """A label that is misspelt would match nothing, silently."""
    if not wanted.matchers:
        return []
    unknown = unknown_labels(wanted, COMMON_LABELS | alert_lookups.label_names(tx, ALERTS_KNOWN))
    hints = {label: f"; did you mean {near}?" if near else "." for label, near in unknown.items()}
    return [f"No alert has had the label {label} lately{hint}" for label, hint in hints.items()]
