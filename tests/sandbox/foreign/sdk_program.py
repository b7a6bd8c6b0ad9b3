"""A bot on slack_sdk alone: its own Socket Mode client, no framework that would forgive anything."""

import os
from threading import Event

from slack_sdk import WebClient
from slack_sdk.models.blocks import ActionsBlock, ButtonElement, SectionBlock
from slack_sdk.socket_mode import SocketModeClient
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.webhook import WebhookClient

web = WebClient(token=os.environ["SLACK_BOT_TOKEN"], base_url=os.environ["SLACK_API_URL"])
link_client = WebClient(base_url=os.environ["SLACK_API_URL"])
socket = SocketModeClient(app_token=os.environ["SLACK_APP_TOKEN"], web_client=link_client, concurrency=4)
me = web.auth_test()["user_id"]


def on_request(client, request):
    payload = request.payload
    if request.type == "slash_commands":
        answer = {"text": f"{payload['command']} by {payload['user_name']}: {payload['text']}"}
        client.send_socket_mode_response(SocketModeResponse(envelope_id=request.envelope_id, payload=answer))
        return
    client.send_socket_mode_response(SocketModeResponse(envelope_id=request.envelope_id))
    if request.type == "interactive" and payload["type"] == "block_actions":
        WebhookClient(payload["response_url"]).send(text="Done", response_type="in_channel")
        WebhookClient(payload["response_url"]).send(text="", delete_original=True)
    elif request.type == "events_api" and payload["event"].get("user") != me:
        event = payload["event"]
        if event["type"] == "message" and "subtype" not in event:
            button = ButtonElement(text="Do it", action_id="do", value="1")
            blocks = [SectionBlock(text=f"Heard: {event['text']}"), ActionsBlock(elements=[button])]
            web.chat_postMessage(channel=event["channel"], text="Heard", blocks=blocks)


socket.socket_mode_request_listeners.append(on_request)
socket.connect()
Event().wait()
