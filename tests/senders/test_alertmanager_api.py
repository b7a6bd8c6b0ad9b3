"""A real Alertmanager posts to the API alone: what it says arrives, and what it could not deliver comes later."""

import asyncio
import contextlib
import shutil
import socket

import httpx
import pytest

from bot.errors import DatabaseUnavailable
from bot.store.open import open_database
from tests.ingest.conftest import serving

pytestmark = pytest.mark.senders

ALERTMANAGER = shutil.which("prometheus-alertmanager") or shutil.which("alertmanager")
CONFIG = """
route:
  receiver: riskbot
  group_by: [alertname]
  group_wait: 0s
  group_interval: 1s
receivers:
  - name: riskbot
    webhook_configs:
      - url: {url}/v1/hooks/alertmanager
        send_resolved: true
        http_config:
          authorization:
            credentials: {token}
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
async def small_api(sqlite_url, clock):
    database = open_database(sqlite_url, clock)
    async with serving(database) as served:
        yield served
    await database.close()


@pytest.fixture
async def alertmanager(small_api, tmp_path):
    """Gives a client of an Alertmanager that posts to the API."""
    if ALERTMANAGER is None:
        pytest.skip("No Alertmanager here: install Debian's package `prometheus-alertmanager`.")
    port = free_port()
    (tmp_path / "alertmanager.yml").write_text(CONFIG.format(url=small_api.base_url, token=small_api.token))
    process = await asyncio.create_subprocess_exec(
        ALERTMANAGER,
        f"--config.file={tmp_path / 'alertmanager.yml'}",
        f"--storage.path={tmp_path / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--cluster.listen-address=",
        stderr=asyncio.subprocess.DEVNULL,
    )
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
        await until(lambda: answers(client), "Alertmanager answers")
        yield client
    process.terminate()
    await process.wait()


async def answers(client: httpx.AsyncClient) -> bool:
    with contextlib.suppress(httpx.TransportError):
        return (await client.get("/-/ready")).status_code == 200
    return False


async def until(condition, what: str, seconds: float = 20) -> None:
    try:
        async with asyncio.timeout(seconds):
            while not await condition():
                await asyncio.sleep(0.1)
    except TimeoutError:
        pytest.fail(f"It never came to this: {what}")


async def post(client: httpx.AsyncClient, ends_at: str | None = None, **labels: str) -> None:
    alert = {"labels": {"alertname": "HighLatency", **labels}, "annotations": {"summary": "slow"}}
    answer = await client.post("/api/v2/alerts", json=[{**alert, "endsAt": ends_at} if ends_at else alert])
    assert answer.status_code == 200, answer.text


async def test_it_fires_and_resolves(small_api, alertmanager):
    await post(alertmanager, severity="page", model="glm-4.5")
    await until(small_api.shown, "the alert is shown")
    [shown] = await small_api.shown()
    assert (shown["alert"], shown["severity"], shown["labels"]["model"]) == ("HighLatency", "critical", "glm-4.5")
    assert shown["fingerprint"].startswith("am:")
    assert shown["annotations"] == {"summary": "slow"}
    await post(alertmanager, small_api.database.clock.protocol_now().isoformat(), severity="page", model="glm-4.5")
    await until(lambda: small_api.shown(status="resolved"), "the alert is resolved")
    assert await small_api.shown() == []


async def test_what_could_not_be_stored_is_sent_again(small_api, alertmanager, monkeypatch):
    refused = 0

    async def full(_work, **_options):
        nonlocal refused
        refused += 1
        raise DatabaseUnavailable("disk full")

    with monkeypatch.context() as patched:
        patched.setattr(small_api.database._engine, "write", full)
        await post(alertmanager, model="glm-4.5")

        async def refused_twice() -> bool:
            return refused >= 2

        await until(refused_twice, "Alertmanager tries again")
    await until(small_api.shown, "the alert is shown")
