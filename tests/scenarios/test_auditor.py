"""The auditor in the whole product: what is forgotten is told and said, in Slack and in the metrics."""

import sqlalchemy as sa

from bot.store.due import DueKind, due
from tests.scenarios.driver import Workspace, bot_running, until


async def test_a_group_whose_timer_is_lost_is_told_all_the_same(
    make_settings, token: str, server, workspace: Workspace
) -> None:
    settings = make_settings(alerts={"group_wait": "1h", "ops_channel": "#general"})
    async with bot_running(settings, token, server, frozenset({"group_untold"})) as bot:
        await bot.fire()
        lost = sa.delete(due).where(due.c.kind == DueKind.TELL_GROUP)
        await bot.database.write(lambda tx: tx.execute(lost))
        await workspace.expect_card("High: HighErrorRate")
        said = await workspace.expect("1 open alert groups had not been told", "group_untold", channel="general")
        await bot.settled()
        assert [each.ts for each in await workspace.messages("general")] == [said.ts]

        async def counted() -> bool:
            answer = await bot.api.get("/metrics")
            return 'riskbot_audit_findings_total{check="group_untold",outcome="repaired"} 1.0' in answer.text

        await until(counted)
