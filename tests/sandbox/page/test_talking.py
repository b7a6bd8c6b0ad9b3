"""Talking to a bot on the page: presses, commands, threads, the app's home."""

import asyncio
import re

import pytest
from playwright.async_api import expect

from tests.sandbox.page.program import (
    HOSTILE,
    act_as,
    button,
    card,
    last_message,
    mrkdwn,
    option,
    plain,
    say,
    section,
)

pytestmark = pytest.mark.browser


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
