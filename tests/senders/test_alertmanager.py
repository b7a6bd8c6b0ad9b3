"""Debian's Alertmanager tells a real riskbot: one card a condition, whatever is repeated, doubled, refused or late."""

import fcntl
import re
from pathlib import Path

import pytest

from tests.processes import ServeProcess, get
from tests.senders.alertmanager import Alertmanager
from tests.senders.workspace import Workspace, until

pytestmark = pytest.mark.senders

SLOW = {"alertname": "HighLatency", "severity": "page", "model": "glm-4.5", "area": "performance"}


def hook_answers(riskbot: ServeProcess, status: int) -> int:
    """How many of Alertmanager's requests riskbot answered so."""
    pattern = rf'riskbot_http_requests_total{{.*route="/v1/hooks/alertmanager",status="{status}"}} (\d+)'
    found = re.search(pattern, get(f"{riskbot.url}/metrics"))
    return int(found[1]) if found else 0


def one_card(workspace: Workspace) -> dict:
    """The only message of the channel, which was posted once and only edited since."""
    [card] = workspace.messages()
    assert len(workspace.calls("chat.postMessage")) == 1
    assert all(call["body"]["ts"] == card["ts"] for call in workspace.calls("chat.update"))
    return card


def shows(workspace: Workspace, word: str) -> bool:
    return any(word in str(message["blocks"]) for message in workspace.messages())


@pytest.mark.parametrize("twice", ["no", "yes"], ids=["one-receiver", "two-receivers"])
def test_an_alert_is_one_card_from_its_start_to_its_end(
    riskbot: ServeProcess, alertmanager: Alertmanager, workspace: Workspace, twice: str
):
    riskbot.start()
    alertmanager.fire(**SLOW, twice=twice)
    until(workspace.messages, "a card is posted")
    firing = one_card(workspace)
    assert "HighLatency" in firing["text"]
    assert "Critical" in str(firing["blocks"])

    repeats = 2 if twice == "no" else 4
    until(lambda: hook_answers(riskbot, 200) >= repeats, "Alertmanager repeats itself")
    assert one_card(workspace)["ts"] == firing["ts"]
    assert not workspace.calls("chat.update"), "a repeat tells nothing new"

    told = hook_answers(riskbot, 200)
    alertmanager.resolve(**SLOW, twice=twice)
    until(lambda: shows(workspace, "Resolved"), "the card shows the end")
    until(lambda: hook_answers(riskbot, 200) >= told + repeats // 2, "every receiver has told the end")
    assert one_card(workspace)["ts"] == firing["ts"]
    assert len(workspace.calls("chat.update")) == 1
    assert hook_answers(riskbot, 401) == hook_answers(riskbot, 422) == 0


def test_what_comes_while_riskbot_is_down_is_told_once_it_is_up(
    riskbot: ServeProcess, alertmanager: Alertmanager, workspace: Workspace
):
    alertmanager.fire(**SLOW)
    until(lambda: alertmanager.notifications(failed=True) >= 2, "Alertmanager finds nobody, twice")
    assert workspace.messages() == []
    riskbot.start()
    until(workspace.messages, "the card is posted")
    assert "HighLatency" in one_card(workspace)["text"]

    riskbot.stop()
    alertmanager.resolve(**SLOW)
    failed = alertmanager.notifications(failed=True)
    until(lambda: alertmanager.notifications(failed=True) > failed, "Alertmanager finds nobody for the end")
    riskbot.start()
    until(lambda: shows(workspace, "Resolved"), "the card shows the end")
    one_card(workspace)


def test_what_riskbot_could_not_store_is_sent_again(
    riskbot: ServeProcess, alertmanager: Alertmanager, workspace: Workspace, sqlite_file: Path
):
    riskbot.start()
    # Another process that writes for too long: the request waits its five seconds and is answered 503.
    with sqlite_file.with_name(f"{sqlite_file.name}.write.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        alertmanager.fire(**SLOW)
        until(lambda: hook_answers(riskbot, 503) >= 1, "riskbot answers 503")
    assert workspace.messages() == []
    until(workspace.messages, "the card is posted")
    assert "HighLatency" in one_card(workspace)["text"]
    assert alertmanager.notifications(failed=True) >= 1
