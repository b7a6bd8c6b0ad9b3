"""The story: a few hours in the life of a fleet of models, in minutes of business time from the chapter's begin."""

from dataclasses import dataclass

PERFORMANCE = {"area": "performance", "model": "glm-4.5"}


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


Step = Fire | End | Press | Say

SERVICES = (
    *("billing", "search", "checkout", "support", "ranking", "mail"),
    *("reports", "onboarding", "catalogue", "fraud", "summaries", "translation"),
)
SLOW, ERRORS, DOWN, DROP = "Response time above 3 s", "Error rate above 5 %", "Provider unreachable", "Throughput down"
RUNBOOK = "https://runbooks.example.com/"


def chapter() -> list[Step]:
    """All steps, in the order of their minutes."""
    steps = _latency() + _provider() + _storm()
    return sorted(steps, key=lambda step: step.minute)


def _latency() -> list[Step]:
    architect, critic = {**PERFORMANCE, "role": "architect"}, {**PERFORMANCE, "role": "critic"}
    slow = "Mean response time 4.2 s over 5 min (limit 3.0 s), p95 9.8 s, 214 calls."
    return [
        Say(0, "alice", "Architect, implementer and critic run on glm-4.5 today. Alerts come here."),
        Fire(
            3, DROP, "medium", {**PERFORMANCE, "role": "implementer"}, "61 calls in 5 min; 88 are usual at this hour."
        ),
        Fire(8, SLOW, "high", architect, slow, "Consider rolling the model back", RUNBOOK + "latency"),
        Fire(13, SLOW, "high", critic, slow, "Consider rolling the model back", RUNBOOK + "latency"),
        End(24, DROP, {**PERFORMANCE, "role": "implementer"}),
        Press(34, "hana", SLOW, "alerts.acknowledge"),
        Say(38, "hana", "OpenRouter queues our calls. I move the architect to direct_api for now.", thread_of=SLOW),
        End(58, SLOW, critic),
        End(66, SLOW, architect),
    ]


def _provider() -> list[Step]:
    openrouter = {"area": "providers", "provider": "openrouter"}
    down = "No answer from openrouter for 6 min; calls fail over to direct_api."
    return [
        Fire(84, DOWN, "critical", openrouter, down, "Check the failover; tell the stakeholders", RUNBOOK + "outage"),
        Press(96, "hana", DOWN, "alerts.assign", "ivan"),
        Press(104, "ivan", DOWN, "alerts.acknowledge"),
        Say(106, "ivan", "Their status page says: network trouble in one region. Failover holds.", thread_of=DOWN),
        End(126, DOWN, openrouter),
    ]


def _storm() -> list[Step]:
    """Twelve services suffer at once, and recover one after the other."""
    steps: list[Step] = [Press(165, "carol", "alert groups", "alerts.acknowledge_digest")]
    for number, service in enumerate(SERVICES):
        labels = {"area": "quality", "service": service}
        summary = f"The critic rejects more of {service}'s drafts than usual: 14 of the last 90."
        steps.append(Fire(140 + number * 0.02, ERRORS, "medium", labels, summary, "Investigate the errors"))
        steps.append(End(185 + number, ERRORS, labels))
    return steps


#: Business minutes from one chapter's begin to the next one's.
CHAPTER_MINUTES = 240
