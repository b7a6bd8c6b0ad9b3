"""What a person is told after a press or a command."""

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
