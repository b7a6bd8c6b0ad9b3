"""Around the messages: channels, tools, links, a server that comes back, a phone."""

import pytest
from playwright.async_api import expect

from bot.sandbox.server import SandboxServer
from tests.sandbox.page.program import MANIFEST, card, say

pytestmark = pytest.mark.browser


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
