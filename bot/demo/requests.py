"""The story's second thread: tasks for the stronger model that people decide on, in business minutes as in the story.

A program asks over riskbot's API, nobody answers, the next tier is asked, somebody approves, the program runs it and
reports. Some requests are left to whoever visits the demo: nobody of the story decides on those.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]
CHANNEL = "escalations"


@dataclass(frozen=True)
class Ask:
    """A program asks for an approval; its key is the task's id, so asking again is no other request."""

    minute: float
    task: Json


@dataclass(frozen=True)
class Edit:
    """It asks about another version, unless that is decided."""

    minute: float
    task: Json
    changes: Json


@dataclass(frozen=True)
class Decide:
    """A person presses a button on the task's card, and says why where a form asks, unless a visitor was faster."""

    minute: float
    person: str
    title: str
    action_id: str
    comment: str = ""


@dataclass(frozen=True)
class Run:
    """The program uses the approval, and reports how that ended; nothing happens where there is none."""

    minute: float
    task: Json
    report: Json


RequestStep = Ask | Edit | Decide | Run
APPROVE, REJECT = "approvals.approve", "approvals.reject"


@dataclass(frozen=True)
class Tasks:
    """What is asked for in a chapter: what is left lying at first, an emergency, a waste, and the visitors' own."""

    critical: Json
    emergency: Json
    refused: Json
    refused_because: str
    open: Json
    open_after: Json
    next_open: Json


_TOKENS = {"estimated_input_tokens": 48_000, "estimated_output_tokens": 9_000}
_TASKS = (
    Tasks(
        critical={
            "title": "Rewrite the login flow across four services",
            "summary": "Sessions move to signed cookies; every service that reads them changes at once.",
            "role": "architect",
            "requester": "U0HANA",
            "services": ["auth", "web", "billing", "search"],
            "complexity_score": 0.9,
            "required_performance_ratio": 1.6,
            **_TOKENS,
        },
        emergency={
            "title": "Find out why checkouts fail since the provider's outage",
            "summary": "Orders are lost at the moment. The planner needs the stronger model for the dump.",
            "role": "planner",
            "requester": "U0IVAN",
            "services": ["checkout"],
            "production_outage": True,
            "emergency": True,
            **_TOKENS,
        },
        refused={
            "title": "Translate the release notes into nine languages",
            "role": "implementer",
            "requester": "U0ERIN",
            "services": ["docs"],
            "manual_override": True,
            "estimated_input_tokens": 400_000,
            "estimated_output_tokens": 380_000,
        },
        refused_because="The default model translated the last ones well. Too dear for this.",
        open={
            "title": "Plan the move of the billing tables",
            "summary": "Eleven tables, no downtime. The default model's plan forgot the triggers twice.",
            "role": "architect",
            "requester": "U0IVAN",
            "services": ["billing", "ledger", "reports"],
            "quality_critical": True,
            "complexity_score": 0.85,
            **_TOKENS,
        },
        open_after={
            "title": "Plan the move of four billing tables",
            "summary": "Smaller after a look at the price: the four tables with triggers first.",
            "estimated_input_tokens": 20_000,
            "estimated_output_tokens": 4_000,
        },
        next_open={
            "title": "Review the new permission checks",
            "summary": "Every route is touched; one that is forgotten lets anybody in.",
            "role": "critic",
            "requester": "U0HANA",
            "services": ["auth"],
            "security_types": ["auth_bypass"],
            **_TOKENS,
        },
    ),
    Tasks(
        critical={
            "title": "Merge the two schedulers into one",
            "summary": "Both are in use; the change has to keep every job that is planned.",
            "role": "architect",
            "requester": "U0IVAN",
            "services": ["jobs", "mail", "reports", "search"],
            "complexity_score": 0.95,
            "required_performance_ratio": 1.8,
            **_TOKENS,
        },
        emergency={
            "title": "Say what the leaked log holds before customers ask",
            "summary": "A log with addresses stood open for an hour.",
            "role": "planner",
            "requester": "U0HANA",
            "services": ["logs"],
            "security_types": ["data_breach"],
            "emergency": True,
            **_TOKENS,
        },
        refused={
            "title": "Write a poem for each of 300 changelog entries",
            "role": "implementer",
            "requester": "U0DAVE",
            "services": ["docs"],
            "manual_override": True,
            "estimated_input_tokens": 90_000,
            "estimated_output_tokens": 120_000,
        },
        refused_because="Nice, but no.",
        open={
            "title": "Redraw the limits between orders and stock",
            "summary": "Three teams wait for it; two drafts contradicted each other.",
            "role": "architect",
            "requester": "U0HANA",
            "services": ["orders", "stock", "returns"],
            "quality_critical": True,
            "complexity_score": 0.9,
            **_TOKENS,
        },
        open_after={
            "title": "Redraw the limit between orders and returns",
            "summary": "Stock can wait, says its team.",
            "estimated_input_tokens": 30_000,
            "estimated_output_tokens": 5_000,
        },
        next_open={
            "title": "Check the new single sign-on for ways around it",
            "summary": "Before it goes to everybody on Monday.",
            "role": "critic",
            "requester": "U0IVAN",
            "services": ["auth"],
            "security_types": ["auth_bypass"],
            **_TOKENS,
        },
    ),
)
#: Those that nobody of the story decides on.
YOURS = ("open", "next")
YOURS_TOO = "(Nobody of the story decides on this: it waits for you.)"
GUIDE = (
    "This one is yours: nobody of us decides on it. Act as alice, bo or carol (top left), press *Approve* or *Reject…* "
    "here or in their messages from riskbot, then look into the thread. Ivan asked for it, so Ivan may not."
)


def requests(number: int) -> Sequence[RequestStep]:
    """All steps of a chapter, in any order."""
    tasks = _TASKS[number % len(_TASKS)]
    critical, emergency = _named(tasks.critical, number, "critical"), _named(tasks.emergency, number, "emergency")
    waste, own = _named(tasks.refused, number, "refused"), _named(tasks.open, number, "open")
    validated: Json = {"status": "succeeded", "outcome": "validated", "detail": "All checks of the plan pass."}
    unreachable: Json = {
        "status": "succeeded",
        "outcome": "unavailable",
        "fell_back": True,
        "detail": "Three tries each; the default model had more time and a second review.",
    }
    return (
        # Half an hour passes, with a reminder, before the second tier is asked.
        Ask(26, critical),
        Decide(66, "dave", critical["title"], APPROVE),
        Run(69, critical, validated),
        Ask(84, own),
        # Between two peaks of alerts, whose cards need edits too.
        Edit(172, own, {**tasks.open_after, "summary": f"{tasks.open_after['summary']} {YOURS_TOO}"}),
        Ask(140, emergency),
        Decide(148, "frank", emergency["title"], APPROVE),
        Run(151, emergency, unreachable),
        Ask(232, waste),
        Decide(243, "carol", waste["title"], REJECT, tasks.refused_because),
        Ask(268, _named(tasks.next_open, number, "next")),
    )


def _named(task: Mapping[str, Any], number: int, name: str) -> Json:
    task_id = f"story-{number}-{name}"
    if name in YOURS:
        task = {**task, "summary": f"{task['summary']} {YOURS_TOO}"}
    return {"task_id": task_id, **task, "payload": {"prompt": task["title"], "task": task_id}}
