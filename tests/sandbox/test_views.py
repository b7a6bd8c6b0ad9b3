"""Modals and App Home: triggers, the stack of three, hashes, state, what a submission may answer."""

import asyncio

import pytest
from slack_sdk.errors import SlackApiError

PRESS = [
    {
        "type": "actions",
        "elements": [{"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}}],
    }
]


def text_input(block_id: str, **more) -> dict:
    label = {"type": "plain_text", "text": block_id}
    element = {"type": "plain_text_input", "action_id": "text", **more}
    return {"type": "input", "block_id": block_id, "label": label, "element": element}


def modal(name: str, *blocks: dict, **more) -> dict:
    words = {key: {"type": "plain_text", "text": text} for key, text in (("title", name), ("submit", "Send"))}
    return {"type": "modal", "callback_id": name, **words, "blocks": list(blocks) or [text_input("why")], **more}


def home(text: str) -> dict:
    return {"type": "home", "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": text}}]}


@pytest.fixture
async def trigger(app, run, people, client):
    """`await trigger()` is a fresh trigger_id of bo's press."""
    ids: list[str] = []

    @app.action("go")
    async def remember(ack, body):
        ids.append(body["trigger_id"])
        await ack()

    posted = await client.chat_postMessage(channel="C0GENERAL", text="x", blocks=PRESS)

    async def press() -> str:
        where = {"user": "bo", "channel": "general", "ts": posted["ts"]}
        await people.post("press", **where, action_id="go", settle_seconds=0)
        return ids[-1]

    async with run():
        yield press


async def error(call) -> str:
    with pytest.raises(SlackApiError) as caught:
        await call
    return caught.value.response["error"]


async def test_a_trigger_lives_three_seconds_and_works_once(trigger, client, people):
    used = await trigger()
    await client.views_open(trigger_id=used, view=modal("a"))
    assert await error(client.views_open(trigger_id=used, view=modal("a"))) == "exchanged_trigger_id"
    old = await trigger()
    await people.post("clock", advance_seconds=3.1)
    assert await error(client.views_open(trigger_id=old, view=modal("a"))) == "expired_trigger_id"
    assert await error(client.views_open(trigger_id="1.2.3", view=modal("a"))) == "invalid_trigger_id"


async def test_a_refused_view_does_not_use_the_trigger_up(trigger, client):
    fresh = await trigger()
    with pytest.raises(SlackApiError) as caught:
        await client.views_open(trigger_id=fresh, view=modal("x" * 25))
    assert caught.value.response["error"] == "invalid_arguments"
    assert "[json-pointer:/view/title/text]" in caught.value.response["response_metadata"]["messages"][0]
    await client.views_open(trigger_id=fresh, view=modal("a"))


async def test_a_stack_of_three(trigger, client, people):
    ids = [(await client.views_open(trigger_id=await trigger(), view=modal("a")))["view"]["id"]]
    for name in ("b", "c"):
        pushed = (await client.views_push(trigger_id=await trigger(), view=modal(name)))["view"]
        assert (pushed["root_view_id"], pushed["previous_view_id"]) == (ids[0], ids[-1])
        ids.append(pushed["id"])
    assert await error(client.views_push(trigger_id=await trigger(), view=modal("d"))) == "push_limit_reached"
    state = await people.get("state")
    assert [view["id"] for view in state["views"]["U0BO"]] == ids
    await people.post("submit", 400, user="bo", view_id=ids[0], values={"why": "x"})
    await people.post("close_view", user="bo", view_id=ids[2])
    await people.post("close_view", user="bo", view_id=ids[1], whole_stack=True)
    assert await error(client.views_update(view_id=ids[0], view=modal("e"))) == "not_found"


async def test_update_by_hash_keeps_what_was_typed(trigger, client, app, people):
    opened = (await client.views_open(trigger_id=await trigger(), view=modal("a", external_id="x1")))["view"]
    other = modal("b", text_input("why"), text_input("more"))
    updated = (await client.views_update(view_id=opened["id"], hash=opened["hash"], view=other))["view"]
    assert (updated["id"], updated["callback_id"]) == (opened["id"], "b")
    assert await error(client.views_update(view_id=opened["id"], hash=opened["hash"], view=other)) == "hash_conflict"
    await people.post("submit", user="bo", view_id=opened["id"], values={"why": "typed"})  # "more" is still empty
    again = (await client.views_update(view_id=opened["id"], view=modal("c")))["view"]
    assert again["state"]["values"]["why"]["text"]["value"] == "typed"


async def test_external_ids(trigger, client):
    await client.views_open(trigger_id=await trigger(), view=modal("a", external_id="x1"))
    await client.views_update(external_id="x1", view=modal("b", external_id="x1"))
    assert await error(client.views_push(trigger_id=await trigger(), view=modal("c", external_id="x1"))) == (
        "duplicate_external_id"
    )


async def test_answers_to_a_submission(trigger, client, app, people):
    answers = iter(
        [
            {"response_action": "errors", "errors": {"nowhere": "x"}},
            {"response_action": "update", "view": modal("x" * 30)},
            {"response_action": "update", "view": modal("second")},
            {"response_action": "push", "view": modal("third")},
            {"response_action": "clear"},
        ]
    )

    async def answer(ack):
        await ack(**next(answers))

    for name in ("first", "second", "third"):
        app.view(name)(answer)
    view_id = (await client.views_open(trigger_id=await trigger(), view=modal("first")))["view"]["id"]

    async def submit(view: str) -> dict:
        return await people.post("submit", user="bo", view_id=view, values={"why": "x"}, settle_seconds=0)

    for _ in range(2):
        wrong = await submit(view_id)
        assert wrong["error"] == "We had some trouble connecting. Try again?"
        assert wrong["view"]["callback_id"] == "first"
    assert (await submit(view_id))["view"]["callback_id"] == "second"
    third = (await submit(view_id))["view"]
    assert third["previous_view_id"] == view_id
    assert "view" not in await submit(third["id"])


async def test_client_side_checks(trigger, client, people):
    blocks = [
        text_input("short", min_length=3, max_length=5),
        {**text_input("free"), "optional": True},
        {
            "type": "input",
            "block_id": "count",
            "label": {"type": "plain_text", "text": "n"},
            "element": {"type": "number_input", "action_id": "n", "is_decimal_allowed": False, "max_value": "9"},
        },
    ]
    view = (await client.views_open(trigger_id=await trigger(), view=modal("a", *blocks)))["view"]
    wrong = await people.post("submit", user="bo", view_id=view["id"], values={"short": "ab", "n": "10"})
    assert set(wrong["errors"]) == {"short", "count"}
    unknown = await people.post("submit", 404, user="bo", view_id=view["id"], values={"nope": 1})
    assert "short/text" in unknown["error"]


async def test_nobody_answers_a_submission(trigger, client, people):
    view = (await client.views_open(trigger_id=await trigger(), view=modal("unheard")))["view"]
    seen = await people.post("submit", user="bo", view_id=view["id"], values={"why": "x"})
    assert (seen["acknowledged"], seen["error"]) == (False, "We had some trouble connecting. Try again?")
    assert seen["view"]["id"] == view["id"]


async def test_closing_tells_the_app_when_it_asked(trigger, client, app, people):
    closed = []

    @app.view_closed("a")
    async def remember(ack, body):
        closed.append(body["is_cleared"])
        await ack()

    for notify in (False, True):
        opened = await client.views_open(trigger_id=await trigger(), view=modal("a", notify_on_close=notify))
        await people.post("close_view", user="bo", view_id=opened["view"]["id"])
    assert closed == [False]


async def test_press_in_a_modal(trigger, client, app, people):
    bodies = []

    @app.action("pick")
    async def remember(ack, body):
        bodies.append(body)
        await ack()

    options = [{"text": {"type": "plain_text", "text": word}, "value": word} for word in ("a", "b")]
    select = {"type": "static_select", "action_id": "pick", "options": options}
    blocks = [
        {"type": "section", "block_id": "s", "text": {"type": "mrkdwn", "text": "x"}, "accessory": select},
        text_input("why"),
    ]
    view = (await client.views_open(trigger_id=await trigger(), view=modal("m", *blocks)))["view"]
    await people.post("press", user="bo", view_id=view["id"], action_id="pick", value="b", values={"why": "so far"})
    body = bodies[0]
    assert body["container"] == {"type": "view", "view_id": view["id"]}
    assert body["view"]["state"]["values"]["s"]["pick"]["selected_option"]["value"] == "b"
    assert body["view"]["state"]["values"]["why"]["text"]["value"] == "so far"
    assert "response_url" not in body
    silent = await people.post("press", 400, user="bo", view_id=view["id"], action_id="text", value="x")
    assert "dispatch_action" in silent["error"]


async def test_home(app, run, people, client):
    @app.event("app_home_opened")
    async def show(event, client):
        await client.views_publish(
            user_id=event["user"], view=home(f"tab {event['tab']}, had {bool(event.get('view'))}")
        )

    async with run():
        first = await people.post("open_home", user="bo")
        second = await people.post("open_home", user="bo")
    assert first["home"]["blocks"][0]["text"]["text"] == "tab home, had False"
    assert second["home"]["blocks"][0]["text"]["text"] == "tab home, had True"
    assert first["home"]["id"] == second["home"]["id"]
    conflict = client.views_publish(user_id="U0BO", view=home("x"), hash=first["home"]["hash"])
    assert await error(conflict) == "hash_conflict"
    assert await error(client.views_publish(user_id="U0NOBODY", view=home("x"))) == "user_not_found"


async def test_a_view_opened_after_the_ack_is_seen(app, run, people):
    @app.command("/late")
    async def late(ack, body, client):
        await ack()
        await asyncio.sleep(0.05)
        await client.views_open(trigger_id=body["trigger_id"], view=modal("late"))

    async with run():
        seen = await people.post("command", user="bo", channel="general", command="/late", settle_seconds=0.3)
    assert seen["view"]["callback_id"] == "late"
