"""Help, wrong use, and failures: sentences and exit codes, never a traceback."""

import json
import sys

import pytest

COMMANDS = [
    ["demo"],
    ["sandbox"],
    ["serve"],
    ["migrate"],
    ["check"],
    ["manifest"],
    ["token"],
    ["token", "create"],
    ["token", "list"],
    ["token", "revoke"],
    ["replay"],
    ["audit"],
    ["audit", "verify"],
    ["backup"],
]


@pytest.mark.parametrize("command", [[], *COMMANDS], ids=" ".join)
def test_help_has_an_example(shell, command):
    said = shell.run_anew(*command, "--help").stdout
    assert "Example:\n  riskbot" in said


def test_every_command_is_listed(shell):
    said = shell.says("--help")
    assert all(f"\n    {command[0]} " in said for command in COMMANDS)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        pytest.param(["migrat"], "did you mean 'migrate'?", id="a misspelt command"),
        pytest.param(["xyzzy"], "there is no 'xyzzy'.", id="nothing like it"),
        pytest.param(["token", "creat"], "did you mean 'create'?", id="a misspelt command of a group"),
        pytest.param(["token", "create", "ci", "--scope", "inget"], "did you mean 'ingest'?", id="a misspelt scope"),
        pytest.param(["token", "create", "ci", "--scope", "read", "--expires", "90"], "no duration", id="no unit"),
        pytest.param(["token"], "COMMAND", id="a group alone"),
        pytest.param(["demo", "--speed", "0"], "factor between 1 and", id="a speed of zero"),
        pytest.param(["demo", "--speed", "601"], "between 1 and 600", id="a speed that nobody keeps up with"),
        pytest.param([], "COMMAND", id="nothing"),
    ],
)
def test_wrong_use_is_told_what_was_meant(on_sqlite, words, expected):
    assert expected in on_sqlite.complains(*words, code=2)


def test_settings_mistake_is_named_with_its_place(shell):
    (shell.directory / "riskbot.yml").write_text("slack:\n  bot_tokn: x\nhttp:\n  port: many\n")
    complaint = shell.complains("migrate")
    assert "slack.bot_tokn (RISKBOT_SLACK__BOT_TOKN): no such setting; did you mean bot_token?" in complaint
    assert "http.port" in complaint
    assert "riskbot check" in complaint


def test_configuration_is_found_by_option_environment_and_default(shell):
    for name in ("a", "b", "riskbot"):
        (shell.directory / f"{name}.yml").write_text(f"database_url: sqlite:///{name}.db\n")
    shell.run("migrate")
    shell.environment["RISKBOT_CONFIG"] = "a.yml"
    shell.run("migrate")
    shell.run("migrate", "--config", "b.yml")
    assert sorted(path.name for path in shell.directory.glob("*.db")) == ["a.db", "b.db", "riskbot.db"]


def test_missing_configuration_is_said(shell):
    assert "nowhere.yml cannot be read" in shell.complains("migrate", "--config", "nowhere.yml")


def test_reader_that_goes_away_is_no_error(shell):
    """As in `riskbot manifest | head -1`."""
    script = f"{sys.executable} -m bot.cli manifest | head -1; echo ${{PIPESTATUS[0]}}"
    done = shell.run_program("bash", "-c", script)
    assert done.stdout.endswith("\n0\n"), done.stdout + done.stderr
    assert done.stderr == ""


def test_help_imports_nothing_heavy(shell):
    """A quarter of a second for the interpreter and argparse; SQLAlchemy alone would double it."""
    script = "import sys, bot.cli.entry as e; e.build_parser(); print([m for m in sys.modules if '.' not in m])"
    done = shell.run_program(sys.executable, "-c", script)
    heavy = {"sqlalchemy", "alembic", "pydantic", "slack_sdk", "slack_bolt", "aiohttp", "starlette", "yaml", "rich"}
    assert not heavy & set(json.loads(done.stdout.replace("'", '"')))
