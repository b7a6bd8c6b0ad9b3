"""A channel and its messages, kept in the order of their ts."""

from bisect import bisect_left, bisect_right, insort
from dataclasses import dataclass, field, fields
from enum import StrEnum

from bot.sandbox.constants import BOT_USER_ID
from bot.sandbox.wire import Json


class ChannelKind(StrEnum):
    """The word is the prefix of the scopes that guard such a channel."""

    PUBLIC = "channels"
    PRIVATE = "groups"
    DIRECT = "im"
    GROUP_DIRECT = "mpim"


#: What an event calls the kind, in `channel_type` and in `message.<…>`.
EVENT_KINDS = {
    ChannelKind.PUBLIC: ("channel", "message.channels"),
    ChannelKind.PRIVATE: ("group", "message.groups"),
    ChannelKind.DIRECT: ("im", "message.im"),
    ChannelKind.GROUP_DIRECT: ("mpim", "message.mpim"),
}


@dataclass(slots=True)
class Channel:
    id: str
    name: str
    kind: ChannelKind = ChannelKind.PUBLIC
    topic: str = ""
    purpose: str = ""
    creator: str = BOT_USER_ID
    created: int = 0
    is_archived: bool = False
    #: The person of a direct channel.
    user: str = ""
    members: list[str] = field(default_factory=list)
    pins: list[str] = field(default_factory=list)
    messages: dict[str, Json] = field(default_factory=dict)
    #: ts of what history shows: no thread replies, unless broadcast.
    timeline: list[str] = field(default_factory=list)
    #: Parent's ts → ts of its replies, oldest first.
    threads: dict[str, list[str]] = field(default_factory=dict)

    @property
    def has_bot(self) -> bool:
        return BOT_USER_ID in self.members

    def put(self, message: Json) -> None:
        """Store a new message; a reply also counts on its parent."""
        ts: str = message["ts"]
        self.messages[ts] = message
        thread_ts = message.get("thread_ts")
        is_reply = bool(thread_ts) and thread_ts != ts
        if is_reply:
            insort(self.threads.setdefault(str(thread_ts), []), ts)
            self.count_replies(str(thread_ts))
        if not is_reply or message.get("subtype") == "thread_broadcast":
            insort(self.timeline, ts)

    def has_replies(self, ts: str) -> bool:
        return any(reply in self.messages for reply in self.threads.get(ts, ()))

    def take_out(self, ts: str) -> Json:
        message = self.messages.pop(ts)
        _discard(self.timeline, ts)
        thread_ts = str(message.get("thread_ts", ts))
        if thread_ts != ts:
            _discard(self.threads.get(thread_ts, []), ts)
            self.count_replies(thread_ts)
        return message

    def count_replies(self, thread_ts: str) -> None:
        parent = self.messages.get(thread_ts)
        if parent is None:
            return
        replies = [self.messages[ts] for ts in self.threads.get(thread_ts, ()) if ts in self.messages]
        authors = list(dict.fromkeys(reply["user"] for reply in replies))
        if not replies:
            for name in ("thread_ts", "reply_count", "reply_users", "reply_users_count", "latest_reply"):
                parent.pop(name, None)
            return
        parent["thread_ts"] = thread_ts
        parent |= {"reply_count": len(replies), "reply_users": authors, "reply_users_count": len(authors)}
        parent["latest_reply"] = replies[-1]["ts"]

    def between(self, ordered: list[str], oldest: str, latest: str, *, inclusive: bool) -> list[str]:
        """The part of an ordered list of ts from `oldest` to `latest`; empty bounds are open."""
        start = (bisect_left if inclusive else bisect_right)(ordered, oldest) if oldest else 0
        end = (bisect_right if inclusive else bisect_left)(ordered, latest) if latest else len(ordered)
        return ordered[start:end]

    def to_slack(self) -> Json:
        """As conversations.info shows it."""
        is_im = self.kind is ChannelKind.DIRECT
        shape = {
            "id": self.id,
            "created": self.created,
            "creator": self.creator,
            "is_archived": self.is_archived,
            "is_channel": self.kind is ChannelKind.PUBLIC,
            "is_group": self.kind is ChannelKind.PRIVATE,
            "is_im": is_im,
            "is_mpim": self.kind is ChannelKind.GROUP_DIRECT,
            "is_private": self.kind is not ChannelKind.PUBLIC,
            "is_general": self.name == "general",
            "is_shared": False,
            "is_ext_shared": False,
            "is_org_shared": False,
        }
        if is_im:
            return shape | {"user": self.user, "is_open": True}
        described = {"creator": self.creator, "last_set": self.created}
        return shape | {
            "name": self.name,
            "name_normalized": self.name,
            "is_member": self.has_bot,
            "topic": {"value": self.topic, **described},
            "purpose": {"value": self.purpose, **described},
            "num_members": len(self.members),
        }

    def to_record(self) -> Json:
        """What is stored of the channel itself; messages are stored one by one."""
        derived = {"messages", "timeline", "threads"}
        return {item.name: getattr(self, item.name) for item in fields(self) if item.name not in derived}

    def to_state(self) -> Json:
        """As `GET /sandbox/api/state` shows it."""
        shown = self.to_slack() | {"name": self.name, "topic": self.topic, "members": list(self.members)}
        return shown | {"pins": list(self.pins), "messages": [self.messages[ts] for ts in sorted(self.messages)]}


def _discard(ordered: list[str], ts: str) -> None:
    at = bisect_left(ordered, ts)
    if at < len(ordered) and ordered[at] == ts:
        del ordered[at]
