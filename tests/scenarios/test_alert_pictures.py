"""A rule's alert is told in words first; then its card shows the last hour, once, whatever fails in between."""

import asyncio
import os
import signal
import struct
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.store.pictures import PictureState, pictures
from tests.scenarios.calls import RULES, file_list, pictured, told_calls
from tests.scenarios.driver import Bot, Workspace, until

QUICK = {"interval": "500ms"}
#: The drawing process is the last to get a busy machine's time, and begins by importing matplotlib.
PATIENCE_SECONDS = 90
#: What Slack or the drawing process does wrong is the same to both databases; each of these takes ten seconds.
only_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def rules_file(tmp_path: Path) -> str:
    path = tmp_path / "rules.yml"
    path.write_text(RULES)
    return str(path)


@pytest.fixture
def start(start_bot, rules_file):
    def with_rules(**more):
        return start_bot(watch={"rules_file": rules_file, **QUICK}, time_zone="Europe/Berlin", **more)

    return with_rules


async def states(bot: Bot) -> list[tuple[str, str | None]]:
    return await bot.database.read(lambda tx: [(row.state, row.last_error) for row in tx.execute(select(pictures))])


async def settled_as(bot: Bot, state: PictureState) -> str | None:
    async def found():
        rows = await states(bot)
        return [error or " " for each, error in rows if each == state] if rows else None

    return (await until(found, PATIENCE_SECONDS, f"a picture that is {state}"))[0]


async def test_a_rules_alert_shows_its_last_hour(start, workspace: Workspace) -> None:
    async with start() as bot:
        await told_calls(bot, seconds=4.8)
        card = await workspace.expect_card("slow_responses", "Mean response time 4", "limit", "3 s")
        shown, image = await pictured(workspace)
        assert shown.ts == card.ts
        assert "The last hour: mean response time, from 1" in image["alt_text"]
        assert "limit 3 s" in image["alt_text"]
        [file] = await file_list(workspace)
        assert file["id"] == image["slack_file"]["id"]
        picture = await workspace.http.get(f"{workspace.server.url}/sandbox/files/{file['id']}")
        assert picture.headers["content-type"] == "image/png"
        assert struct.unpack(">II", picture.content[16:24]) == (800, 400)
        assert file["length"] == len(picture.content)
        # Words first: the card stood before anything was uploaded, and nothing else was posted.
        calls = [each["method"] for each in await workspace.calls() if each["method"].startswith(("chat.", "files."))]
        assert calls[0] == "chat.postMessage"
        assert calls.count("chat.postMessage") == 1
        await bot.settled()
        assert len(await workspace.messages()) == 1


async def test_other_senders_alerts_have_no_picture(start, workspace: Workspace) -> None:
    async with start() as bot:
        await bot.fire()
        await workspace.expect_card("HighErrorRate")
        await bot.settled()
        assert await states(bot) == []


async def test_pictures_can_be_switched_off(start, workspace: Workspace) -> None:
    async with start(alerts={"pictures": False}) as bot:
        await told_calls(bot, seconds=4.8)
        await workspace.expect_card("slow_responses")
        assert await states(bot) == []


async def test_a_lost_answer_is_asked_for_again_and_shown_once(start, workspace: Workspace) -> None:
    """Slack completed the upload and we never heard of it."""
    await workspace.faults(drop_after_commit_next=1, methods=["files.completeUploadExternal"])
    async with start() as bot:
        await told_calls(bot, seconds=4.8)
        _, image = await pictured(workspace)
        [file] = await file_list(workspace)
        assert file["id"] == image["slack_file"]["id"]
        assert len(await workspace.calls("files.getUploadURLExternal")) == 1


@only_sqlite
async def test_slack_asks_to_wait(start, workspace: Workspace) -> None:
    await workspace.faults(rate_limit_next=1, retry_after_seconds=1, methods=["files.getUploadURLExternal"])
    async with start() as bot:
        await told_calls(bot, seconds=4.8)
        await pictured(workspace)
        assert len(await file_list(workspace)) == 1


@only_sqlite
async def test_without_the_scope_the_alert_stands_in_words_and_nothing_else_is_held_up(
    start, workspace: Workspace, caplog
) -> None:
    workspace.provoked |= {"missing_scope"}
    await workspace.faults(error_share=1.0, error="missing_scope", methods=["files.getUploadURLExternal"])
    async with start() as bot:
        await told_calls(bot, seconds=4.8)
        await workspace.expect_card("slow_responses")
        assert "missing_scope" in await settled_as(bot, PictureState.DEAD)
        await told_calls(bot, seconds=4.9, model="kimi")
        await workspace.expect_card("slow_responses", "kimi")
        await bot.settled()
    said = [each for each in caplog.records if "without pictures" in each.message]
    assert len(said) == 1


@only_sqlite
async def test_without_matplotlib_the_alert_stands_in_words(start, workspace: Workspace, monkeypatch, tmp_path) -> None:
    (tmp_path / "matplotlib.py").write_text("raise ImportError('No module named matplotlib')")
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}{os.pathsep}{Path(__file__).parents[2]}")
    async with start() as bot:
        await told_calls(bot, seconds=4.8)
        await workspace.expect_card("slow_responses")
        assert "matplotlib" in await settled_as(bot, PictureState.DEAD)
        assert (await bot.ready())[0]


@only_sqlite
async def test_a_card_that_is_refused_for_its_picture_stands_in_words_with_its_blocks(
    start, workspace: Workspace
) -> None:
    """Somebody deleted the file: the card drops the picture, not its buttons."""
    workspace.provoked |= {"invalid_blocks"}
    async with start() as bot:
        await told_calls(bot, seconds=4.8)
        card, image = await pictured(workspace)
        workspace.server.workspace.files.pop(image["slack_file"]["id"])
        await workspace.user("hana").press(card, "alerts.acknowledge")
        card = await workspace.expect_card("Acknowledged: ", "<@U0HANA>")
        assert "alerts.resolve" in card.actions
        assert [each for each in card.blocks if each["type"] == "image"] == []


async def test_a_digest_takes_no_pictures(start, workspace: Workspace) -> None:
    async with start(storms={"digest_from": 2}, alerts={"group_wait": "1h"}) as bot:
        for model in ("a", "b", "c"):
            await told_calls(bot, seconds=4.8, model=model)

        async def all_fire():
            return len(await bot.alerts()) == 3

        await until(all_fire, PATIENCE_SECONDS, "three alerts")
        await workspace.advance(3601)
        await workspace.expect_card("3 of 3 alert groups need somebody")
        await settled_as(bot, PictureState.SKIPPED)
        assert await workspace.calls("files.getUploadURLExternal") == []


@only_sqlite
async def test_what_waits_too_long_is_not_drawn(start, workspace: Workspace) -> None:
    async with start(delivery={"uploads_patience": "0s"}) as bot:
        await told_calls(bot, seconds=4.8)
        await settled_as(bot, PictureState.SKIPPED)
        assert await workspace.calls("files.getUploadURLExternal") == []


@only_sqlite
async def test_the_drawing_process_may_die_at_any_time(start, workspace: Workspace) -> None:
    async with start(charts={"idle_after": "200ms"}) as bot:
        await told_calls(bot, seconds=4.8)
        await pictured(workspace)
        await asyncio.sleep(0.5)
        for child in _children():
            os.kill(child, signal.SIGKILL)
        await told_calls(bot, seconds=4.8, model="kimi")

        async def both():
            return len(await file_list(workspace)) == 2

        await until(both, PATIENCE_SECONDS, "two pictures")


def _children() -> list[int]:
    """Drawing processes of this test's own process."""
    tasks = Path(f"/proc/{os.getpid()}/task").iterdir()
    pids = [int(each) for task in tasks for each in (task / "children").read_text().split()]
    return [pid for pid in pids if b"charts.child" in Path(f"/proc/{pid}/cmdline").read_bytes()]
