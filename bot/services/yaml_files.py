"""Operators' files beside the settings, read as YAML without aliases."""

from pathlib import Path
from typing import Any

import yaml

from bot.errors import SettingsError

#: No file of ours is larger; YAML's aliases can make a small one explode.
LIMIT_CHARACTERS = 1_000_000


def read_text(path: Path, hint: str) -> str:
    """Raises SettingsError for a file that cannot be read or is too large."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} cannot be read: {error}.", hint=hint) from error
    if len(text) > LIMIT_CHARACTERS:
        raise SettingsError(f"{path} is larger than {LIMIT_CHARACTERS} characters.", hint=hint)
    return text


def parse_yaml(text: str, path: Path, hint: str) -> Any:
    """Raises SettingsError with line and column for what is no YAML, or uses aliases."""
    try:
        return yaml.load(text, Loader=_Loader)  # noqa: S506 - a SafeLoader that refuses aliases
    except yaml.YAMLError as error:
        raise SettingsError(f"{path} is no YAML: {error}", hint=hint) from error


class _Loader(yaml.SafeLoader):
    """No aliases: a few hundred bytes of them unfold to gigabytes, and no file of ours needs one."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            event = self.peek_event()  # type: ignore[no-untyped-call]
            raise yaml.composer.ComposerError(None, None, "aliases are not taken", event.start_mark)
        node: yaml.Node | None = super().compose_node(parent, index)
        return node
