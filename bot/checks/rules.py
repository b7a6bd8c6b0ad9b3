"""The rules that would be in force."""

from bot.checks.findings import Line, failed, ok
from bot.errors import SettingsError
from bot.services.watching.rules_file import read_rules, rules_path
from bot.settings import WatchSettings

SUBJECT = "rules"


def examine(settings: WatchSettings) -> list[Line]:
    """One line a mistake, or one that all is well."""
    path = rules_path(settings)
    try:
        rules = read_rules(path)
    except SettingsError as error:
        return [
            failed(SUBJECT, each, "Mend the file; nothing need be restarted.") for each in error.message.splitlines()
        ]
    names = ", ".join(each.rule.name for each in rules.rules)
    return [ok(SUBJECT, f"{path.name}: {names}" if names else f"{path.name} holds no rules")]
