"""What listeners are given, and how they answer in time and in private."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncRespond

from bot.clock import monotonic_seconds
from bot.errors import DatabaseBusy, DatabaseUnavailable
from bot.handlers.metrics import PressMetrics
from bot.right_of_way import RightOfWay
from bot.services.alerts.desk import AlertDesk
from bot.services.alerts.subscription_desk import SubscriptionDesk
from bot.services.answers import Answer
from bot.services.approvals.desk import ApprovalDesk
from bot.services.budget_raises.desk import RaiseDesk
from bot.services.complaints.desk import ComplaintDesk
from bot.services.controls.desk import ControlDesk
from bot.services.escalations.desk import EscalationDesk
from bot.services.reports.delivery import DeliveryDesk
from bot.services.reports.noise import ReportDesk
from bot.services.silences.desk import SilenceDesk
from bot.services.watching.report import RulesDesk
from bot.slack.approval_cards import ApprovalCard
from bot.slack.client import SlackClient
from bot.slack.errors import SlackError
from bot.slack.links import Links

#: Slack shows its own error after 3 s; half of it leaves time for the way back.
COMMIT_SECONDS = 1.5
NOT_RECORDED = "I could not record that in time, so do not count on it. If the message does not change, press again."

#: Who is asking could not be found out, so the answer is no.
UNSURE = "Slack did not tell me who you are, so nothing was changed. Try again in a moment."

TOO_LATE = "Slack's dialog could not be opened in time; try again."


@dataclass(frozen=True)
class Context:
    """The services that listeners call; one field a feature."""

    alerts: AlertDesk
    reports: ReportDesk
    delivery: DeliveryDesk
    silences: SilenceDesk
    subscriptions: SubscriptionDesk
    rules: RulesDesk
    complaints: ComplaintDesk
    controls: ControlDesk
    raises: RaiseDesk
    approvals: ApprovalDesk
    escalations: EscalationDesk
    #: What the card of a request shows now; None where there is no such request.
    approval_card: Callable[[int], Awaitable[ApprovalCard | None]]
    links: Links
    client: SlackClient
    prefix: str
    metrics: PressMetrics
    way: RightOfWay


async def commit_then_acknowledge(context: Context, work: Awaitable[Answer], ack: AsyncAck) -> Answer:
    """Commit, then acknowledge, so that an acknowledged press is never lost; but acknowledge in time whatever happens.

    A press whose commit does not come is taken back where it has not begun, and its person is told.
    """
    answer = await committed(context, work)
    await ack()
    return answer


async def committed(context: Context, work: Awaitable[Answer]) -> Answer:
    """The answer of a commit, or why there is none, in time for an acknowledgement."""
    begun = monotonic_seconds()
    try:
        # Not `wait_for`: its task of its own and what it waits for cost four more turns of a busy loop.
        with context.way.taken():
            async with asyncio.timeout(COMMIT_SECONDS):
                answer = await work
    except (TimeoutError, DatabaseBusy, DatabaseUnavailable):
        answer = Answer.unchanged(NOT_RECORDED)
    except SlackError as error:
        answer = Answer.unchanged(f"{UNSURE} ({error.error})")
    context.metrics.commit_seconds.observe(monotonic_seconds() - begun)
    return answer


async def tell(answer: Answer, respond: AsyncRespond) -> None:
    """Tell the person alone; what every card shows by itself is not said again.

    From a modal or App Home there is no channel to tell it in; their listeners show it where the person looks.
    """
    if answer.text and respond.response_url:
        await respond(answer.text, response_type="ephemeral", replace_original=False)


def pressed(body: dict[str, Any]) -> dict[str, Any]:
    """The first action of a press."""
    action: dict[str, Any] = body["actions"][0]
    return action


def delivery_id(body: dict[str, Any]) -> str:
    """The same for every delivery of one press, different for two presses of one button."""
    action = pressed(body)
    place = body.get("container", {}).get("message_ts") or body.get("view", {}).get("id", "")
    return f"{body['user']['id']}:{place}:{action['action_id']}:{action.get('action_ts', '')}"


def is_in_dm(body: dict[str, Any]) -> bool:
    """Whether the pressed message stands in somebody's conversation with us."""
    return str(body.get("container", {}).get("channel_id", "")).startswith("D")


def number_in(text: str | None) -> int:
    """An id out of a value or a block id (`group:12`); 0, which no row has, for anything else."""
    tail = (text or "").rpartition(":")[2]
    return int(tail) if tail.isascii() and tail.isdigit() and len(tail) < 19 else 0  # noqa: PLR2004 - digits of 2^63
