"""The file of rules, read and checked; every mistake is told by file, rule and position."""

from pathlib import Path

import yaml

from bot.errors import SettingsError
from bot.settings import WatchSettings
from riskengine.rules import RuleSet, RulesInvalid

#: The rules that are shipped.
SHIPPED = Path(__file__).parents[3] / "riskengine" / "rules.yml"
#: No file of rules is larger; YAML's aliases can make a small one explode.
LIMIT_CHARACTERS = 1_000_000
HINT = "The rules in force stay until the file is mended; `riskbot check` examines it."


def rules_path(settings: WatchSettings) -> Path:
    return Path(settings.rules_file) if settings.rules_file else SHIPPED


def stamp_of(path: Path) -> tuple[int, int]:
    """Changes whenever the file does; the same for a file that is not there."""
    try:
        status = path.stat()
    except OSError:
        return (0, 0)
    return status.st_mtime_ns, status.st_size


def read_rules(path: Path) -> RuleSet:
    """Read and check a file of rules. Raises SettingsError with a line for each mistake: file, rule, position."""
    return parse_rules(read_text(path), path)


def read_text(path: Path) -> str:
    """Raises SettingsError for a file that cannot be read or is too large."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} cannot be read: {error}.", hint=HINT) from error
    if len(text) > LIMIT_CHARACTERS:
        raise SettingsError(f"{path} is larger than {LIMIT_CHARACTERS} characters.", hint=HINT)
    return text


def parse_rules(text: str, path: Path) -> RuleSet:
    """Check the text of a file of rules. Raises SettingsError with a line for each mistake."""
    try:
        return RuleSet.parse(yaml.load(text, Loader=_Loader))  # noqa: S506 - a SafeLoader that refuses aliases
    except yaml.YAMLError as error:
        raise SettingsError(f"{path} is no YAML: {error}", hint=HINT) from error
    except RulesInvalid as error:
        problems = "\n".join(f"{path}, {problem}" for problem in error.problems)
        raise SettingsError(problems, hint=HINT) from error


class _Loader(yaml.SafeLoader):
    """No aliases: a few hundred bytes of them unfold to gigabytes, and no rule needs one."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            event = self.peek_event()  # type: ignore[no-untyped-call]
            raise yaml.composer.ComposerError(None, None, "aliases are not taken", event.start_mark)
        node: yaml.Node | None = super().compose_node(parent, index)
        return node
