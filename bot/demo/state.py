"""What a demo remembers in its directory between two starts, even when it was killed."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from bot.clock import Clock


class Progress(BaseModel):
    """Where the story and the fleet's traffic stand, and what business time it was, at which real time."""

    model_config = ConfigDict(frozen=True)

    chapter: int = 0
    step: int = 0
    #: Business time of the chapter's begin; absent in what a demo without a fleet has left, whose story begins anew.
    began_at: datetime | None = None
    #: Up to when the fleet's calls are told.
    told_to: datetime | None = None
    business_at: datetime
    real_at: datetime


class DemoFiles:
    """The files of one demo directory."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        directory.mkdir(parents=True, exist_ok=True)

    @property
    def database(self) -> Path:
        return self._directory / "riskbot.db"

    @property
    def workspace(self) -> Path:
        return self._directory / "workspace.db"

    def addresses(self) -> dict[str, Any]:
        """The last start's demo.json; empty when there was none."""
        return self._read("demo.json")

    def write_addresses(self, addresses: dict[str, str]) -> None:
        self._write("demo.json", addresses)

    def progress(self) -> Progress | None:
        found = self._read("progress.json")
        return Progress.model_validate(found) if found else None

    def write_progress(self, progress: Progress) -> None:
        self._write("progress.json", progress.model_dump(mode="json"))

    def clock(self, speed: float) -> Clock:
        """Business time goes on from where it was written down last."""
        before = self.progress()
        return Clock(speed=speed, start=before.business_at if before else None)

    def away_seconds(self) -> float:
        """How long nothing ran: business time that is still to pass, as slowly as real time."""
        before = self.progress()
        return max(0.0, (Clock().protocol_now() - before.real_at).total_seconds()) if before else 0.0

    def _read(self, name: str) -> dict[str, Any]:
        path = self._directory / name
        found: dict[str, Any] = json.loads(path.read_text()) if path.is_file() else {}
        return found

    def _write(self, name: str, content: dict[str, Any]) -> None:
        """Whole or not at all: a kill in between leaves the old file."""
        draft = self._directory / f".{name}.draft"
        draft.write_text(json.dumps(content, indent=2))
        draft.replace(self._directory / name)
