"""What every section of the settings has in common."""

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """Unknown keys are errors, and nothing changes after the start."""

    model_config = ConfigDict(frozen=True, extra="forbid")
