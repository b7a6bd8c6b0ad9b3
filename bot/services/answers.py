"""What a person is told after a press or a command."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict


class Answer(BaseModel):
    """Whether something changed, and the sentence that says so truthfully.

    A change that every card shows by itself needs no sentence; a refusal, or a loser of a race, always gets one.
    """

    model_config = ConfigDict(frozen=True)

    changed: bool
    text: str = ""

    @classmethod
    def done(cls, text: str = "") -> "Answer":
        return cls(changed=True, text=text)

    @classmethod
    def unchanged(cls, text: str) -> "Answer":
        return cls(changed=False, text=text)


def who(actor: str) -> str:
    """A person by mention, a program by the name of its token."""
    return f"The program {actor.removeprefix('token:')}" if actor.startswith("token:") else f"<@{actor}>"


def quoted(text: str) -> str:
    """What a person wrote, inside a sentence of ours: no mention, broadcast or link comes of it."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def at(moment: datetime | None) -> str:
    """A moment in the reader's own time zone, as Slack's clients show it."""
    if moment is None:
        return "a while ago"
    return f"<!date^{int(moment.timestamp())}^{{date_short_pretty}} {{time}}|{moment:%Y-%m-%d %H:%M} UTC>"
