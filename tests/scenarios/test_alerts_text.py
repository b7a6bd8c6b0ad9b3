"""What strangers write goes through the whole bot into Slack, and arrives as mere text."""

import pytest

from bot.slack.text import plain
from tests.contracts.examples import HOSTILE
from tests.contracts.test_ids import objects
from tests.contracts.test_text_arrives import assert_means_nothing
from tests.scenarios.driver import Bot, Workspace

NASTY = {
    "broadcast": "<!channel> and <!here|here> and @everyone",
    "mention": "<@U0ALICE> <#C0GENERAL|general> <!subteam^S0ONCALL>",
    "link": "<https://evil.example|your bank> https://evil.example/?a=1&b=2",
    "entities": "&lt;!channel&gt; &amp;amp; a < b && c > d",
    "markup": "*bold* _it_ ~no~ `code` ```pre``` > quote :fire:",
    "template": "{{ 7 * 7 }} {% for x in y %} {# c #} ${x} %s {0}",
    "json": '"}],"type":"mrkdwn","text":"<!channel>"',
    "scripts": "</script><img src=x onerror=alert(1)>",
    "unicode": "é\u0301 한글 עברית 👩‍👩‍👧 \u200b\ufeff\u2028",
    "controls": "a\u202egpj.exe\u2066 \u0007\u001b[31m\r\n\tb",
    "backslashes": "\\n \\u0041 C:\\new\\table",
    "long": "0123456789" * 24,
}


@pytest.mark.parametrize("nasty", NASTY.values(), ids=list(NASTY))
async def test_a_card_arrives_with_the_text_as_it_was_sent(bot: Bot, workspace: Workspace, nasty: str) -> None:
    labels = {"area": nasty, "model": nasty, "k": nasty, nasty[:12]: "v"}
    annotations = {"summary": nasty, "action": nasty, "runbook_url": nasty}
    sent = {"alert": nasty, "severity": "high", "status": "firing", "labels": labels, "annotations": annotations}
    answer = await bot.send(sent)
    assert answer["accepted"] == 1, answer
    card = await workspace.expect_card("nobody yet")
    literal = [each["text"] for each in objects(card.content) if each.get("type") in {"plain_text", "text"}]
    for text in (plain(nasty, 70).removesuffix("…"), plain(nasty, 400), plain(f"k={nasty}", 119).removesuffix("…")):
        assert any(text in each for each in literal), (text, literal)
    assert_means_nothing({"text": card.text, "blocks": card.blocks})
    hana = workspace.user("hana")
    view = (await hana.press(card, "alerts.timeline")).view
    assert_means_nothing({"blocks": [each for each in view["blocks"] if each["type"] != "rich_text"]})
    listed = await hana.command("list")
    assert any(
        plain(nasty, 70).removesuffix("…") in each["text"]
        for each in objects(listed.content)
        if each.get("type") == "text"
    )


async def test_nobody_is_called_by_a_word_of_a_person(bot: Bot, workspace: Workspace) -> None:
    said = await workspace.user("gus").command(
        HOSTILE.replace("\x00", "").replace("\ud800", "")[:200], channel="general"
    )
    assert "A guest cannot" in said.private
    said = await workspace.user("hana").command("<!channel>*x* now")
    assert "<!channel>*x*" in said.private
    assert not any(each.get("type") == "mrkdwn" for each in objects(said.content))
