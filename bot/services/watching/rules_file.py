"""The file of rules, read and checked; every mistake is told by file, rule and position."""

from pathlib import Path

from bot.errors import SettingsError
from bot.services import yaml_files
from bot.settings import WatchSettings
from riskengine.rules import RuleSet, RulesInvalid

#: The rules that are shipped.
SHIPPED = Path(__file__).parents[3] / "riskengine" / "rules.yml"
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
    return yaml_files.read_text(path, HINT)


def parse_rules(text: str, path: Path) -> RuleSet:
    """Check the text of a file of rules. Raises SettingsError with a line for each mistake."""
    try:
        return RuleSet.parse(yaml_files.parse_yaml(text, path, HINT))
    except RulesInvalid as error:
        problems = "\n".join(f"{path}, {problem}" for problem in error.problems)
        raise SettingsError(problems, hint=HINT) from error
