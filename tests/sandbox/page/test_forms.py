"""Forms on the page: shortcuts, errors under their fields, pushed views, a phone."""

import pytest
from playwright.async_api import expect

from tests.sandbox.page.program import FORM, button, card, entry, last_message, option, plain, say, section

pytestmark = pytest.mark.browser


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
