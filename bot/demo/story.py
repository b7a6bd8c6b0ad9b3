"""The story: some hours in the life of a fleet of models, in minutes of business time from the chapter's begin.

What the fleet suffers are spells of its traffic, which riskbot has to notice by itself; other senders tell of their own
conditions, and people press and write.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.demo.fleet import DEFAULT_MODEL, STRONGER_MODEL
from bot.demo.requests import CHANNEL, GUIDE, RequestStep, requests
from bot.demo.spells import Spell, Trouble


@dataclass(frozen=True)
class Fire:
    """A sender tells of a condition."""

    minute: float
    alert: str
    severity: str
    labels: dict[str, str]
    summary: str
    action: str = ""
    runbook: str = ""


@dataclass(frozen=True)
class End:
    """A sender says that it is over."""

    minute: float
    alert: str
    labels: dict[str, str]


@dataclass(frozen=True)
class Press:
    """A person presses a button on the newest message that tells of the alert, unless a visitor was faster."""

    minute: float
    person: str
    alert: str
    action_id: str
    selected_person: str = ""


@dataclass(frozen=True)
class Say:
    """A person writes in a channel, or in the thread of an alert's card."""

    minute: float
    person: str
    text: str
    channel: str = "llm-alerts"
    thread_of: str = ""


@dataclass(frozen=True)
class Command:
    """A person types a command and submits what it opens; with `about`, only while nobody has that alert's card."""

    minute: float
    person: str
    text: str
    channel: str = "llm-alerts"
    about: str = ""


Step = Fire | End | Press | Say | Command | RequestStep

#: Business minutes from one chapter's begin to the next one's.
CHAPTER_MINUTES = 300
#: The fastest story with requests: each stands on half a dozen cards, whose edits would fill all that Slack allows.
REQUESTS_SPEED = 90
#: Business minutes until the first spell; less where time runs slower than `CALM_SPEED`, so that nobody waits for it.
CALM_MINUTES = 24
CALM_SPEED = 60
#: Whose loop it is, and when it begins and ends.
LOOPING_ROLE, LOOP_MINUTES = "architect", (62, 122)
SLOW, ERRORS, DROP = "slow_responses", "high_error_rate", "low_throughput"
QUEUE, KEY, DOWN, REJECTED = "Drafts wait", "API key expires", "Provider unreachable", "Drafts rejected"
RUNBOOK = "https://runbooks.example.com/"
ACKNOWLEDGE, ASSIGN = "alerts.acknowledge", "alerts.assign"
OVERRUN_CONTROL, START_CONTROL = "Cost control proposed: Rate limiting", "controls.start"


@dataclass(frozen=True)
class Cast:
    """What differs from chapter to chapter."""

    opening: str
    slow: str
    slow_because: str
    failing: str
    failing_because: str
    idle: str
    service: str


CASTS = (
    Cast(
        opening=f"All roles run on {DEFAULT_MODEL}; hard tasks go to the stronger model. Riskbot watches every call.",
        slow="openrouter",
        slow_because="OpenRouter queues our calls, the first token takes six seconds. I move teams to direct_api.",
        failing="openrouter",
        failing_because="Their status page says: network trouble in one region. Half an hour, they think.",
        idle="implementer",
        service="summaries",
    ),
    Cast(
        opening="The critic works with a new prompt since this hour. Tell me what you see.",
        slow="critic",
        slow_because="The critic's new prompt reads the whole diff, every time. I take the old one back.",
        failing="direct_api",
        failing_because="They restart a cluster that ran hot. The orchestrator tries again by itself meanwhile.",
        idle="architect",
        service="translation",
    ),
)


def chapter(number: int, speed: float) -> list[Step]:
    """All steps, in the order of their minutes."""
    cast = CASTS[number % len(CASTS)]
    hurry = f" (Here time runs {speed:g} times as fast as outside.)" if speed != 1 and not number else ""
    alerts = [*_calm(cast, hurry), *_slow(cast), *_key(), *_failing(cast), *_idle(cast), *_rejected(cast)]
    alerts += [] if number else _loop()
    steps = [*alerts, *(_requests(number) if speed <= REQUESTS_SPEED else [])]
    return sorted(steps, key=lambda step: step.minute)


def _requests(number: int) -> list[Step]:
    return [*requests(number), *([] if number else [Say(86, "alice", GUIDE, channel=CHANNEL)])]


def spells(number: int, began_at: datetime) -> list[Spell]:
    """What the fleet suffers in a chapter that began then."""
    cast = CASTS[number % len(CASTS)]
    told: Sequence[tuple[Trouble, str, int, int]] = (
        (Trouble.SLOW, cast.slow, CALM_MINUTES, 58),
        (Trouble.FAILING, cast.failing, 132, 162),
        (Trouble.IDLE, cast.idle, 200, 226),
    )
    # Once is enough for a month's budget.
    loops = [] if number else [(Trouble.RUNAWAY, LOOPING_ROLE, *LOOP_MINUTES)]
    return [
        Spell(
            trouble,
            began_at + timedelta(minutes=begin),
            began_at + timedelta(minutes=end),
            whose,
            STRONGER_MODEL if trouble is Trouble.RUNAWAY else DEFAULT_MODEL,
        )
        for trouble, whose, begin, end in (*told, *loops)
    ]


def pace(speed: float) -> float:
    """By how much the calm before the first spell is shortened, so that it never lasts longer than at `CALM_SPEED`."""
    return min(1.0, speed / CALM_SPEED)


def moment_of(step: Step, began_at: datetime, shortened: float) -> datetime:
    """When a step is due; what stands in the calm moves together towards its end."""
    left = max(0.0, CALM_MINUTES - step.minute)
    return began_at + timedelta(minutes=step.minute + left * (1 - shortened))


def calm_spared(shortened: float) -> timedelta:
    """How long before its first step a chapter began, as far as its other steps are concerned."""
    return timedelta(minutes=CALM_MINUTES * (1 - shortened))


def _calm(cast: Cast, hurry: str) -> list[Step]:
    waiting = {"area": "quality", "service": cast.service}
    return [
        Say(0, "alice", cast.opening + hurry),
        Fire(2, QUEUE, "medium", waiting, "412 drafts wait for the critic; 150 are usual now.", "Add a critic"),
        Press(12, "ivan", QUEUE, ACKNOWLEDGE),
        End(21, QUEUE, waiting),
    ]


def _slow(cast: Cast) -> list[Step]:
    return [
        Press(43, "hana", f"{SLOW} on {DEFAULT_MODEL}", ACKNOWLEDGE),
        Say(47, "hana", cast.slow_because, thread_of=f"{SLOW} on {DEFAULT_MODEL}"),
        Press(50, "hana", SLOW, ACKNOWLEDGE),
        Say(70, "bo", "Answers are quick again here. Thanks, Hana."),
        Command(76, "dave", "subscribe area=providers severity>=critical", channel="incidents"),
    ]


def _loop() -> list[Step]:
    """Money runs away: budgets say so, controls are proposed, and somebody presses."""
    return [
        Say(105, "erin", "What is spent today? `/cost` says that the month will end over its budget."),
        Press(112, "alice", OVERRUN_CONTROL, START_CONTROL),
        Say(
            123, "bo", "A planner of search asked the stronger model in a loop, with the whole repository. I ended it."
        ),
    ]


def _key() -> list[Step]:
    provider = {"area": "providers", "provider": "bedrock"}
    return [
        Fire(86, KEY, "low", provider, "The key of bedrock expires in 6 days.", "Order a new one", RUNBOOK + "keys"),
        Command(97, "ivan", "silence provider=bedrock for 16m because the new key comes today", about=KEY),
        Press(117, "ivan", KEY, ACKNOWLEDGE),
        Say(119, "ivan", "The new key is in the vault.", thread_of=KEY),
        End(124, KEY, provider),
    ]


def _failing(cast: Cast) -> list[Step]:
    provider = {"area": "providers", "provider": cast.failing}
    down = f"Three of ten requests to {cast.failing} are refused."
    return [
        Fire(136, DOWN, "critical", provider, down, "Check the failover; tell the stakeholders", RUNBOOK + "outage"),
        Press(144, "hana", DOWN, ASSIGN, "ivan"),
        Press(149, "ivan", DOWN, ACKNOWLEDGE),
        Say(152, "ivan", cast.failing_because, thread_of=DOWN),
        Press(156, "ivan", f"{ERRORS} on {DEFAULT_MODEL}", ACKNOWLEDGE),
        Press(159, "ivan", ERRORS, ACKNOWLEDGE),
        End(165, DOWN, provider),
    ]


def _idle(cast: Cast) -> list[Step]:
    return [
        Press(216, "hana", f"{DROP} on {DEFAULT_MODEL}", ACKNOWLEDGE),
        Press(219, "hana", DROP, ACKNOWLEDGE),
        Say(222, "erin", f"Our new planner hands too little to the {cast.idle}. We roll it back now.", thread_of=DROP),
    ]


def _rejected(cast: Cast) -> list[Step]:
    quality = {"area": "quality", "service": cast.service}
    told = "The critic rejects 14 of the last 90 drafts; 4 are usual."
    return [
        Fire(256, REJECTED, "medium", quality, told, "Read the rejected drafts"),
        Press(268, "carol", REJECTED, ACKNOWLEDGE),
        End(284, REJECTED, quality),
    ]
