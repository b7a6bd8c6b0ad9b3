"""What a card says of its figures, and how."""

import pytest

from bot.slack.alert_cards import to_card
from bot.slack.render import render
from riskengine.response.alerts import AlertStatus
from tests.contracts.examples import ACKNOWLEDGED, FOOTERS, NOON, OVER, an_alert, group
from tests.scenarios.seen import words_of

FIGURES = {"value": "mean response time 4.8 s", "limit": "3 s", "basis": "214 calls in 5 min, for 6 min"}


def shown(card) -> dict:
    return render("alerts/card", {**dict(card), **FOOTERS["in_time"]})


def test_the_value_stands_against_its_limit():
    card = to_card(group(), [an_alert(annotations=FIGURES)])
    [figures] = shown(card)["blocks"][1]["elements"]
    said = "".join(each["text"] for each in figures["elements"])
    assert said == "Mean response time 4.8 s  ·  limit 3 s  ·  214 calls in 5 min, for 6 min"
    assert [each["text"] for each in figures["elements"] if each.get("style")] == ["Mean response time 4.8 s", "3 s"]


def test_a_notification_says_the_figures_while_it_fires():
    told = [an_alert(annotations=FIGURES)]
    assert to_card(group(), told).headline.endswith("on glm-4.5 · mean response time 4.8 s, limit 3 s")
    assert "4.8" not in to_card(group(**ACKNOWLEDGED), told).headline
    assert to_card(group(), [an_alert(annotations={"value": "0.07"})]).headline.endswith(" · 0.07")


def test_what_is_over_says_at_what_it_fired():
    over = an_alert(annotations=FIGURES, status=AlertStatus.RESOLVED, resolved_at=NOON)
    assert "It fired at   mean response time 4.8 s" in words_of(shown(to_card(group(**OVER), [over]))["blocks"])


@pytest.mark.parametrize(
    ("source", "said"), [pytest.param("rules", "by its rule", id="our own"), pytest.param("api:ci", "by its sender")]
)
def test_what_nobody_has_resolved_says_who_saw_its_end(source, said):
    over = an_alert(status=AlertStatus.RESOLVED, resolved_at=NOON, source=source)
    assert said in words_of(shown(to_card(group(**OVER), [over]))["blocks"])


def test_each_of_several_alerts_says_its_own_figure():
    values = [FIGURES, {"value": "mean response time 7 s", "limit": "3 s"}]
    card = to_card(group(firing=2), [an_alert(id=n, annotations=each) for n, each in enumerate(values)])
    assert card.value == ""
    assert [line.value for line in card.lines] == ["mean response time 4.8 s", "mean response time 7 s"]
    assert "mean response time 7 s" in words_of(shown(card)["blocks"])


def test_a_sender_that_tells_no_figures_gets_no_empty_line():
    blocks = shown(to_card(group(), [an_alert(annotations={})]))["blocks"]
    assert [each["type"] for each in blocks][:2] == ["header", "section"]
