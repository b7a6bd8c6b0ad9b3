"""What a group's card and a digest show."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from pydantic import BaseModel, ConfigDict

from riskengine.durations import spoken
from riskengine.response.alerts import Alert, AlertStatus, Severity
from riskengine.response.grouping import Group, identity_of
from riskengine.response.reports import Mutes
from riskengine.rules import SOURCE

#: Alerts that a card lists one by one; the rest are counted.
LISTED = 5
#: Labels that one alert's line shows; the rest are counted.
LABELS = 6
EMOJI = {
    Severity.CRITICAL: "🔴",
    Severity.HIGH: "🟠",
    Severity.MEDIUM: "🟡",
    Severity.LOW: "🔵",
    Severity.INFO: "⚪",
}
_EMOJI_OF_STATUS = {AlertStatus.ACKNOWLEDGED: "👀", AlertStatus.SUPPRESSED: "🔕", AlertStatus.RESOLVED: "✅"}
#: Silences and explaining alerts that a card names.
MUTES = 3
NOTHING_MUTES = Mutes()
#: Slack's longest address of a button.
ADDRESS_LENGTH = 3_000
_ADDRESS = re.compile(r"https?://[^\s\x00-\x20\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff]+")


class Line(BaseModel):
    """One alert on a card: what makes it different from its siblings, and how it stands."""

    model_config = ConfigDict(frozen=True)

    labels: tuple[str, ...]
    more_labels: int
    #: Empty where a single line needs none to be told from others.
    emoji: str
    #: What was measured when it fired; empty where the card says it for all of them.
    value: str


class MuteLine(BaseModel):
    """One thing that mutes alerts of the group: a silence, or an alert that explains them."""

    model_config = ConfigDict(frozen=True)

    #: A silence's author, end and reason.
    by: str
    until: datetime | None
    comment: str
    #: What the explaining alert is.
    source: str


class AlertCard(BaseModel):
    """Everything that the card of a group shows."""

    model_config = ConfigDict(frozen=True)

    group_id: int
    name: str
    subject: str
    area: str
    status: AlertStatus
    severity: Severity
    emoji: str
    severity_emoji: str
    headline: str
    #: What was measured when it fired, against which limit, from how many calls; said once where there is one alert.
    value: str
    limit: str
    basis: str
    summary: str
    action: str
    runbook_url: str
    opened_at: datetime
    lasted: str
    refires: int
    acknowledged_by: str
    acknowledged_at: datetime | None
    expires_at: datetime | None
    assigned_to: str
    #: Empty where nobody said so: its `sender` did.
    resolved_by: str
    sender: str
    resolved_at: datetime | None
    firing: int
    acknowledged: int
    suppressed: int
    mutes: tuple[MuteLine, ...]
    unmuted_at: datetime | None
    #: How often it changed while it flaps; empty while it does not.
    flapping: str
    lines: tuple[Line, ...]
    more: int
    #: A file of Slack's, and what it shows in words; empty while there is none.
    picture: str = ""
    picture_shows: str = ""


class DigestLine(BaseModel):
    model_config = ConfigDict(frozen=True)

    group_id: int
    emoji: str
    title: str
    state: str
    owner: str


class AlertDigest(BaseModel):
    """Everything that a digest shows: its groups, those that need somebody first."""

    model_config = ConfigDict(frozen=True)

    digest_id: int
    headline: str
    firing: int
    acknowledged: int
    resolved: int
    lines: tuple[DigestLine, ...]


def to_card(group: Group, alerts: Sequence[Alert], mutes: Mutes = NOTHING_MUTES) -> AlertCard:
    holding = [alert for alert in alerts if alert.status != AlertStatus.RESOLVED]
    telling = (holding or list(alerts))[:1]
    annotations = telling[0].annotations if telling else {}
    figures = annotations if len(holding or alerts) == 1 else {}
    return AlertCard(
        group_id=group.id,
        name=group.name,
        subject=group.subject,
        area=group.area,
        status=group.status,
        severity=group.severity,
        emoji=emoji_of(group),
        severity_emoji=EMOJI[group.severity],
        headline=headline(group) + _in_figures(group, figures),
        value=_first_word(figures.get("value", ""), group),
        limit=figures.get("limit", ""),
        basis=figures.get("basis", ""),
        summary=annotations.get("summary") or annotations.get("description", ""),
        action=annotations.get("action", ""),
        runbook_url=_web_address(annotations.get("runbook_url", "")),
        opened_at=group.opened_at,
        lasted=spoken(group.resolved_at - group.opened_at) if group.resolved_at else "",
        refires=group.refires,
        acknowledged_by=group.acknowledged_by or "",
        acknowledged_at=group.acknowledged_at,
        expires_at=group.acknowledgement_expires_at,
        assigned_to=group.assigned_to or "",
        resolved_by=_ended_by(alerts),
        sender="its rule" if alerts and alerts[0].source == SOURCE else "its sender",
        resolved_at=group.resolved_at,
        firing=group.firing,
        acknowledged=group.acknowledged,
        suppressed=group.suppressed,
        mutes=_mute_lines(mutes),
        unmuted_at=group.unmuted_at if group.status == AlertStatus.FIRING else None,
        flapping=_flapping(group),
        lines=_lines((holding or list(alerts))[:LISTED], group),
        more=max(0, group.firing + group.acknowledged + group.suppressed - LISTED) if holding else 0,
    )


def _flapping(group: Group) -> str:
    if group.flapping_since is None or not group.changed_at:
        return ""
    span = group.changed_at[-1] - group.changed_at[0]
    return f"flapping: {len(group.changed_at)} changes in {spoken(span)}"


def _mute_lines(mutes: Mutes) -> tuple[MuteLine, ...]:
    """The silence that lasts longest first."""
    longest_first = sorted(mutes.silences, key=lambda silence: silence.ends_at, reverse=True)
    silences = [
        MuteLine(by=each.created_by, until=each.ends_at, comment=each.comment, source="") for each in longest_first
    ]
    sources = [MuteLine(by="", until=None, comment="", source=_title(each)) for each in mutes.sources]
    return tuple([*silences, *sources][:MUTES])


def _title(alert: Alert) -> str:
    subject = identity_of(alert.name, alert.labels).subject
    return f"{alert.name} · {subject}" if subject else alert.name


def _ended_by(alerts: Sequence[Alert]) -> str:
    """Who ended the last of them; empty for its sender. A person's word on an earlier episode says nothing of this."""
    ended = [(alert.resolved_at, alert.resolved_by or "") for alert in alerts if alert.resolved_at is not None]
    return max(ended)[1] if ended else ""


def headline(group: Group) -> str:
    """The sentence that a notification shows: how it stands, what, where."""
    about = f" on {group.subject}" if group.subject else ""
    if group.status == AlertStatus.RESOLVED:
        return f"✅ Resolved: {group.name}{about}"
    if group.status == AlertStatus.ACKNOWLEDGED:
        return f"👀 Acknowledged: {group.name}{about}"
    if group.status == AlertStatus.SUPPRESSED:
        return f"🔕 Muted: {group.name}{about}"
    count = f" ({group.firing} alerts)" if group.firing > 1 else ""
    return f"{EMOJI[group.severity]} {group.severity.capitalize()}: {group.name}{about}{count}"


def _in_figures(group: Group, annotations: Mapping[str, str]) -> str:
    """What a notification says besides, while it fires: on a locked phone there is nothing else to see."""
    if group.status != AlertStatus.FIRING or not annotations.get("value"):
        return ""
    limit = f", limit {annotations['limit']}" if annotations.get("limit") else ""
    return f" · {annotations['value']}{limit}"


def _first_word(value: str, group: Group) -> str:
    """It begins a line while the group holds; then it ends the sentence *it fired at …*."""
    return value if group.status == AlertStatus.RESOLVED else value[:1].upper() + value[1:]


def emoji_of(group: Group) -> str:
    return EMOJI[group.severity] if group.status == AlertStatus.FIRING else _EMOJI_OF_STATUS[group.status]


def _web_address(value: str) -> str:
    """The address for a button, or nothing: Slack refuses the whole message for one that it does not like."""
    return value if len(value) <= ADDRESS_LENGTH and _ADDRESS.fullmatch(value) else ""


def _lines(alerts: Sequence[Alert], group: Group) -> tuple[Line, ...]:
    shared = {"area", "alertname", group.subject_label}
    told = []
    for alert in alerts:
        labels = [f"{name}={value}" for name, value in sorted(alert.labels.items()) if name not in shared]
        emoji = _emoji_of_alert(alert) if len(alerts) > 1 else ""
        more = max(0, len(labels) - LABELS)
        value = alert.annotations.get("value", "") if len(alerts) > 1 else ""
        told.append(Line(labels=tuple(labels[:LABELS]), more_labels=more, emoji=emoji, value=value))
    return tuple(told)


def _emoji_of_alert(alert: Alert) -> str:
    return EMOJI[alert.severity] if alert.status == AlertStatus.FIRING else _EMOJI_OF_STATUS[alert.status]


def to_digest(digest_id: int, groups: Sequence[Group]) -> AlertDigest:
    count = {status: sum(group.status == status for group in groups) for status in AlertStatus}
    firing = count[AlertStatus.FIRING]
    urgent = sorted(groups, key=_needs_somebody)
    headline = (
        f"🌊 {firing} of {len(groups)} alert groups need somebody"
        if firing
        else f"👀 {len(groups)} alert groups, all seen{' or muted' if count[AlertStatus.SUPPRESSED] else ''}"
    )
    if count[AlertStatus.RESOLVED] == len(groups):
        headline = f"✅ All {len(groups)} alert groups are resolved"
    return AlertDigest(
        digest_id=digest_id,
        headline=headline,
        firing=firing,
        acknowledged=count[AlertStatus.ACKNOWLEDGED],
        resolved=count[AlertStatus.RESOLVED],
        lines=tuple(_digest_line(group) for group in urgent),
    )


def _needs_somebody(group: Group) -> tuple[int, int, int]:
    return (list(AlertStatus).index(group.status), -group.severity.rank, group.id)


def _digest_line(group: Group) -> DigestLine:
    owner = group.acknowledged_by if group.status == AlertStatus.ACKNOWLEDGED else group.assigned_to
    title = f"{group.name} · {group.subject}" if group.subject else group.name
    return DigestLine(
        group_id=group.id,
        emoji=emoji_of(group),
        title=title,
        state=_state(group),
        owner=owner or "",
    )


def _state(group: Group) -> str:
    """How a line's group stands: what fires is told by its severity."""
    if group.status != AlertStatus.FIRING:
        return group.status.value
    return f"{group.severity}, {group.firing} alerts" if group.firing > 1 else group.severity.value
