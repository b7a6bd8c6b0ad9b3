"""What a demo remembers in its directory between two starts, even when it was killed."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from bot.clock import Clock


class Progress(BaseModel):
    """Where the story stands and what business time it was, at which real time."""

    model_config = ConfigDict(frozen=True)

    chapter: int = 0
    step: int = 0
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
        """Business time goes on from where it was; while nothing ran it passed as slowly as real time."""
        before = self.progress()
        if before is None:
            return Clock(speed=speed)
        away = Clock().protocol_now() - before.real_at
        return Clock(speed=speed, start=before.business_at + away)

    def _read(self, name: str) -> dict[str, Any]:
        path = self._directory / name
        found: dict[str, Any] = json.loads(path.read_text()) if path.is_file() else {}
        return found

    def _write(self, name: str, content: dict[str, Any]) -> None:
        """Whole or not at all: a kill in between leaves the old file."""
        draft = self._directory / f".{name}.draft"
        draft.write_text(json.dumps(content, indent=2))
        draft.replace(self._directory / name)
