"""SIGKILL in the middle of an upload: the card stands, and its picture comes once."""

from pathlib import Path

import httpx
import pytest

from bot.clock import Clock
from bot.failpoints import FailPoint
from bot.sandbox.server import SandboxServer
from tests.faults.chaos import ENVIRONMENT, free_port, make_api_token
from tests.faults.processes import Launcher
from tests.scenarios.calls import RULES, calls_of, file_list, pictured
from tests.scenarios.driver import Workspace, until

#: In the order of an upload: the file is known but empty; it is there but nobody has written so.
POINTS = (FailPoint.PICTURE_BEGUN, FailPoint.PICTURE_UPLOADED)


@pytest.mark.timeout(120)
@pytest.mark.parametrize("point", POINTS)
async def test_a_picture_that_was_cut_off_comes_once(database_url: str, tmp_path: Path, point: FailPoint) -> None:
    (tmp_path / "rules.yml").write_text(RULES)
    (tmp_path / "riskbot.yml").touch()
    server = SandboxServer(rate_limits=False)
    server.start()
    try:
        await _story(database_url, tmp_path, server, point)
    finally:
        server.stop()


async def _story(database_url: str, directory: Path, server: SandboxServer, point: FailPoint) -> None:
    port = free_port()
    environment = {
        **ENVIRONMENT,
        "RISKBOT_DATABASE_URL": database_url,
        "RISKBOT_CONFIG": str(directory / "riskbot.yml"),
        "RISKBOT_SLACK__API_URL": server.api_url,
        "RISKBOT_HTTP__PORT": str(port),
        "RISKBOT_WATCH__RULES_FILE": str(directory / "rules.yml"),
        "RISKBOT_WATCH__INTERVAL": "500ms",
    }
    headers = {"Authorization": f"Bearer {await make_api_token(database_url)}"}
    base_url = f"http://127.0.0.1:{port}"
    async with (
        httpx.AsyncClient(timeout=10, trust_env=False) as http,
        httpx.AsyncClient(base_url=base_url, headers=headers, timeout=10, trust_env=False) as api,
        Launcher(environment, directory / "serve.log") as riskbot,
    ):
        workspace = Workspace(server, http)
        await riskbot.start("serve", FAULTS=f"{point}:1")
        await until(lambda: _answers(api), what="riskbot is ready")
        for batch in calls_of(Clock().now(), seconds=4.8):
            (await api.post("/v1/telemetry/calls", json=batch)).raise_for_status()
        card = await workspace.expect_card("slow_responses", "Mean response time 4")
        assert await riskbot.ended(60.0) == -9
        assert [each for each in card.blocks if each["type"] == "image"] == []
        await riskbot.start("serve")
        shown, image = await pictured(workspace, seconds=60.0)
        assert shown.ts == card.ts
        assert [each["id"] for each in await file_list(workspace)] == [image["slack_file"]["id"]]
        assert len(await workspace.messages()) == 1


async def _answers(api: httpx.AsyncClient) -> bool:
    try:
        return (await api.get("/readyz")).status_code == 200
    except httpx.TransportError:
        return False
