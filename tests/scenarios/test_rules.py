"""`/alerts rules` and the file of rules, in the workspace."""

from datetime import timedelta

from bot.clock import Clock
from bot.services.watching.rules_file import SHIPPED
from tests.scenarios.driver import Bot, Workspace, until

WATCH = {"interval": "300ms"}


async def call(bot: Bot, clock: Clock, *, seconds: float) -> None:
    """A model's calls of the last six minutes."""
    start = clock.now() - timedelta(minutes=6)
    calls = [
        {
            "id": f"c{seconds}-{number}",
            "at": (start + timedelta(seconds=number)).isoformat(),
            "model": "glm-4.5",
            "provider": "openrouter",
            "role": "architect",
            "duration_seconds": seconds,
            "input_tokens": 10,
            "output_tokens": 1,
        }
        for number in range(0, 360, 4)
    ]
    answer = await bot.api.post("/v1/telemetry/calls", json=calls)
    assert answer.status_code == 200, answer.text


async def rules(workspace: Workspace, *words: str, more: str = "") -> str:
    """What `/alerts rules` says, once all the words stand in it."""

    async def told() -> str:
        said = (await workspace.user("hana").command(f"rules {more}")).private
        return said if all(word in said for word in words) else ""

    return await until(told, what=f"{words} in /alerts rules")


async def test_rules_say_how_they_stand(start_bot, workspace: Workspace, clock: Clock) -> None:
    async with start_bot(watch=WATCH) as bot:
        await rules(workspace, "avg_response_time > 3.0", "nothing to judge yet", "Last looked at")
        await call(bot, clock, seconds=4.2)
        said = await rules(workspace, "2 firing")
        assert "model glm-4.5 firing since" in " ".join(said.split())
        assert "mean response time 4.2 s, limit > 3 s" in said
        assert "fires at once  ·  over 5m  ·  per model, role  ·  from 20 calls  ·  keeps firing for 2m" in said
        alone = await rules(workspace, "slow_responses", more="slow_responses")
        assert "high_error_rate" not in alone
        near = await rules(workspace, "There is no rule", more="slow_response")
        assert "Did you mean  slow_responses" in near


async def test_many_rules_come_in_pages(start_bot, workspace: Workspace, tmp_path) -> None:
    path = tmp_path / "rules.yml"
    rule = "  - {{name: rule{0}, area: cost, condition: calls > {0}, severity: low, action: look}}\n"
    path.write_text("rules:\n" + "".join(rule.format(number) for number in range(20)))
    async with start_bot(watch={**WATCH, "rules_file": str(path)}):
        first = await rules(workspace, "20 rules are in force", "page 1 of 4: /alerts rules 2")
        assert "rule5" in first
        assert "rule6" not in first
        last = await rules(workspace, "page 4 of 4", more="99")
        assert "rule19" in last


async def test_a_broken_file_is_said_once_and_the_rules_go_on_after_a_restart(
    start_bot, workspace: Workspace, tmp_path
) -> None:
    path = tmp_path / "rules.yml"
    path.write_text(SHIPPED.read_text())
    settings = {"watch": {**WATCH, "rules_file": str(path)}, "alerts": {"ops_channel": "#incidents"}}
    async with start_bot(**settings):
        await rules(workspace, "slow_responses")
        path.write_text(SHIPPED.read_text().replace("avg_response_time > 3.0", "avg_response_tme > 3.0"))
        told = await workspace.expect("The file of alert rules is broken", channel="incidents")
        assert "rule slow_responses, condition, character 1" in told.words
        await rules(workspace, "The file is broken, so the rules below go on", "character 1", "avg_response_time > 3.0")
    async with start_bot(**settings) as bot:
        await rules(workspace, "The file is broken, so the rules below go on", "avg_response_time > 3.0")
        path.write_text(SHIPPED.read_text().replace("avg_response_time > 3.0", "avg_response_time > 2.0"))
        await workspace.expect("The file of alert rules is mended", channel="incidents")
        said = await rules(workspace, "avg_response_time > 2.0")
        assert "The file is broken" not in said
        await bot.settled()
        assert len(await workspace.find("The file of alert rules is broken", channel="incidents")) == 1


async def test_guests_see_no_rules(bot: Bot, workspace: Workspace) -> None:
    assert "A guest cannot see alerts" in (await workspace.user("gus").command("rules", channel="general")).private
