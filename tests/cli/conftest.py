"""The command line as a user has it: a process of its own, with an environment and a directory of its own.

The process is forked from one that has imported riskbot already; `run_program` starts a new interpreter, and a test of
each kind does that: the entry point, help, a check of the whole, and every command that stays.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.sandbox.constants import APP_TOKEN, BOT_TOKEN
from bot.sandbox.server import SandboxServer
from tests import programs
from tests.programs import Finished

ROOT = Path(__file__).resolve().parents[2]
#: Somebody for each tier of the shipped policies.
ROLES = "{tech_lead: [U0ALICE], engineering_manager: [U0BO], cto: [U0CAROL]}"


class Shell:
    """Runs riskbot; `said` is its output, `complained` what it wrote to standard error."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        clean = {name: value for name, value in os.environ.items() if not name.startswith("RISKBOT_")}
        self.environment = {**clean, "PYTHONPATH": str(ROOT), "COLUMNS": "200", "PYTHONWARNINGS": "error"}

    def run(self, *words: str, code: int = 0) -> Finished:
        done = programs.run(programs.RISKBOT, *words, cwd=self.directory, environment=self.environment)
        return self._as_expected(done, code)

    def run_anew(self, *words: str, code: int = 0) -> Finished:
        """The same in an interpreter of its own, with all its imports."""
        done = self.run_program(sys.executable, "-m", "bot.cli", *words)
        return self._as_expected(Finished(done.returncode, done.stdout, done.stderr), code)

    @staticmethod
    def _as_expected(done: Finished, code: int) -> Finished:
        assert done.returncode == code, f"{done.stdout}\n{done.stderr}"
        assert "Traceback" not in done.stderr
        return done

    def run_program(self, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command, cwd=self.directory, env=self.environment, capture_output=True, text=True, timeout=60, check=False
        )

    def says(self, *words: str) -> str:
        return self.run(*words).stdout

    def complains(self, *words: str, code: int = 1) -> str:
        return self.run(*words, code=code).stderr


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """Without a database of its own yet: `riskbot migrate` makes riskbot.db in the directory."""
    return Shell(tmp_path)


@pytest.fixture
def migrated(shell: Shell, database_url: str) -> Shell:
    """On a migrated database, once of each kind."""
    shell.environment["RISKBOT_DATABASE_URL"] = database_url
    return shell


@pytest.fixture
def on_sqlite(shell: Shell, sqlite_url: str) -> Shell:
    """On a migrated SQLite file, for what does not depend on the database."""
    shell.environment["RISKBOT_DATABASE_URL"] = sqlite_url
    return shell


@pytest.fixture(scope="session")
def slack():
    """A workspace to check against; its manifest is the one in the checkout."""
    server = SandboxServer(rate_limits=False)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def connected(on_sqlite: Shell, slack: SandboxServer) -> Shell:
    """With everything that `riskbot check` asks for, but an API token."""
    on_sqlite.environment |= {
        "RISKBOT_SLACK__API_URL": slack.api_url,
        "RISKBOT_SLACK__BOT_TOKEN": BOT_TOKEN,
        "RISKBOT_SLACK__APP_TOKEN": APP_TOKEN,
        "RISKBOT_PEOPLE__ADMINS": "[U0ALICE]",
        "RISKBOT_PEOPLE__ROLES": ROLES,
    }
    return on_sqlite
