"""A canteen bot on slack_bolt.App, by Socket Mode or HTTP as the environment says."""

import os

from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from views import HOME, KITCHEN, card, order_form, page_form, plain

app = App(
    client=WebClient(token=os.environ["SLACK_BOT_TOKEN"], base_url=os.environ["SLACK_API_URL"]),
    signing_secret=os.environ["SLACK_SIGNING_SECRET"],
)
kept_triggers = []


@app.message("hungry")
def hungry(message, say):
    say(text="A card", blocks=card(), thread_ts=message["ts"])


@app.event("message")
def other_messages():
    """Bolt acknowledges only what somebody listens to."""


@app.event("app_mention")
def mentioned(event, client, say):
    groups = {group["handle"]: group["id"] for group in client.usergroups_list()["usergroups"]}
    on_call = client.usergroups_users_list(usergroup=groups["oncall"])["users"]
    names = [client.users_info(user=user)["user"]["name"] for user in on_call]
    say(text=f"On call: {', '.join(names)}", thread_ts=event["ts"])


@app.event("reaction_added")
def reacted(event, client):
    if event["reaction"] == "pizza":
        place = {"channel": event["item"]["channel"], "timestamp": event["item"]["ts"]}
        client.reactions_add(**place, name="white_check_mark")


@app.event("app_home_opened")
def home(event, client):
    client.views_publish(user_id=event["user"], view=HOME)


@app.action("take")
def take(ack, body, respond):
    ack()
    respond(text=f"Taken by <@{body['user']['id']}>", replace_original=True)


@app.action("why")
def why(ack, respond):
    ack()
    respond("Only for you")


@app.command("/order")
def order(ack, command, client):
    ack()
    client.views_open(trigger_id=command["trigger_id"], view=order_form(command["channel_id"]))


@app.options("dish")
def dishes(ack, payload):
    typed = payload["value"].lower()
    names = [name for name in KITCHEN if typed in name.lower()]
    ack(options=[{"text": plain(name), "value": name} for name in names])


@app.view("order")
def ordered(ack, view, client, body):
    values = view["state"]["values"]
    note = values["note"]["text"]["value"]
    if note == "bad":
        ack(response_action="errors", errors={"note": "Not that."})
    elif note == "again":
        ack(response_action="update", view=order_form(view["private_metadata"], title="Once more"))
    elif note == "more":
        ack(response_action="push", view=page_form(2))
    else:
        ack()
        dish = values["dish"]["dish"]["selected_option"]["value"]
        client.chat_postMessage(channel=view["private_metadata"], text=f"{body['user']['id']} wants {dish}: {note}")


@app.shortcut("browse")
def browse(ack, shortcut, client):
    ack()
    client.views_open(trigger_id=shortcut["trigger_id"], view=page_form(1))


@app.action("deeper")
def deeper(ack, body, client):
    ack()
    depth = int(body["actions"][0]["value"]) + 1
    try:
        client.views_push(trigger_id=body["trigger_id"], view=page_form(depth))
    except SlackApiError as error:
        client.views_update(view_id=body["view"]["id"], view=page_form(depth - 1, error.response["error"]))


@app.action("stale")
def stale(ack, body, client):
    ack()
    view = body["view"]
    depth = 1
    client.views_update(view_id=view["id"], hash=view["hash"], view=page_form(depth, "first"))
    try:
        client.views_update(view_id=view["id"], hash=view["hash"], view=page_form(depth, "second"))
    except SlackApiError as error:
        client.views_update(view_id=view["id"], view=page_form(depth, error.response["error"]))


@app.shortcut("report")
def report(ack, shortcut, client):
    ack()
    place = {"channel": shortcut["channel"]["id"], "thread_ts": shortcut["message_ts"]}
    client.files_upload_v2(**place, content="a,b\n1,2\n", filename="report.csv", initial_comment="Here it is")


@app.command("/keep")
def keep(ack, command):
    ack("kept")
    kept_triggers.append(command["trigger_id"])


@app.command("/spend")
def spend(ack, client, respond):
    ack()
    try:
        client.views_open(trigger_id=kept_triggers.pop(), view=page_form(1))
    except SlackApiError as error:
        respond(error.response["error"])


if __name__ == "__main__":
    if os.environ.get("PORT"):
        app.start(port=int(os.environ["PORT"]))
    else:
        SocketModeHandler(app, os.environ["SLACK_APP_TOKEN"]).start()
