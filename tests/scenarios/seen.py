"""What a person sees: messages, and the answers to what they did."""

from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]


def words_of(value: Any) -> str:
    """Everything that a person can read in blocks, a view or an attachment, joined by spaces."""
    if isinstance(value, list):
        return " ".join(filter(None, map(words_of, value)))
    if not isinstance(value, dict):
        return ""
    own = [value[name] for name in ("text", "fallback") if isinstance(value.get(name), str)]
    if value.get("type") == "user":
        own.append(f"<@{value['user_id']}>")
    return " ".join([*own, *filter(None, (words_of(each) for each in value.values() if isinstance(each, dict | list)))])


@dataclass(frozen=True)
class Message:
    """A message as a person sees it."""

    channel: str
    content: Json

    @property
    def ts(self) -> str:
        return self.content["ts"]

    @property
    def thread_ts(self) -> str | None:
        """The ts of the thread's first message, for a reply; None for what stands in the channel itself."""
        thread_ts = self.content.get("thread_ts")
        return thread_ts if thread_ts != self.ts else None

    @property
    def text(self) -> str:
        """The line of a notification."""
        return self.content["text"]

    @property
    def blocks(self) -> list[Json]:
        return self.content.get("blocks", [])

    @property
    def words(self) -> str:
        """The notification's line and every word of the blocks."""
        return f"{self.text} {words_of(self.blocks)}"

    @property
    def key(self) -> str:
        """What riskbot put into the metadata to find its post again."""
        return self.content.get("metadata", {}).get("event_payload", {}).get("k", "")

    @property
    def actions(self) -> list[str]:
        """The action_ids that can be pressed."""
        return [
            each["action_id"] for block in self.blocks for each in block.get("elements", []) if each.get("action_id")
        ]


@dataclass(frozen=True)
class Outcome:
    """What a person sees within three seconds of acting."""

    content: Json

    @property
    def acknowledged(self) -> bool:
        return self.content["acknowledged"]

    @property
    def private(self) -> str:
        """The words of the private answers; empty when there was none."""
        shown = [f"{each.get('text', '')} {words_of(each.get('blocks', []))}" for each in self.content["ephemeral"]]
        return " ".join(shown).strip()

    @property
    def view(self) -> Json | None:
        return self.content.get("view")

    @property
    def view_words(self) -> str:
        return words_of(self.view or {})
