"""The commands that stay: they say where they listen, and Ctrl-C ends them."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from bot.sandbox.constants import APP_TOKEN, BOT_TOKEN
from tests.cli.conftest import ROLES


def start(shell, *words):
    return subprocess.Popen(
        [sys.executable, "-m", "bot.cli", *words],
        cwd=shell.directory,
        env={**shell.environment, "PYTHONUNBUFFERED": "1", "PYTHONWARNINGS": "default"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def address(process):
    """The first address that the process names."""
    for line in process.stdout:
        if found := re.search(r"http://127\.0\.0\.1:\d+", line):
            return found[0]
    raise AssertionError(f"it ended with {process.wait()} before it listened")


# It shuts down in order and then, as is the custom, dies of the signal where a shell expects that.
@pytest.mark.parametrize(("end", "code"), [(signal.SIGINT, 0), (signal.SIGTERM, -signal.SIGTERM)])
def test_sandbox_listens_until_it_is_ended(shell, end, code):
    process = start(shell, "sandbox", "--port", "0")
    try:
        page = address(process)
        assert httpx.get(f"{page}/sandbox/api/state", trust_env=False).json()["channels"]
        os.kill(process.pid, end)
        assert process.wait(10) == code
    finally:
        process.kill()
        process.communicate()


def test_sandbox_takes_the_manifest_of_another_app(shell):
    manifest = shell.directory / "manifest.json"
    manifest.write_text('{"features": {"slash_commands": [{"command": "/lunch", "description": "d"}]}}', "utf-8")
    process = start(shell, "sandbox", "--port", "0", "--manifest", str(manifest))
    try:
        page = address(process)
        body = {"user": "bo", "channel": "general", "command": "/alerts"}
        refused = httpx.post(f"{page}/sandbox/api/command", json=body, trust_env=False)
        assert "There is: /lunch." in refused.json()["error"]
    finally:
        process.kill()
        process.communicate()
    manifest.write_text("[1]", "utf-8")
    assert "holds no object" in shell.complains("sandbox", "--port", "0", "--manifest", str(manifest))


def test_serve_is_ready_and_ends_cleanly(on_sqlite, slack):
    on_sqlite.environment |= {
        "RISKBOT_SLACK__API_URL": slack.api_url,
        "RISKBOT_SLACK__BOT_TOKEN": BOT_TOKEN,
        "RISKBOT_SLACK__APP_TOKEN": APP_TOKEN,
        "RISKBOT_HTTP__PORT": "0",
    }
    process = start(on_sqlite, "serve")
    try:
        bot = address(process)
        assert httpx.get(f"{bot}/healthz", trust_env=False).status_code == 200
        assert "Another `riskbot serve`" in on_sqlite.complains("serve")
        on_sqlite.run("token", "create", "ci", "--scope", "ingest")
        process.send_signal(signal.SIGTERM)
        assert process.wait(15) == 0
    finally:
        process.kill()
        process.communicate()


def test_whoever_waits_for_a_decision_is_answered_when_serve_ends(on_sqlite, slack):
    on_sqlite.environment |= {
        "RISKBOT_SLACK__API_URL": slack.api_url,
        "RISKBOT_SLACK__BOT_TOKEN": BOT_TOKEN,
        "RISKBOT_SLACK__APP_TOKEN": APP_TOKEN,
        "RISKBOT_HTTP__PORT": "0",
        "RISKBOT_PEOPLE__ROLES": ROLES,
    }
    process = start(on_sqlite, "serve")
    try:
        bot = address(process)
        made = on_sqlite.run("token", "create", "ci", "--scope", "escalate", "--json")
        headers = {"Authorization": f"Bearer {json.loads(made.stdout)['token']}"}
        with httpx.Client(base_url=f"{bot}/v1", headers=headers, trust_env=False, timeout=40) as http:
            asked = http.post(
                "/escalations", json={"task_id": "t1", "title": "Rewrite", "manual_override": True}
            ).json()
            path = f"/escalations/{asked['id']}"
            with ThreadPoolExecutor() as pool:
                waiting = pool.submit(http.get, path, params={"wait": 30})
                # Whoever is answered holds a connection; the long poll is under way when a second one is answered.
                time.sleep(1)
                assert http.get(path).status_code == 200
                process.send_signal(signal.SIGTERM)
                answer = waiting.result(30)
        assert (answer.status_code, answer.json()["status"]) == (200, "pending")
        assert process.wait(15) == 0
    finally:
        process.kill()
        process.communicate()


def test_serve_without_a_token_says_so(on_sqlite):
    assert "slack.bot_token is not set" in on_sqlite.complains("serve")


def test_serve_on_an_old_schema_says_migrate(shell):
    shell.environment["RISKBOT_SLACK__BOT_TOKEN"] = BOT_TOKEN
    assert "Run `riskbot migrate`" in shell.complains("serve")
