"""What Slack would draw is drawn, and hostile text stays text."""

import base64
import copy

import pytest
from playwright.async_api import expect

from bot.sandbox.constants import FILE_PROCESSING_SECONDS
from tests.sandbox.page.program import HOSTILE, plain, section
from tests.slack.good_blocks import GOOD, GOOD_IN_MODAL

pytestmark = pytest.mark.browser


PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


async def test_hostile_text_stays_text(visit, client, people):
    await people.post("message", user="gus", channel="llm-alerts", text=f"{HOSTILE} & <b>")
    rich_section = {"type": "rich_text_section", "elements": [{"type": "text", "text": HOSTILE}]}
    blocks = [
        {"type": "header", "text": plain("<b>head</b>")},
        section("once &lt;i&gt; twice &amp;lt;i&amp;gt; <https://example.com/?a=1&amp;b=2|a &lt;link&gt;>"),
        section("<javascript:window.hacked=1|press me> `&lt;code&gt; &amp;lt;`"),
        {"type": "rich_text", "elements": [rich_section]},
        {"type": "table", "rows": [[{"type": "raw_text", "text": f"{HOSTILE} &lt;"}]]},
        {"type": "markdown", "text": f"**md** {HOSTILE} [bad](javascript:window.hacked=1)"},
    ]
    await client.chat_postMessage(channel="C0LLMALERTS", text="fallback", blocks=blocks)
    page = await visit()
    person, bot = page.locator("#main .message").nth(0), page.locator("#main .message").nth(1)
    await expect(person.locator(".message-text")).to_have_text(f"{HOSTILE} & <b>")
    await expect(bot.locator(".block-header")).to_have_text("<b>head</b>")
    await expect(bot.locator(".section-text").nth(0)).to_have_text("once <i> twice &lt;i&gt; a <link>")
    await expect(bot.locator(".section-text").nth(1)).to_have_text("press me <code> &lt;")
    await expect(bot.get_by_role("link", name="a <link>")).to_have_attribute("href", "https://example.com/?a=1&b=2")
    await expect(bot.locator(".rich-text")).to_have_text(HOSTILE)
    await expect(bot.locator(".table th")).to_have_text(f"{HOSTILE} &lt;")
    await expect(bot.locator(".markdown")).to_have_text(f"md {HOSTILE} bad")
    assert await bot.get_by_role("link").count() == 1
    assert await page.locator("#app script, #app [onerror], #app b, #app i").count() == 0
    assert await page.evaluate("window.hacked") is None


#: mrkdwn and what it becomes, as HTML only for the sake of reading.
MRKDWN = [
    ("*bold* _italic_ ~gone~ `code`", '<strong>bold</strong> <em>italic</em> <s>gone</s> <code class="code">code</code>'),
    ("*bold _both_*", "<strong>bold <em>both</em></strong>"),
    ("2 * 3 * 4, a*b*c, snake_case_name, ~/x", "2 * 3 * 4, a*b*c, snake_case_name, ~/x"),
    ("* not bold * and _ not _", "* not bold * and _ not _"),
    ("`*raw* &lt;b&gt;`", '<code class="code">*raw* &lt;b&gt;</code>'),
    ("```\n*raw*\n<https://example.com|x>\n```", '<pre class="pre">*raw*\nx</pre>'),
    ("&gt; quoted\n&gt; more\nafter", '<blockquote class="quote">quoted<br>more</blockquote>after'),
    ("a\nb", "a<br>b"),
    ("&amp;amp; &amp;lt;", "&amp;amp; &amp;lt;"),
    ("a &lt; b &amp; c", "a &lt; b &amp; c"),
    ("<ftp://example.com|file>", '<span class="dead-link">file</span>'),
    ("<!here> :no_such_name: :", '<span class="mention mention-me">@here</span> :no_such_name: :'),
    ("<@U0BO> <#C0GENERAL>", '<span class="mention" title="Architect">@Bo Berg</span> <a class="mention" href="#channel=general">#general</a>'),
    ("<!date^x^{date}|no date>", '<time class="date">no date</time>'),
    ("<unclosed and > more", "&lt;unclosed and &gt; more"),
    ("*un\nclosed*", "*un<br>closed*"),
]  # fmt: skip


async def test_mrkdwn_becomes_what_slack_would_draw(visit):
    page = await visit(user="alice")
    draw = """async (source) => {
        const { mrkdwn } = await import("/page/mrkdwn.js");
        const { h } = await import("/page/dom.js");
        return h("div", {}, mrkdwn(source)).innerHTML;
    }"""
    drawn = [await page.evaluate(draw, source) for source, _ in MRKDWN]
    assert drawn == [expected for _, expected in MRKDWN]


async def test_every_block_that_slack_takes_is_drawn(visit, client, server):
    # One of a file needs the file; test_uploaded_pictures_are_drawn has both.
    in_message = {name: block for name, block in GOOD.items() if "slack_file" not in block}
    for name, block in in_message.items():
        await client.chat_postMessage(channel="C0GENERAL", text=name, blocks=[copy.deepcopy(block)])
    drawable = [copy.deepcopy(block) for name, block in GOOD_IN_MODAL.items() if name != "file input"]
    modal = {"type": "modal", "title": plain("All"), "submit": plain("Send"), "blocks": drawable}
    page = await visit(channel="general")
    await expect(page.locator("#main .message")).to_have_count(len(in_message))
    await client.views_open(trigger_id=server.sandbox.triggers.issue("U0HANA"), view=modal)
    await expect(page.get_by_role("dialog", name="All").locator(".block")).to_have_count(len(drawable))
    await expect(page.locator(".unknown")).to_have_count(0)
    await expect(page.get_by_role("img", name="Cost: cost")).to_be_visible()


async def test_a_deleted_parent_is_shown_as_gone(visit, client):
    parent = await client.chat_postMessage(channel="C0LLMALERTS", text="card")
    await client.chat_postMessage(channel="C0LLMALERTS", text="note", thread_ts=parent["ts"])
    page = await visit()
    await client.chat_delete(channel="C0LLMALERTS", ts=parent["ts"])
    await expect(page.locator("#main .message-gone")).to_have_text("This message was deleted.")
    await page.locator("#main .thread-link").click()
    await expect(page.get_by_role("complementary", name="Thread")).to_contain_text("note")


async def test_uploaded_pictures_are_drawn(visit, client, server):
    share = {"channel": "C0LLMALERTS", "filename": "cost.png", "content": PIXEL, "title": "Cost by day"}
    shared = await client.files_upload_v2(**share, initial_comment="the chart")
    server.clock.advance(FILE_PROCESSING_SECONDS)
    block = {"type": "image", "slack_file": {"id": shared["file"]["id"]}, "alt_text": "the same in a block"}
    await client.chat_postMessage(channel="C0LLMALERTS", text="x", blocks=[block])
    page = await visit()
    for name in ("Cost by day", "the same in a block"):
        picture = page.get_by_role("img", name=name)
        await expect(picture).to_be_visible()
        await expect(picture).to_have_js_property("naturalWidth", 1)
