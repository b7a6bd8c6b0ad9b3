"""A disk that takes nothing more: senders are told, /readyz says so, nothing accepted is lost, and all goes on after it."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from tests.scenarios.driver import Bot, Workspace, alert, until

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@contextmanager
def full_disk(journal: Path) -> Iterator[None]:
    """No file of this process grows beyond the size of the database's journal, to which each commit adds."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (journal.stat().st_size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


async def test_ready_says_that_nothing_can_be_written(bot: Bot, workspace: Workspace, database_url: str) -> None:
    path = Path(make_url(database_url).database or "")
    await bot.fire()
    await workspace.expect_card("HighErrorRate")
    await bot.settled()
    assert (await bot.ready()) == (True, {})
    with full_disk(path.with_name(f"{path.name}-wal")):

        async def said() -> bool:
            return "cannot be written" in (await bot.ready())[1].get("database", "")

        await until(said)
        answer = await bot.api.post("/v1/alerts", json=[alert("Slow", model="other")])
        assert answer.status_code == 503

    async def well() -> bool:
        return (await bot.ready()) == (True, {})

    await until(well)
    await bot.fire("Slow", model="other")
    await workspace.expect_card("Slow")
