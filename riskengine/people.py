"""A member of the workspace, and whether they belong to the organisation."""

from pydantic import BaseModel, ConfigDict


class Person(BaseModel):
    """A member of the workspace, as Slack describes them."""

    model_config = ConfigDict(frozen=True)

    id: str
    name: str
    email: str = ""
    is_bot: bool = False
    is_guest: bool = False
    is_deactivated: bool = False
    is_foreign: bool = False

    @property
    def outsider(self) -> str:
        """What makes somebody an outsider, who may do nothing; empty for a full member."""
        if self.is_bot:
            return "An app"
        if self.is_deactivated:
            return "A deactivated member"
        if self.is_foreign:
            return "A member of another workspace"
        return "A guest" if self.is_guest else ""
