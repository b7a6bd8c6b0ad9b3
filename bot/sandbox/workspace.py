"""The workspace's state in memory. Every change is stored and told to the pages that watch."""

import secrets
from collections.abc import Callable, Iterable
from typing import Any

from bot.sandbox.channels import Channel, ChannelKind
from bot.sandbox.clock import SandboxClock
from bot.sandbox.constants import BOT_NAME, BOT_USER_ID
from bot.sandbox.errors import not_there
from bot.sandbox.feed import Happening, changed, deleted, posted, regrouped
from bot.sandbox.messages import bury, edit
from bot.sandbox.people import SEEDED_CHANNELS, Group, User, seeded_groups, seeded_users
from bot.sandbox.persistence import MemoryStore
from bot.sandbox.wire import Json

#: Called with the event's name and its fields; the names are those of the page's frames.
Watcher = Callable[[str, Json], None]
_EPHEMERALS_KEPT = 2_000


class Workspace:
    def __init__(self, clock: SandboxClock, store: MemoryStore | None = None) -> None:
        self.clock = clock
        self.store = store or MemoryStore()
        self.watchers: list[Watcher] = []
        #: Sends what happens to the app, as far as it subscribed.
        self.announce: Callable[[list[Happening]], None] = lambda _happenings: None
        self._last_ts_us = 0
        self._empty()
        self._seed()
        self._load()

    def _empty(self) -> None:
        self.users: dict[str, User] = {}
        self.groups: dict[str, Group] = {}
        self.channels: dict[str, Channel] = {}
        #: ts → {channel, user, message}, oldest first.
        self.ephemerals: dict[str, Json] = {}
        #: Person → their open modals, the top one last.
        self.views: dict[str, list[Json]] = {}
        self.homes: dict[str, Json] = {}
        #: Id → {id, channel, post_at, content, thread_ts} of messages for later.
        self.scheduled: dict[str, Json] = {}
        #: File id → {name, title, content (base64), …}.
        self.files: dict[str, Json] = {}

    def _seed(self) -> None:
        self.users = {user.id: user for user in seeded_users()}
        self.groups = {group.id: group for group in seeded_groups()}
        people = [user.id for user in self.users.values() if not (user.deleted or user.is_bot)]
        for seed in SEEDED_CHANNELS:
            members = [*people, BOT_USER_ID] if seed.with_bot else ["U0ALICE", "U0HANA", "U0IVAN"]
            kind = ChannelKind.PRIVATE if seed.is_private else ChannelKind.PUBLIC
            self.channels[seed.id] = Channel(
                seed.id, seed.name, kind, seed.topic, creator="U0ALICE", is_archived=seed.is_archived, members=members
            )

    def reset(self) -> None:
        """Back to the seed; ts go on rising so that no message id comes twice."""
        self.store.clear()
        self._empty()
        self._seed()

    # --- stored records ---

    def _load(self) -> None:
        for user_id, record in self.store.load("user"):
            self.users[user_id] = User(**record)
        for group_id, record in self.store.load("group"):
            self.groups[group_id] = Group(**record)
        for channel_id, record in self.store.load("channel"):
            self.channels[channel_id] = Channel(**{**record, "kind": ChannelKind(record["kind"])})
        for key, message in self.store.load("message"):
            self.channels[key.partition("/")[0]].put(message)
            self._last_ts_us = max(self._last_ts_us, _microseconds(message["ts"]))
        self.ephemerals = dict(self.store.load("ephemeral"))
        self.views = {user_id: record["stack"] for user_id, record in self.store.load("views")}
        self.homes = dict(self.store.load("home"))
        self.scheduled = dict(self.store.load("scheduled"))
        self.files = dict(self.store.load("file"))

    def tell(self, event: str, **fields: Any) -> None:
        for watcher in self.watchers:
            watcher(event, fields)

    # --- names ---

    def new_ts(self) -> str:
        """Unix seconds with six digits, unique and rising: a message's id."""
        self._last_ts_us = max(self._last_ts_us + 1, int(self.clock.now() * 1_000_000))
        seconds, fraction = divmod(self._last_ts_us, 1_000_000)
        return f"{seconds}.{fraction:06d}"

    def find_user(self, reference: str) -> User | None:
        wanted = reference.removeprefix("@")
        return self.users.get(wanted) or next((user for user in self.users.values() if user.name == wanted), None)

    def user(self, reference: object) -> User:
        """By id or name; raises a control's 404."""
        found = self.find_user(str(reference))
        if found is None:
            raise not_there("user", reference, (user.name for user in self.users.values()))
        return found

    def find_channel(self, reference: str) -> Channel | None:
        wanted = reference.removeprefix("#")
        named = (channel for channel in self.channels.values() if channel.name == wanted and not channel.user)
        return self.channels.get(wanted) or next(named, None)

    def channel(self, reference: object, user: User | None = None) -> Channel:
        """By id or name; the bot's name means the person's own conversation with it. Raises a control's 404."""
        if user is not None and str(reference).removeprefix("@") in (BOT_NAME, BOT_USER_ID):
            return self.direct_channel(user)
        found = self.find_channel(str(reference))
        if found is None:
            raise not_there("channel", reference, (channel.name for channel in self.channels.values()))
        return found

    def direct_channel(self, user: User) -> Channel:
        """The conversation of this person with the bot, opened when there is none yet."""
        channel_id = "D" + user.id[1:]
        if channel_id not in self.channels:
            created = int(self.clock.now())
            members = [user.id, BOT_USER_ID]
            self.add_channel(
                Channel(channel_id, user.name, ChannelKind.DIRECT, created=created, user=user.id, members=members)
            )
        return self.channels[channel_id]

    def group_channel(self, people: list[User]) -> Channel:
        """The conversation of these people and the bot, opened when there is none yet."""
        members = [*(user.id for user in people), BOT_USER_ID]
        wanted = set(members)
        found = (each for each in self.channels.values() if each.kind is ChannelKind.GROUP_DIRECT)
        known = next((each for each in found if set(each.members) == wanted), None)
        if known is not None:
            return known
        name = f"mpdm-{'--'.join([*(user.name for user in people), BOT_NAME])}-1"
        channel_id = "G" + secrets.token_hex(5).upper()
        created = int(self.clock.now())
        self.add_channel(Channel(channel_id, name, ChannelKind.GROUP_DIRECT, created=created, members=members))
        return self.channels[channel_id]

    # --- changes ---

    def add_channel(self, channel: Channel) -> None:
        self.channels[channel.id] = channel
        self.channel_changed(channel)

    def channel_changed(self, channel: Channel) -> None:
        self.store.put("channel", channel.id, channel.to_record())
        if self.watchers:
            self.tell("channel", channel=channel.to_slack() | {"name": channel.name, "members": channel.members})

    def leave_everything(self, user: User) -> None:
        """What deactivating does: no channels, no groups, no open modals."""
        self.set_groups(user, [])
        for channel in self.channels.values():
            if user.id in channel.members and not channel.user:
                channel.members.remove(user.id)
                self.channel_changed(channel)
        if self.views.get(user.id):
            self.set_views(user.id, [], None, "closed")

    def set_groups(self, user: User, handles: list[str]) -> None:
        """Make the person a member of exactly these groups."""
        known = {group.handle for group in self.groups.values()}
        for handle in handles:
            if handle.removeprefix("@") not in known:
                raise not_there("group", handle, known)
        wanted = {handle.removeprefix("@") for handle in handles}
        for group in self.groups.values():
            if (user.id in group.users) == (group.handle in wanted):
                continue
            comes = group.handle in wanted
            group.users = [*group.users, user.id] if comes else [each for each in group.users if each != user.id]
            self.store.put("group", group.id, {name: getattr(group, name) for name in Group.__slots__})
            self.announce(regrouped(group.id, user.id, int(self.clock.now()), added=comes))

    def keep_views(self, user_id: str) -> None:
        """Store what was typed into the person's views."""
        self.store.put("views", user_id, {"stack": self.views.get(user_id, [])})

    def user_changed(self, user: User) -> None:
        self.store.put("user", user.id, {name: getattr(user, name) for name in User.__slots__})
        self.announce([({"type": "user_change", "user": user.to_slack(), "event_ts": self.new_ts()}, "")])

    def post(self, channel: Channel, message: Json) -> None:
        """A new message of the bot's own; it hears of it as of any other."""
        self.put(channel, message)
        self.announce(posted(channel, message))

    def put(self, channel: Channel, message: Json) -> None:
        channel.put(message)
        self.message_changed(channel, message)
        self._parent_changed(channel, message)

    def _parent_changed(self, channel: Channel, message: Json) -> None:
        parent = channel.messages.get(str(message.get("thread_ts", message["ts"])))
        if parent is not None and parent is not message:
            self.message_changed(channel, parent)

    def edit_message(self, channel: Channel, message: Json, content: Json, *, replace: bool = False) -> None:
        """Change it in place by `edit`, of which `replace` is told there."""
        before = dict(message)
        edit(message, content, self.new_ts(), replace=replace)
        self.message_changed(channel, message)
        self.announce(changed(channel, message, before, message["edited"]["ts"]))

    def message_changed(self, channel: Channel, message: Json) -> None:
        self.store.put("message", f"{channel.id}/{message['ts']}", message)
        self.tell("message", channel=channel.id, message=message)

    def delete_message(self, channel: Channel, ts: str) -> None:
        """Take it away; where a thread hangs below it, Slack leaves a tombstone in its place."""
        message = channel.messages[ts]
        if channel.has_replies(ts):
            before = dict(message)
            bury(message)
            self.message_changed(channel, message)
        else:
            before = channel.take_out(ts)
            self.store.drop("message", f"{channel.id}/{ts}")
            self.tell("message_deleted", channel=channel.id, ts=ts)
            self._parent_changed(channel, before)
        self.announce(deleted(channel, before, self.new_ts()))

    def show_ephemeral(self, channel: Channel, user_id: str, message: Json) -> None:
        """Show a new private message, or the changed one of the same ts."""
        shown = {"channel": channel.id, "user": user_id, "message": message}
        self.ephemerals[message["ts"]] = shown
        self.store.put("ephemeral", message["ts"], shown)
        self.tell("ephemeral", **shown)
        if len(self.ephemerals) > _EPHEMERALS_KEPT:
            self.store.drop("ephemeral", oldest := next(iter(self.ephemerals)))
            del self.ephemerals[oldest]

    def delete_ephemeral(self, ts: str) -> None:
        shown = self.ephemerals.pop(ts, None)
        if shown is not None:
            self.store.drop("ephemeral", ts)
            self.tell("ephemeral_deleted", channel=shown["channel"], user=shown["user"], ts=ts)

    def set_views(self, user_id: str, stack: list[Json], view: Json | None, change: str) -> None:
        self.views[user_id] = stack
        self.store.put("views", user_id, {"stack": stack})
        self.tell("view", user=user_id, view=view, change=change, stack=[open_view["id"] for open_view in stack])

    def set_home(self, user_id: str, view: Json) -> None:
        self.homes[user_id] = view
        self.store.put("home", user_id, view)
        self.tell("home", user=user_id, view=view)

    def put_scheduled(self, kept: Json) -> None:
        self.scheduled[kept["id"]] = kept
        self.store.put("scheduled", kept["id"], kept)

    def drop_scheduled(self, scheduled_id: str) -> None:
        del self.scheduled[scheduled_id]
        self.store.drop("scheduled", scheduled_id)

    def put_file(self, file_id: str, record: Json) -> None:
        self.files[file_id] = record
        self.store.put("file", file_id, record)

    def drop_file(self, file_id: str) -> None:
        """The file is gone; what showed it shows a tombstone of it."""
        del self.files[file_id]
        self.store.drop("file", file_id)
        for channel in self.channels.values():
            for message in channel.messages.values():
                if any(file["id"] == file_id for file in message.get("files", ())):
                    gone = {"id": file_id, "mode": "tombstone"}
                    message["files"] = [gone if file["id"] == file_id else file for file in message["files"]]
                    self.message_changed(channel, message)

    def to_state(self) -> Json:
        return {
            "users": [user.to_state() for user in self.users.values()],
            "groups": [group.to_slack(with_users=True) for group in self.groups.values()],
            "channels": _states(self.channels.values()),
            "files": [_file_state(file_id, record) for file_id, record in self.files.items()],
            "ephemeral": list(self.ephemerals.values()),
            "views": self.views,
            "homes": self.homes,
        }


def _states(channels: Iterable[Channel]) -> list[Json]:
    return [channel.to_state() for channel in channels]


def _microseconds(ts: str) -> int:
    seconds, _, fraction = ts.partition(".")
    return int(seconds) * 1_000_000 + int(fraction.ljust(6, "0")[:6])


def _file_state(file_id: str, record: Json) -> Json:
    """A file without its bytes; one that was never completed is no file to anybody."""
    told = {name: record[name] for name in ("name", "title", "length")}
    return {"id": file_id, **told, "completed": record.get("completed_at") is not None}
