"""Text of strangers arrives in Slack as it was written, as text, and means nothing else.

What is documented to go: C0 controls but newline and tab, bidirectional overrides and isolates, halves of surrogates
(bot/slack/text.py); and what a card has no room for, marked by an ellipsis.
"""

import re
from datetime import UTC
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.slack import alert_lists, cost_lists, home_view
from bot.slack.alert_cards import to_card, to_digest
from bot.slack.group_views import group_view
from bot.slack.render import render
from bot.slack.text import plain
from riskengine.areas.cost.overview import Breakdown, Part
from riskengine.areas.cost.periods import Period
from riskengine.areas.cost.spend import Spend
from riskengine.response.reports import GroupDetail
from riskengine.series import Dimension
from tests.contracts import cost_examples
from tests.contracts.examples import FOOTERS, HOSTILE, an_alert, group
from tests.contracts.test_ids import objects
from tests.contracts.test_templates import flaws
from tests.contracts.texts import NOON

NASTY = "&<>@#!|^*_~`:;{}%\"'\\/\n\t\x00\x1b\u202e\u2066\u200d\ud800👩é한ab0"
TEXT = st.text(max_size=60) | st.text(alphabet=NASTY, max_size=60) | st.just(HOSTILE)
LABELS = st.dictionaries(TEXT.filter(bool), TEXT, max_size=4)
FOOTER = FOOTERS["in_time"]
#: Our own sentences in mrkdwn hold words, bold labels, and these: moments, and mentions of people by id.
_OURS = re.compile(r"<!date\^\d+\^[^<>|]*\|[^<>]*>|<@U[A-Z0-9]+>")
RICH_KINDS = {"text", "date", "user"}


def shown(
    name: str, subject: str, area: str, labels: dict[str, str], annotations: dict[str, str]
) -> list[dict[str, Any]]:
    """The same group on every surface."""
    about = group(name=name, subject=subject, area=area, subject_label="model")
    alert = an_alert(name=name, labels=labels, annotations=annotations)
    return [
        render("alerts/card", {**dict(to_card(about, [alert])), **FOOTER}),
        render("alerts/digest", {**dict(to_digest(3, [about])), **FOOTER}),
        group_view(GroupDetail(about, [alert], [])),
        alert_lists.listing("Open alerts", [about], 1, ""),
        home_view.home([], [about], [about], 1),
        render("alerts/refired", {"name": name, "subject": subject, "times": 1, **FOOTER}),
        render(
            "alerts/still_firing", {"name": name, "subject": subject, "seconds": 9.0, "assigned_to": None, **FOOTER}
        ),
        render("alerts/acknowledgement_expired", {"name": name, "subject": subject, "owner": None, **FOOTER}),
        alert_lists.unknown_word(name, "", ""),
    ]


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=150)
@given(TEXT, TEXT, TEXT, LABELS, TEXT, TEXT)
def test_no_text_becomes_a_mention_a_link_or_a_broadcast(name, subject, area, labels, summary, action):
    annotations = {"summary": summary, "action": action, "runbook_url": action}
    for message in shown(name, subject, area, labels, annotations):
        assert flaws(message) == []
        assert_means_nothing(message)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=100)
@given(TEXT)
def test_no_name_of_a_model_or_team_becomes_anything_else(name):
    part = Part(name, Spend(usd=Decimal(3), calls=4, unpriced_calls=1, unpriced_tokens=9))
    period = Period("today", NOON, NOON)
    for message in (
        cost_lists.status(cost_examples.overview(name, models=(part,), roles=(part,), unpriced=(part,)), ""),
        cost_lists.breakdown(Breakdown(Dimension.TEAM, period, (part,), part.spend), UTC, ""),
        cost_lists.wrong_breakdown(name, "", ""),
        cost_lists.wrong_period(name, "", ""),
    ):
        assert flaws(message) == []
        assert_means_nothing(message)


def assert_means_nothing(message: dict[str, Any]) -> None:
    """Markup stands only where it is ours."""
    assert "<" not in message.get("text", "")
    for each in objects(message):
        if each.get("type") == "mrkdwn":
            assert not re.search("[<>]", _OURS.sub("", each["text"])), each["text"]
            assert each.get("verbatim") is not False
    for section in objects(message):
        if str(section.get("type")).startswith("rich_text_"):
            kinds = {element.get("type") for element in section["elements"]}
            assert kinds <= RICH_KINDS | {"rich_text_section"}
            users = {element["user_id"] for element in section["elements"] if element.get("type") == "user"}
            assert users == set()


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=150)
@given(TEXT, TEXT, TEXT, LABELS, TEXT, TEXT)
def test_a_card_says_every_text_as_it_was_written(name, subject, area, labels, summary, action):
    annotations = {"summary": summary, "action": action}
    card = shown(name, subject, area, labels, annotations)[0]
    literal = [each["text"] for each in objects(card) if each.get("type") in {"plain_text", "text"}]
    wanted = [plain(name, 100), plain(summary, 1500), plain(action, 500), plain(area, 80).strip()]
    wanted += [
        plain(f"{key}={value}", 120) for key, value in labels.items() if key not in {"model", "area", "alertname"}
    ]
    for text in wanted:
        assert not text or any(text.rstrip("…") in each for each in literal), text


@given(TEXT)
def test_markup_of_slack_and_of_jinja_is_shown_not_run(text):
    card = shown(text, "", "", {}, {"summary": "{{ 7 * 7 }} {% for x in y %}"})[0]
    assert any(each.get("text") == "{{ 7 * 7 }} {% for x in y %}" for each in objects(card))


def test_an_address_that_slack_would_refuse_is_left_out():
    for address in (
        "javascript:alert(1)",
        "https://",
        "https://e.example/a b",
        "https://e.example/\u202e",
        "x" * 9,
        "https://e/" + "x" * 3000,
        "ftp://e.example",
    ):
        card = to_card(group(), [an_alert(annotations={"runbook_url": address})])
        assert card.runbook_url == "", address
    assert to_card(group(), [an_alert(annotations={"runbook_url": "https://e.example/a?b=<c>"})]).runbook_url
