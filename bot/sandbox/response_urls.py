"""response_url: five answers within half an hour, to the place where the interaction was."""

import secrets
from dataclasses import dataclass

from bot.sandbox.channels import Channel
from bot.sandbox.clock import SandboxClock
from bot.sandbox.constants import RESPONSE_URL_LIFETIME_SECONDS, RESPONSE_URL_USES, TEAM_ID
from bot.sandbox.content import read_content, require_content
from bot.sandbox.errors import SlackRefusal
from bot.sandbox.messages import bot_message, ephemeral_message, is_tombstone
from bot.sandbox.parsing import Arguments
from bot.sandbox.wire import Json
from bot.sandbox.workspace import Workspace

_KEPT = 5_000
_GONE: Json = {"subtype": "tombstone"}


@dataclass(slots=True)
class Place:
    """Where an answer goes: the channel, the person who acted, and the message acted on, if any."""

    channel: Channel
    user_id: str
    made_at: float
    message_ts: str = ""
    is_ephemeral: bool = False
    thread_ts: str = ""
    uses: int = 0


class ResponseUrls:
    def __init__(self, clock: SandboxClock, workspace: Workspace) -> None:
        self._clock = clock
        self._workspace = workspace
        self._places: dict[str, Place] = {}
        #: Set once the server knows its address.
        self.base_url = ""

    def issue(self, kind: str, place: Place) -> str:
        """`kind` is `commands` or `actions`, as in Slack's own paths."""
        path = f"{kind}/{TEAM_ID}/{secrets.randbelow(10**12)}/{secrets.token_urlsafe(18)}"
        self._places[path] = place
        if len(self._places) > _KEPT:
            del self._places[next(iter(self._places))]
        return f"{self.base_url}/{path}"

    def new_place(
        self, channel: Channel, user_id: str, message: Json | None = None, *, is_ephemeral: bool = False
    ) -> Place:
        shown = message or {}
        thread_ts = str(shown.get("thread_ts", ""))
        return Place(channel, user_id, self._clock.now(), str(shown.get("ts", "")), is_ephemeral, thread_ts)

    def clear(self) -> None:
        self._places.clear()

    def take(self, path: str, body: Json) -> None:
        """Do what the app posted to the URL. Raises SlackRefusal with the HTTP status Slack uses there."""
        place = self._places.get(path)
        if place is None:
            raise SlackRefusal("invalid_url", status=404)
        if self._clock.now() - place.made_at > RESPONSE_URL_LIFETIME_SECONDS:
            raise SlackRefusal("expired_url", status=404)
        if place.uses >= RESPONSE_URL_USES:
            raise SlackRefusal("used_url", status=404)
        try:
            answer(self._workspace, place, body)
        except SlackRefusal as refusal:
            raise SlackRefusal(refusal.error, status=400, fields=refusal.fields) from None
        place.uses += 1


def answer(workspace: Workspace, place: Place, body: Json) -> None:
    """A message as an app answers an interaction with one: in the acknowledgement or by response_url."""
    arguments = Arguments(body)
    if arguments.flag("delete_original"):
        _delete_original(workspace, place)
        return
    content = read_content(arguments)
    require_content(content)
    if arguments.flag("replace_original") and place.message_ts:
        _replace_original(workspace, place, content)
        return
    thread_ts = arguments.text("thread_ts") or (place.thread_ts if place.is_ephemeral else "")
    if arguments.text("response_type") == "in_channel":
        workspace.post(place.channel, bot_message(workspace.new_ts(), content, thread_ts=thread_ts))
        return
    message = ephemeral_message(workspace.new_ts(), content, thread_ts=thread_ts)
    workspace.show_ephemeral(place.channel, place.user_id, message)


def _delete_original(workspace: Workspace, place: Place) -> None:
    if place.is_ephemeral:
        workspace.delete_ephemeral(place.message_ts)
    elif not is_tombstone(place.channel.messages.get(place.message_ts, _GONE)):
        workspace.delete_message(place.channel, place.message_ts)


def _replace_original(workspace: Workspace, place: Place, content: Json) -> None:
    if place.is_ephemeral:
        thread_ts = place.thread_ts
        message = ephemeral_message(place.message_ts, content, thread_ts=thread_ts)
        workspace.show_ephemeral(place.channel, place.user_id, message)
        return
    message = place.channel.messages.get(place.message_ts, _GONE)
    if is_tombstone(message):
        raise SlackRefusal("message_not_found")
    workspace.edit_message(place.channel, message, content, replace=True)
