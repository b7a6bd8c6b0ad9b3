"""The file of rules: read at the start, read again when it changes; a broken one never replaces a good one."""

import logging
from pathlib import Path

import yaml

from bot.errors import SettingsError
from bot.settings import WatchSettings
from riskengine.rules import RuleSet, RulesInvalid

logger = logging.getLogger(__name__)

#: The rules that are shipped.
SHIPPED = Path(__file__).parents[3] / "riskengine" / "rules.yml"
#: No file of rules is larger; YAML's aliases can make a small one explode.
LIMIT_BYTES = 1_000_000


class RulesFile:
    """Holds the rules in force, and what is wrong with the file since they were read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.rules = read_rules(path)
        #: What is wrong with the file as it is now; empty while it is in force.
        self.trouble = ""
        self._seen = self._stamp()

    def refresh(self) -> bool:
        """Read the file again if it has changed; True when new rules are in force. Costs one look at its date."""
        stamp = self._stamp()
        if stamp == self._seen:
            return False
        self._seen = stamp
        try:
            self.rules = read_rules(self.path)
        except SettingsError as error:
            self.trouble = error.message
            logger.exception("The rules in force stay: %s", error.message, extra={"action": "rules_refused"})
            return False
        self.trouble = ""
        count = len(self.rules.rules)
        logger.info("%s rules of %s are in force", count, self.path, extra={"action": "rules_read"})
        return True

    def _stamp(self) -> tuple[int, int]:
        try:
            status = self.path.stat()
        except OSError:
            return (0, 0)
        return status.st_mtime_ns, status.st_size


def rules_path(settings: WatchSettings) -> Path:
    return Path(settings.rules_file) if settings.rules_file else SHIPPED


def read_rules(path: Path) -> RuleSet:
    """Read and check a file of rules. Raises SettingsError with a line for each mistake: file, rule, position."""
    hint = "The rules in force stay until the file is mended; `riskbot check` examines it."
    try:
        text = path.read_text(encoding="utf-8")
        if len(text) > LIMIT_BYTES:
            raise SettingsError(f"{path} is larger than {LIMIT_BYTES} characters.", hint=hint)
        return RuleSet.parse(yaml.load(text, Loader=_Loader))  # noqa: S506 - a SafeLoader that refuses aliases
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} cannot be read: {error}.", hint=hint) from error
    except yaml.YAMLError as error:
        raise SettingsError(f"{path} is no YAML: {error}", hint=hint) from error
    except RulesInvalid as error:
        problems = "\n".join(f"{path}, {problem}" for problem in error.problems)
        raise SettingsError(problems, hint=hint) from error


class _Loader(yaml.SafeLoader):
    """No aliases: a few hundred bytes of them unfold to gigabytes, and no rule needs one."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            event = self.peek_event()  # type: ignore[no-untyped-call]
            raise yaml.composer.ComposerError(None, None, "aliases are not taken", event.start_mark)
        node: yaml.Node | None = super().compose_node(parent, index)
        return node
