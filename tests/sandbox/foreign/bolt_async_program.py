"""The canteen bot once more, on slack_bolt's AsyncApp, by Socket Mode or HTTP as the environment says."""

import asyncio
import os

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from views import HOME, KITCHEN, card, order_form, page_form, plain

app = AsyncApp(
    client=AsyncWebClient(token=os.environ["SLACK_BOT_TOKEN"], base_url=os.environ["SLACK_API_URL"]),
    signing_secret=os.environ["SLACK_SIGNING_SECRET"],
)
kept_triggers = []


@app.message("hungry")
async def hungry(message, say):
    await say(text="A card", blocks=card(), thread_ts=message["ts"])


@app.event("message")
async def other_messages():
    """Bolt acknowledges only what somebody listens to."""


@app.event("app_mention")
async def mentioned(event, client, say):
    groups = {group["handle"]: group["id"] for group in (await client.usergroups_list())["usergroups"]}
    on_call = (await client.usergroups_users_list(usergroup=groups["oncall"]))["users"]
    names = [(await client.users_info(user=user))["user"]["name"] for user in on_call]
    await say(text=f"On call: {', '.join(names)}", thread_ts=event["ts"])


@app.event("reaction_added")
async def reacted(event, client):
    if event["reaction"] == "pizza":
        place = {"channel": event["item"]["channel"], "timestamp": event["item"]["ts"]}
        await client.reactions_add(**place, name="white_check_mark")


@app.event("app_home_opened")
async def home(event, client):
    await client.views_publish(user_id=event["user"], view=HOME)


@app.action("take")
async def take(ack, body, respond):
    await ack()
    await respond(text=f"Taken by <@{body['user']['id']}>", replace_original=True)


@app.action("why")
async def why(ack, respond):
    await ack()
    await respond("Only for you")


@app.command("/order")
async def order(ack, command, client):
    await ack()
    await client.views_open(trigger_id=command["trigger_id"], view=order_form(command["channel_id"]))


@app.options("dish")
async def dishes(ack, payload):
    typed = payload["value"].lower()
    names = [name for name in KITCHEN if typed in name.lower()]
    await ack(options=[{"text": plain(name), "value": name} for name in names])


@app.view("order")
async def ordered(ack, view, client, body):
    values = view["state"]["values"]
    note = values["note"]["text"]["value"]
    if note == "bad":
        await ack(response_action="errors", errors={"note": "Not that."})
    elif note == "again":
        await ack(response_action="update", view=order_form(view["private_metadata"], title="Once more"))
    elif note == "more":
        await ack(response_action="push", view=page_form(2))
    else:
        await ack()
        dish = values["dish"]["dish"]["selected_option"]["value"]
        await client.chat_postMessage(
            channel=view["private_metadata"], text=f"{body['user']['id']} wants {dish}: {note}"
        )


@app.shortcut("browse")
async def browse(ack, shortcut, client):
    await ack()
    await client.views_open(trigger_id=shortcut["trigger_id"], view=page_form(1))


@app.action("deeper")
async def deeper(ack, body, client):
    await ack()
    depth = int(body["actions"][0]["value"]) + 1
    try:
        await client.views_push(trigger_id=body["trigger_id"], view=page_form(depth))
    except SlackApiError as error:
        await client.views_update(view_id=body["view"]["id"], view=page_form(depth - 1, error.response["error"]))


@app.action("stale")
async def stale(ack, body, client):
    await ack()
    view = body["view"]
    depth = 1
    await client.views_update(view_id=view["id"], hash=view["hash"], view=page_form(depth, "first"))
    try:
        await client.views_update(view_id=view["id"], hash=view["hash"], view=page_form(depth, "second"))
    except SlackApiError as error:
        await client.views_update(view_id=view["id"], view=page_form(depth, error.response["error"]))


@app.shortcut("report")
async def report(ack, shortcut, client):
    await ack()
    place = {"channel": shortcut["channel"]["id"], "thread_ts": shortcut["message_ts"]}
    await client.files_upload_v2(**place, content="a,b\n1,2\n", filename="report.csv", initial_comment="Here it is")


@app.command("/keep")
async def keep(ack, command):
    await ack("kept")
    kept_triggers.append(command["trigger_id"])


@app.command("/spend")
async def spend(ack, client, respond):
    await ack()
    try:
        await client.views_open(trigger_id=kept_triggers.pop(), view=page_form(1))
    except SlackApiError as error:
        await respond(error.response["error"])


async def listen():
    await AsyncSocketModeHandler(app, os.environ["SLACK_APP_TOKEN"]).start_async()


if __name__ == "__main__":
    if os.environ.get("PORT"):
        app.start(port=int(os.environ["PORT"]))
    else:
        asyncio.run(listen())
