"""docs/configuration.md is what the settings say of themselves, and they say something of each."""

from pathlib import Path

from bot.cli.settings_docs import _sections, settings_page
from bot.settings import Settings

PAGE = Path(__file__).resolve().parents[2] / "docs" / "configuration.md"


def test_page_is_current():
    current = PAGE.read_text(encoding="utf-8") == settings_page()
    assert current, "run: python -m bot.cli.settings_docs > docs/configuration.md"


def test_every_setting_has_a_description():
    models = dict(_sections(Settings, ()))
    silent = [
        ".".join([*path, name])
        for path, model in models.items()
        for name, field in model.model_fields.items()
        if not field.description and (*path, name) not in models
    ]
    assert silent == []


def test_every_section_says_what_it_is_for():
    assert [path for path, model in _sections(Settings, ()) if not model.__doc__] == []


def test_page_names_key_variable_unit_and_default():
    assert (
        "| `reconnect_after` | `RISKBOT_SLACK__RECONNECT_AFTER` | duration | `20s` | A socket that" in settings_page()
    )
    assert "| `database_url` | `RISKBOT_DATABASE_URL` | text | `sqlite+aiosqlite:///riskbot.db` |" in settings_page()
