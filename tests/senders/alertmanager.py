"""A real Alertmanager in a place of its own."""

import contextlib
import json
import os
import shutil
import subprocess
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request

import pytest

from bot.clock import Clock
from tests.processes import DIRECT, free_port, get
from tests.senders.workspace import until

PACKAGE = "prometheus-alertmanager"
#: Two receivers tell riskbot the same, as two Alertmanagers of one cluster may.
CONFIG = """
route:
  receiver: riskbot
  group_by: [alertname]
  group_wait: 1s
  group_interval: 2s
  repeat_interval: 4s
  routes:
    - receiver: riskbot
      continue: true
    - receiver: riskbot-again
      matchers: [twice="yes"]
receivers:
  - name: riskbot
    webhook_configs:
      - &hook
        url: {url}/v1/hooks/alertmanager
        send_resolved: true
        http_config:
          authorization:
            credentials: {token}
  - name: riskbot-again
    webhook_configs: [*hook]
"""


def needed() -> str:
    """The program; skips where it is missing, except in CI, which installs it."""
    program = shutil.which(PACKAGE) or shutil.which("alertmanager")
    if program is None and os.environ.get("CI"):
        pytest.fail(f"No Alertmanager here: apt-get install {PACKAGE}")
    if program is None:
        pytest.skip(f"No Alertmanager here: apt-get install {PACKAGE}")
    return program


class Alertmanager:
    def __init__(self, program: str, directory: Path, riskbot_url: str, token: str) -> None:
        self._program = program
        self._directory = directory
        self._url = f"http://127.0.0.1:{free_port()}"
        directory.mkdir()
        (directory / "alertmanager.yml").write_text(CONFIG.format(url=riskbot_url, token=token))

    def start(self) -> None:
        command = [
            self._program,
            f"--config.file={self._directory / 'alertmanager.yml'}",
            f"--storage.path={self._directory / 'data'}",
            f"--web.listen-address={self._url.removeprefix('http://')}",
            "--cluster.listen-address=",
        ]
        with (self._directory / "log").open("wb") as log:
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        until(self._answers, "Alertmanager is ready")

    def stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def fire(self, **labels: str) -> None:
        self._post({"labels": labels, "annotations": {"summary": "Answers take 9 s."}})

    def resolve(self, **labels: str) -> None:
        self._post({"labels": labels, "endsAt": Clock().protocol_now().isoformat()})

    def notifications(self, *, failed: bool = False) -> int:
        """How often it has posted to its webhooks, or tried in vain."""
        name = "alertmanager_notification_requests_failed_total" if failed else "alertmanager_notifications_total"
        lines = get(f"{self._url}/metrics").splitlines()
        return sum(int(float(line.split()[-1])) for line in lines if line.startswith(f'{name}{{integration="webhook"'))

    def _answers(self) -> bool:
        with contextlib.suppress(URLError, OSError):
            get(f"{self._url}/-/ready")
            return True
        return False

    def _post(self, alert: dict[str, object]) -> None:
        body = json.dumps([alert]).encode()
        request = Request(f"{self._url}/api/v2/alerts", body, {"Content-Type": "application/json"})
        with DIRECT.open(request, timeout=5) as answer:
            assert answer.status == 200
