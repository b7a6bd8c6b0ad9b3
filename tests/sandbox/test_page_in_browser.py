"""The workspace's page in a real browser, against the real sandbox and a small real bolt program."""

import asyncio
import base64
import copy
import os
import re
import shutil
from collections.abc import AsyncIterator, Iterator

import pytest
from playwright.async_api import Browser, Locator, Page, async_playwright, expect

from bot.sandbox.constants import FILE_PROCESSING_SECONDS
from bot.sandbox.server import SandboxServer
from tests.slack.test_blocks import GOOD, GOOD_IN_MODAL

pytestmark = pytest.mark.browser

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40"/>'
NO_CHROMIUM = (
    "No Chromium here: install Debian's package `chromium` (apt-get install chromium) to run the browser tests."
)

MANIFEST = {
    "features": {
        "app_home": {"home_tab_enabled": True},
        "slash_commands": [
            {"command": "/alerts", "description": "What fires now", "usage_hint": "[list | help]"},
            {"command": "/approvals", "description": "What waits for approval", "usage_hint": "[mine]"},
            {"command": "/escalate", "description": "Ask for the stronger model", "usage_hint": "[task]"},
            {"command": "/silent", "description": "Never answers"},
        ],
        "shortcuts": [
            {"name": "Complain", "type": "message", "callback_id": "complain", "description": "Say what is wrong"}
        ],
    },
    "oauth_config": {
        "scopes": {"bot": ["chat:write", "commands", "users:read", "channels:read", "reactions:write", "files:write"]}
    },
    "settings": {"event_subscriptions": {"bot_events": ["app_home_opened"]}, "interactivity": {"is_enabled": True}},
}


def plain(text: str) -> dict:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> dict:
    return {"type": "mrkdwn", "text": text}


def section(text: str, **more) -> dict:
    return {"type": "section", "text": mrkdwn(text), **more}


def button(text: str, action_id: str, **more) -> dict:
    return {"type": "button", "text": plain(text), "action_id": action_id, "value": "7", **more}


def option(text: str) -> dict:
    return {"text": plain(text), "value": text.lower()}


def entry(block_id: str, label: str, element: dict, **more) -> dict:
    return {"type": "input", "block_id": block_id, "label": plain(label), "element": element, **more}


def card(status: str) -> list[dict]:
    """As our cards are: the severity in the colour bar, the blocks inside."""
    buttons = {"type": "actions", "block_id": "decide", "elements": [button("Acknowledge", "acknowledge")]}
    blocks = [section(f"Error rate *7.4 %* — {status}"), buttons]
    return [{"color": "#e01e5a", "fallback": status, "blocks": blocks}]


@pytest.fixture
def server() -> Iterator[SandboxServer]:
    sandbox = SandboxServer(manifest=MANIFEST, rate_limits=False)
    sandbox.start()
    yield sandbox
    sandbox.stop()


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    if CHROMIUM is None:
        if os.environ.get("CI"):
            pytest.fail(NO_CHROMIUM)
        pytest.skip(NO_CHROMIUM)
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        await chromium.close()


@pytest.fixture
async def visit(browser: Browser, server: SandboxServer):
    """`await visit(user=…, channel=…)` opens the page; whatever it complained about fails the test at the end."""
    complaints: list[str] = []

    async def visit(user: str = "hana", channel: str = "llm-alerts", width: int = 1280, height: int = 860) -> Page:
        context = await browser.new_context(viewport={"width": width, "height": height}, has_touch=width < 500)
        # Pictures of other servers; none is asked.
        await context.route(
            re.compile("^https:"), lambda route: route.fulfill(body=PICTURE, content_type="image/svg+xml")
        )
        page = await context.new_page()
        page.set_default_timeout(8_000)
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        await page.goto(f"{server.url}/#channel={channel}&user={user}")
        await expect(page.locator(".act-as-name")).to_be_attached()
        return page

    yield visit
    assert complaints == []


async def say(page: Page, text: str, composer: str = "#composer-main") -> None:
    await page.locator(composer).fill(text)
    await page.locator(composer).press("Enter")


async def act_as(page: Page, name: str) -> None:
    await page.locator(".act-as").click()
    await page.get_by_role("option", name=re.compile(name)).click()
    await expect(page.locator(".act-as-name")).to_have_text(name)


def last_message(page: Page) -> Locator:
    return page.locator("#main .message").last


HOSTILE = "<script>window.hacked = 1</script><img src=x onerror='window.hacked = 1'>"


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


async def test_press_reaches_the_bot_once_and_the_changed_card_shows(app, run, visit, client):
    pressed = []
    who = {"type": "users_select", "action_id": "assign", "placeholder": plain("Assign to")}

    @app.action("assign")
    async def assign(ack, body, client):
        await ack()
        chosen = [{"type": "actions", "block_id": "who", "elements": [{**who, "initial_user": "U0BO"}]}]
        await client.chat_update(channel="C0LLMALERTS", ts=body["message"]["ts"], text="assigned", blocks=chosen)

    @app.action("acknowledge")
    async def acknowledge(ack, body, client):
        pressed.append((body["user"]["id"], body["actions"][0]["value"]))
        await ack()
        await asyncio.sleep(0.2)
        place = {"channel": body["channel"]["id"], "ts": body["message"]["ts"]}
        open_choice = [{"type": "actions", "block_id": "who", "elements": [who]}]
        await client.chat_update(**place, text="acknowledged", blocks=open_choice, attachments=card("acknowledged"))

    async with run():
        await client.chat_postMessage(channel="C0LLMALERTS", attachments=card("firing"))
        page = await visit(user="ivan")
        await page.get_by_role("button", name="Acknowledge").dblclick()
        await expect(last_message(page)).to_contain_text("— acknowledged")
        await expect(last_message(page).locator(".edited")).to_be_visible()
        bar = last_message(page).locator(".attachment-bar")
        await expect(bar).to_have_css("background-color", "rgb(224, 30, 90)")
        await expect(page.locator(".pending")).to_have_count(0)
        await page.get_by_label("Assign to").click()
        await page.get_by_role("option", name="Carol Cruz").click()
        await expect(page.locator(".select-value")).to_have_text("Bo Berg")
    assert pressed == [("U0IVAN", "7")]


async def test_a_message_shortcut_opens_its_form_and_what_was_entered_arrives(app, run, visit, people):
    opened, sent = [], []
    kinds = {"type": "radio_buttons", "action_id": "kind", "options": [option("Slow"), option("Wrong")]}
    blocks = [entry("kind", "What is wrong?", kinds)]

    @app.shortcut("complain")
    async def complain(ack, body, client):
        await ack()
        opened.append((body["channel"]["id"], body["message"]["text"]))
        form = {"type": "modal", "callback_id": "form", "title": plain("Complain"), "submit": plain("File it")}
        await client.views_open(trigger_id=body["trigger_id"], view={**form, "blocks": blocks})

    @app.view("form")
    async def file(ack, body):
        sent.append(body["view"]["state"]["values"]["kind"]["kind"]["selected_option"]["value"])
        thanks = {"type": "modal", "title": plain("Complain"), "blocks": [section("Thank you.")]}
        await ack(response_action="update", view=thanks)

    async with run():
        await people.post("message", user="bo", channel="llm-alerts", text="an answer")
        page = await visit(user="ivan")
        await last_message(page).hover()
        await last_message(page).get_by_label("More actions").click()
        await page.get_by_role("option", name="Complain").click()
        await page.get_by_text("Wrong", exact=True).click()
        await page.get_by_role("button", name="File it").click()
        await expect(page.get_by_text("Thank you.")).to_be_visible()
    assert opened == [("C0LLMALERTS", "an answer")]
    assert sent == ["wrong"]


async def test_slash_commands_complete_by_keyboard_and_the_answer_is_private(app, run, visit):
    @app.command("/alerts")
    async def alerts(ack, command):
        await ack(f"Nothing fires. You said `{command['text']}`")

    async with run():
        page = await visit(user="hana")
        composer = page.locator("#composer-main")
        await composer.press_sequentially("/a")
        suggestions = page.locator(".complete:visible [role=option]")
        await expect(suggestions).to_have_count(2)
        await composer.press("ArrowDown")
        await expect(suggestions.nth(1)).to_have_attribute("aria-selected", "true")
        await composer.press("ArrowUp")
        await composer.press("Tab")
        await expect(composer).to_have_value("/alerts ")
        await expect(page.locator(".usage:visible")).to_contain_text("[list | help]")
        await composer.press_sequentially("now")
        await composer.press("Enter")
        await expect(last_message(page)).to_contain_text("Nothing fires. You said now")
        await expect(last_message(page)).to_contain_text("Only visible to you")
        await act_as(page, "Ivan Ilic")
        await expect(page.locator("#main .message")).to_have_count(0)
        await act_as(page, "Hana Honda")
        await page.get_by_role("button", name="Dismiss", exact=True).click()
        await expect(page.locator("#main .message")).to_have_count(0)
        await page.reload()
        await expect(page.locator("#main .beginning")).to_contain_text("/alerts help")
        await expect(page.locator("#main .message")).to_have_count(0)


FORM = {
    "type": "modal",
    "callback_id": "form",
    "title": plain("Ask"),
    "submit": plain("Send"),
    "blocks": [
        entry("title", "Task", {"type": "plain_text_input", "action_id": "text"}),
        entry(
            "urgency",
            "Urgency",
            {"type": "static_select", "action_id": "choice", "options": [option("High"), option("Low")]},
        ),
        entry("service", "Service", {"type": "external_select", "action_id": "search", "min_query_length": 1}),
    ],
}


async def test_modal_tells_an_error_under_its_field_then_succeeds(app, run, visit):
    submitted = []

    @app.command("/escalate")
    async def escalate(ack, command, client):
        await ack()
        await client.views_open(trigger_id=command["trigger_id"], view=FORM)

    @app.options("search")
    async def search(ack, payload):
        await ack(options=[option(name) for name in ("Billing", "Gateway") if payload["value"] in name.lower()])

    @app.view("form")
    async def form(ack, view):
        values = view["state"]["values"]
        if len(values["title"]["text"]["value"]) < 5:
            await ack(response_action="errors", errors={"title": "Tell a little more."})
        else:
            await ack()
            submitted.append(values)

    async with run():
        page = await visit()
        await say(page, "/escalate")
        dialog = page.get_by_role("dialog", name="Ask")
        await dialog.get_by_label("Task").fill("abc")
        await dialog.get_by_label("Service").click()
        await page.locator(".picker-search").press_sequentially("gate")
        await page.get_by_role("option", name="Gateway").click()
        await dialog.get_by_role("button", name="Send").click()
        await expect(dialog.locator(".input-error")).to_have_text("Please complete this required field.")
        await dialog.get_by_label("Urgency").click()
        await page.get_by_role("option", name="High").click()
        await dialog.get_by_role("button", name="Send").click()
        await expect(dialog.locator("[data-block-id=title] .input-error")).to_have_text("Tell a little more.")
        await expect(dialog.get_by_label("Task")).to_be_focused()
        await page.keyboard.press("End")
        await page.keyboard.type("def")
        await expect(dialog.locator(".input-error")).to_have_count(0)
        await page.keyboard.press("Enter")
        await expect(dialog).to_have_count(0)
    assert [values["title"]["text"]["value"] for values in submitted] == ["abcdef"]
    assert submitted[0]["urgency"]["choice"]["selected_option"]["value"] == "high"
    assert submitted[0]["service"]["search"]["selected_option"]["value"] == "gateway"


async def test_a_pushed_view_goes_back_and_escape_closes_all(app, run, visit, people):
    step = {"type": "modal", "callback_id": "step", "title": plain("Second"), "blocks": [section("On top")]}
    first = {**step, "title": plain("First"), "blocks": [section("More?", accessory=button("Push", "push"))]}

    @app.command("/escalate")
    async def escalate(ack, command, client):
        await ack()
        await client.views_open(trigger_id=command["trigger_id"], view=first)

    @app.action("push")
    async def push(ack, body, client):
        await ack()
        await client.views_push(trigger_id=body["trigger_id"], view=step)

    async with run():
        page = await visit()
        await say(page, "/escalate")
        await page.get_by_role("button", name="Push").click()
        await expect(page.get_by_role("dialog", name="Second")).to_be_visible()
        await page.get_by_role("button", name="Back").click()
        await expect(page.get_by_role("dialog", name="First")).to_be_visible()
        await page.get_by_role("button", name="Push").click()
        await expect(page.get_by_role("dialog", name="Second")).to_be_visible()
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("dialog")).to_have_count(0)
        assert (await people.get("state"))["views"].get("U0HANA", []) == []


async def test_threads_open_beside_and_take_replies(app, run, visit, client):
    await client.chat_postMessage(channel="C0LLMALERTS", attachments=card("firing"))
    page = await visit(user="bo")
    await page.locator("#main .message").hover()
    await page.get_by_role("button", name="Reply in thread").click()
    thread = page.get_by_role("complementary", name="Thread")
    await say(page, "I look into it", "#composer-thread")
    await expect(thread.locator(".message")).to_have_count(2)
    await expect(thread.locator(".message").last).to_contain_text("I look into it")
    await expect(page.locator("#main .thread-count")).to_have_text("1 reply")
    await expect(page.locator("#main .message")).to_have_count(1)
    await say(page, f"{HOSTILE} &lt; @bo", "#composer-thread")
    await expect(thread.locator(".message").last.locator(".message-text")).to_have_text(f"{HOSTILE} &lt; @Bo Berg")
    await say(page, "/alerts", "#composer-thread")
    await expect(thread.locator(".message").last).to_contain_text("/alerts is not supported in threads")


async def test_what_the_bot_does_not_acknowledge_is_told_as_slack_does(app, run, visit, client):
    @app.action("acknowledge")
    async def acknowledge():
        await asyncio.sleep(0)

    @app.command("/silent")
    async def silent():
        await asyncio.sleep(0)

    async with run():
        await client.chat_postMessage(channel="C0LLMALERTS", attachments=card("firing"))
        page = await visit()
        await say(page, "/silent")
        await page.get_by_role("button", name="Acknowledge").click()
        await expect(page.locator(".button.pending")).to_have_count(1)
        await expect(last_message(page)).to_contain_text('/silent failed with the error "operation_timeout"')
        await expect(page.locator(".failure")).to_contain_text("Operation timed out")


async def test_unread_is_counted_and_the_scroll_is_not_stolen(visit, people):
    async def write(*texts: str) -> None:
        for text in texts:
            await people.post("message", user="ivan", channel="llm-costs", text=text)

    page = await visit(user="hana", channel="general", height=500)
    await write("one", "two", "three")
    row = page.locator(".place", has_text="llm-costs")
    await expect(row.locator(".count")).to_have_text("3")
    await row.click()
    await expect(page.locator(".new-line")).to_be_visible()
    await expect(row.locator(".count")).to_have_count(0)
    await write(*(f"line {number}" for number in range(20)), "bottom")
    scroller = page.locator("#main .list-frame .scroller")
    await expect(page.get_by_text("bottom")).to_be_in_viewport()
    await scroller.evaluate("node => { node.scrollTop = 0; }")
    await expect(page.get_by_text("bottom")).not_to_be_in_viewport()
    await write("late")
    await expect(page.locator("#main .new-pill")).to_have_text("1 new message")
    assert await scroller.evaluate("node => node.scrollTop") == 0
    await page.locator("#main .new-pill").click()
    await expect(page.get_by_text("late")).to_be_in_viewport()
    await expect(page.locator("#main .new-pill")).to_be_hidden()


async def test_home_confirm_overflow_and_select(app, run, visit):
    heard = []
    confirm = {
        "title": plain("Sure?"),
        "text": mrkdwn("It *counts*."),
        "confirm": plain("Do it"),
        "deny": plain("Keep"),
    }
    elements = [
        button("Approve", "approve", style="primary", confirm=confirm),
        {"type": "overflow", "action_id": "more", "options": [option("Show"), option("Hide")]},
        {"type": "users_select", "action_id": "who", "placeholder": plain("Pick a person")},
    ]

    @app.event("app_home_opened")
    async def opened(event, client):
        view = {"type": "home", "blocks": [section("Welcome home"), {"type": "actions", "elements": elements}]}
        await client.views_publish(user_id=event["user"], view=view)

    @app.action(re.compile("approve|more|who"))
    async def act(ack, action):
        await ack()
        heard.append(action.get("value") or action.get("selected_user") or action["selected_option"]["value"])

    async with run():
        page = await visit(user="alice")
        await page.get_by_role("button", name="Riskbot Home").click()
        await expect(page.locator(".home")).to_contain_text("Welcome home")
        await page.get_by_role("button", name="Approve").click()
        await page.get_by_role("dialog", name="Sure?").get_by_role("button", name="Keep").click()
        await page.get_by_role("button", name="Approve").click()
        await page.get_by_role("dialog", name="Sure?").get_by_role("button", name="Do it").click()
        await page.get_by_role("button", name="More actions").click()
        await page.get_by_role("option", name="Hide").click()
        await page.get_by_label("Pick a person").click()
        await page.locator(".picker-search").fill("carol")
        await page.keyboard.press("Enter")
        await expect(page.locator(".select-value")).to_have_text("Carol Cruz")
        async with asyncio.timeout(5):
            while len(heard) < 3:
                await asyncio.sleep(0.02)
    assert sorted(heard) == ["7", "U0CAROL", "hide"]


async def test_tools_show_the_traffic_and_switch_faults(visit, client, people):
    page = await visit()
    await page.get_by_role("button", name="Traffic").click()
    await client.chat_postMessage(channel="C0GENERAL", text="hello")
    await expect(page.locator(".call-method").first).to_contain_text("chat.postMessage")
    await page.locator(".call summary").first.click()
    await expect(page.locator(".json").first).to_contain_text('"text": "hello"')
    await expect(page.locator(".json").nth(1)).to_contain_text('"ok": true')
    await page.get_by_role("button", name="Controls").click()
    await page.get_by_label("Token revoked").check()
    await expect(page.locator(".control-head .tag")).to_have_text("1 on")
    assert (await people.get("faults"))["revoke_token"] is True
    await page.get_by_role("button", name="All off").click()
    await expect(page.locator(".control-head .tag")).to_have_text("none on")
    await page.get_by_label("Say ok, and drop the next posts").fill("1")
    await page.get_by_label("Say ok, and drop the next posts").press("Enter")
    await expect(page.locator(".control-head .tag")).to_have_text("1 on")
    await page.get_by_label("Rate limits").check()
    lost = await client.chat_postMessage(channel="C0GENERAL", text="dropped")
    assert lost["ts"] not in [message["ts"] for message in await people.messages("general")]
    await page.get_by_role("button", name="+1 h").click()
    await expect(page.locator(".workspace-clock")).to_contain_text("+1 h")


async def test_an_archived_channel_closes_and_a_person_who_left_cannot_be_played(visit, people):
    page = await visit(user="hana", channel="general")
    await people.post("faults", archive_channel="general")
    await expect(page.locator("#main .composer-closed")).to_be_visible()
    await page.get_by_role("button", name="llm-costs").click()
    await people.post("people", user="hana", deleted=True)
    await expect(page.locator(".act-as-name")).not_to_have_text("Hana Honda")


async def test_comes_back_by_itself_when_the_server_does(browser):
    first = SandboxServer(manifest=MANIFEST)
    first.start()
    page = await browser.new_page()
    await page.goto(first.url)
    await expect(page.locator(".act-as-name")).to_be_visible()
    port = int(first.url.rpartition(":")[2])
    first.stop()
    await expect(page.locator("#banner")).to_contain_text("Connection to the sandbox lost")
    await say(page, "is anybody there?")
    await expect(page.locator(".toast")).to_contain_text("did not answer")
    await expect(page.locator("#composer-main")).to_have_value("is anybody there?")
    second = SandboxServer(port=port, manifest=MANIFEST)
    second.start()
    await expect(page.locator("#banner")).to_be_hidden(timeout=8_000)
    await page.close()
    second.stop()


async def test_phone_shows_one_thing_at_a_time_and_never_scrolls_sideways(visit, client):
    head = [{"type": "raw_text", "text": f"a long column {number}"} for number in range(8)]
    await client.chat_postMessage(channel="C0LLMALERTS", text="table", blocks=[{"type": "table", "rows": [head, head]}])
    await client.chat_postMessage(channel="C0LLMALERTS", attachments=card("firing " + "x" * 300))
    page = await visit(width=390, height=844)
    sidebar = page.get_by_role("navigation", name="Channels and apps")
    await expect(sidebar).to_have_count(0)
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390
    scroller = page.locator("#main .list-frame .scroller")
    assert await scroller.evaluate("node => node.scrollWidth - node.clientWidth") <= 0
    assert await page.locator(".table-scroll").evaluate("node => node.scrollWidth > node.clientWidth")
    await page.locator(".topbar").get_by_role("button", name="Channels").click()
    await expect(sidebar).to_be_in_viewport()
    await page.get_by_role("button", name="general", exact=True).click()
    await expect(sidebar).to_have_count(0)
    await expect(page.locator(".place-name")).to_contain_text("general")


async def test_the_hint_goes_for_good_and_the_theme_stays(visit):
    page = await visit()
    await page.get_by_role("button", name="Got it").click()
    await page.get_by_role("button", name="Switch between light and dark").click()
    assert await page.evaluate("document.documentElement.dataset.theme") == "dark"
    await page.reload()
    await expect(page.locator(".act-as-name")).to_have_text("Hana Honda")
    await expect(page.locator(".hint")).to_have_count(0)
    assert await page.evaluate("document.documentElement.dataset.theme") == "dark"


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


async def test_a_permalink_opens_its_message_and_thread(visit, client, server):
    parent = await client.chat_postMessage(channel="C0INCIDENTS", text="the parent")
    reply = await client.chat_postMessage(channel="C0INCIDENTS", text="the reply", thread_ts=parent["ts"])
    link = (await client.chat_getPermalink(channel="C0INCIDENTS", message_ts=reply["ts"]))["permalink"]
    await client.chat_postMessage(channel="C0LLMALERTS", text=f"see <{link}|what was said>")
    page = await visit()
    await page.get_by_role("link", name="what was said").click()
    await expect(page.locator(".place-name")).to_have_text("incidents")
    await expect(page.get_by_role("complementary", name="Thread")).to_contain_text("the reply")
    assert page.context.pages == [page]
    await page.goto(link)
    await expect(page.get_by_role("complementary", name="Thread")).to_contain_text("the reply")


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


async def test_reactions_are_given_and_taken_back(visit, client, people):
    posted = await client.chat_postMessage(channel="C0LLMALERTS", text="look")
    await client.reactions_add(channel="C0LLMALERTS", timestamp=posted["ts"], name="eyes")
    page = await visit()
    chip = page.get_by_role("button", name="eyes, 1")
    await chip.click()
    await expect(page.get_by_role("button", name="eyes, 2: Riskbot, Hana Honda")).to_have_attribute(
        "aria-pressed", "true"
    )
    await page.get_by_role("button", name="eyes, 2").click()
    await expect(chip).to_be_visible()
    await page.locator("#main .message").hover()
    await page.get_by_role("button", name="Add reaction").click()
    await page.locator(".picker-search").fill("rocket")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name="rocket, 1: Hana Honda")).to_be_visible()


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


async def test_a_phone_in_the_dark_takes_a_modal_and_a_thread(app, run, visit, client):
    where = {"type": "conversations_select", "action_id": "where", "placeholder": plain("Where")}
    form = {**FORM, "blocks": [*FORM["blocks"][:1], entry("place", "Place", where)]}
    told = []

    @app.command("/escalate")
    async def escalate(ack, command, client):
        await ack()
        await client.views_open(trigger_id=command["trigger_id"], view=form)

    @app.view("form")
    async def submitted(ack, view):
        await ack()
        told.append(view["state"]["values"]["place"]["where"]["selected_conversation"])

    await client.chat_postMessage(channel="U0HANA", text="hello")
    await client.chat_postMessage(channel="C0LLMALERTS", attachments=card("firing"))
    async with run():
        page = await visit(width=390, height=844)
        await page.get_by_role("button", name="Switch between light and dark").click()
        await say(page, "/escalate")
        dialog = page.get_by_role("dialog", name="Ask")
        await dialog.get_by_role("button", name="Send").click()
        await expect(dialog.locator(".input-error")).to_have_count(2)
        assert await page.evaluate("document.documentElement.scrollWidth") <= 390
        await dialog.get_by_label("Task").fill("long enough")
        await dialog.get_by_label("Place").click()
        await page.get_by_role("option", name="Riskbot").click()
        await dialog.get_by_role("button", name="Send").click()
        await expect(dialog).to_have_count(0)
        await page.locator("#main .message").tap()
        await page.get_by_role("button", name="Reply in thread").tap()
        thread = page.get_by_role("complementary", name="Thread")
        await say(page, "on it", "#composer-thread")
        await expect(thread.locator(".message").last).to_contain_text("on it")
        assert await page.evaluate("document.documentElement.scrollWidth") <= 390
    assert told == ["D0HANA"]
