"""A message's shortcut files a complaint, and complaints become an alert, in the workspace."""

from datetime import timedelta

from bot.clock import Clock
from bot.sandbox.constants import BOT_TOKEN
from bot.sandbox.delivery import EnvelopeKind
from tests.scenarios.driver import Bot, Message, Workspace
from tests.scenarios.wire import Wire

SHORTCUT = "complaints.file"
WATCH = {"interval": "300ms"}


async def known(bot: Bot, clock: Clock) -> None:
    """Telemetry tells of a model and a role."""
    call = {"id": "c1", "at": (clock.now() - timedelta(minutes=1)).isoformat(), "model": "glm-4.5", "role": "critic"}
    rest = {"provider": "openrouter", "duration_seconds": 1.0, "input_tokens": 1, "output_tokens": 1}
    answer = await bot.api.post("/v1/telemetry/calls", json={**call, **rest})
    assert answer.status_code == 200, answer.text


async def written(workspace: Workspace, text: str, channel: str = "general") -> Message:
    await workspace.user("bo").write(text, channel=channel)
    return await workspace.expect(text, channel=channel)


async def complain(workspace: Workspace, who: str, message: Message, **values: str):
    """Open the form on a message and send it."""
    form = await workspace.user(who).shortcut(message, SHORTCUT)
    assert form.view, form.content
    entered = {"complaints.kind": "slow", **{f"complaints.{name}": value for name, value in values.items()}}
    return form, await workspace.user(who).submit(form.view["id"], entered)


def option(view: dict, block_id: str, name: str) -> str:
    """The value that stands for a name in a menu."""
    block = next(each for each in view["blocks"] if each.get("block_id") == block_id)
    return next(each["value"] for each in block["element"]["options"] if each["text"]["text"] == name)


async def test_three_complaints_become_an_alert_and_end_with_time(start_bot, workspace: Workspace, clock) -> None:
    async with start_bot(watch=WATCH) as bot:
        await known(bot, clock)
        for number, who in enumerate(("hana", "ivan", "carol")):
            message = await written(workspace, f"answer {number}")
            form = await workspace.user(who).shortcut(message, SHORTCUT)
            glm = option(form.view, "complaints.model", "glm-4.5")
            values = {"complaints.kind": "wrong", "complaints.model": glm, "complaints.comment": f"nonsense {number}"}
            thanks = await workspace.user(who).submit(form.view["id"], values)
            assert "Thank you. Your complaint is filed" in thanks.view_words
        card = await workspace.expect_card("user_complaints", "glm-4.5")
        assert "complaints by people 3" in card.words
        listed = (await workspace.user("hana").command("complaints")).private
        assert all(f"nonsense {number}" in listed for number in range(3))
        assert "<@U0IVAN>" in listed
        assert "answer 1" not in listed
        await workspace.advance(3_700)
        await workspace.advance(16 * 60)
        await workspace.expect_card("Resolved: ", "user_complaints", seconds=30)


async def test_the_form_asks_for_what_is_wrong_and_keeps_no_words_of_the_message(
    bot: Bot, workspace: Workspace
) -> None:
    message = await written(workspace, "a secret in a message")
    hana = workspace.user("hana")
    form = await hana.shortcut(message, SHORTCUT)
    assert "Which model?" not in form.view_words, "telemetry has told of none"
    assert "a secret" not in str(form.view)
    missing = await hana.submit(form.view["id"])
    assert "complaints.kind" in missing.content["errors"]
    await hana.submit(form.view["id"], {"complaints.kind": "other"})
    listed = (await hana.command("complaints")).private
    assert "no model named" in listed
    assert "a secret" not in listed


async def test_a_link_to_the_message_opens_it(bot: Bot, workspace: Workspace) -> None:
    message = await written(workspace, "an answer")
    await workspace.user("ivan").write("a reply", channel="general", thread_ts=message.ts)
    reply = await workspace.expect("a reply", channel="general")
    for each in (message, reply):
        await complain(workspace, "hana", each)
    asked = await workspace.user("hana").command("complaints")
    blocks = asked.content["ephemeral"][0]["blocks"]
    links = [each["url"] for each in _elements(blocks) if each.get("type") == "link"]
    for link, each in zip(links, (reply, message), strict=True):
        call = await workspace.http.get(
            f"{workspace.server.api_url}chat.getPermalink",
            params={"channel": "C0GENERAL", "message_ts": each.ts},
            headers={"Authorization": f"Bearer {BOT_TOKEN}"},
        )
        assert link == call.json()["permalink"]


def _elements(value):
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from _elements(each)


async def test_guests_cannot_complain(bot: Bot, workspace: Workspace) -> None:
    message = await written(workspace, "an answer")
    refused = await workspace.user("gus").shortcut(message, SHORTCUT)
    assert "A guest cannot file complaints" in refused.private
    assert refused.view is None


async def test_slack_delivers_the_form_again(bot: Bot, workspace: Workspace, wire: Wire) -> None:
    message = await written(workspace, "an answer")
    await complain(workspace, "hana", message, comment="once")
    traffic = await workspace.look("traffic")
    sent = [each["body"]["payload"] for each in traffic if each["kind"] == "envelope" and _is_submission(each)]
    again = await wire.deliver(EnvelopeKind.INTERACTIVE, sent[-1])
    assert again.payload["response_action"] == "update"
    listed = (await workspace.user("hana").command("complaints")).private
    assert listed.count("once") == 1


async def test_a_form_that_a_guest_sends_anyway_files_nothing(bot: Bot, workspace: Workspace, wire: Wire) -> None:
    """Who may open the form is asked again of whoever sends it."""
    message = await written(workspace, "an answer")
    await complain(workspace, "hana", message, comment="mine")
    traffic = await workspace.look("traffic")
    sent = [each["body"]["payload"] for each in traffic if each["kind"] == "envelope" and _is_submission(each)][-1]
    forged = {**sent, "user": {**sent["user"], "id": "U0GUS"}, "view": {**sent["view"], "id": "V0FORGED"}}
    await wire.deliver(EnvelopeKind.INTERACTIVE, forged)
    listed = (await workspace.user("hana").command("complaints")).private
    assert "<@U0GUS>" not in listed
    assert listed.count("mine") == 1


def _is_submission(entry: dict) -> bool:
    return entry.get("body", {}).get("payload", {}).get("type") == "view_submission"
