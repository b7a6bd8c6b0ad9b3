"""A Python program asks with the client, people decide in the workspace: over real HTTP, on both databases."""

import asyncio

import pytest

from bot.client import (
    ApprovalExpired,
    ApprovalNotNeeded,
    ApprovalRejected,
    ApprovalUnavailable,
    ApprovalWithdrawn,
    FailedValidation,
    ModelUnavailable,
    RiskbotClient,
    requires_approval,
)
from bot.services.approvals.respond import Press
from tests.scenarios.driver import until

APPROVER = "U0HANA"
TASK = {"task_id": "t1", "title": "Rewrite the login flow", "services": ["auth"], "manual_override": True}


@pytest.fixture
async def bot(start_bot, workspace):
    async with start_bot(people={"roles": {"tech_lead": ["@oncall"]}}) as started:
        yield started


@pytest.fixture
async def client(bot, token):
    async with RiskbotClient(str(bot.api.base_url), token, patience_seconds=20) as made:
        yield made


class Guarded:
    """A program's function under approval, and what it was run with."""

    def __init__(self, client, fields=TASK) -> None:
        self.ran = []

        @requires_approval(client, lambda branch, files: fields, deadline_seconds=60)
        async def rewrite(branch, files):
            self.ran.append((branch, files))
            if branch == "broken":
                raise OSError(branch)
            return len(files)

        self.rewrite = rewrite


async def pending(bot):
    async def asked():
        found, _total = await bot.running.approvals.pending()
        return found

    [request] = await until(asked, what="a pending request")
    return request


async def press(bot, verb, comment=""):
    """As the card's button has it."""
    request = await pending(bot)
    one = Press(user_id=APPROVER, request_id=request.id, delivery_id=f"p{request.id}{verb}", version=1, comment=comment)
    answer = await getattr(bot.running.approvals, verb)(one)
    assert answer.changed, answer.text


async def state(bot):
    """The newest escalation."""
    return (await bot.api.get("/v1/escalations")).json()["escalations"][0]


async def test_it_runs_once_with_the_arguments_that_were_approved(bot, client):
    program, files = Guarded(client), ["a.py"]
    call = asyncio.create_task(program.rewrite("main", files))
    await pending(bot)
    files.append("slipped in.py")
    assert program.ran == []
    await press(bot, "approve")
    assert await call == 1
    assert program.ran == [("main", ["a.py"])]
    assert (await state(bot))["execution"]["status"] == "succeeded"
    with pytest.raises(ApprovalUnavailable, match="used already"):
        await program.rewrite("main", ["a.py"])
    assert program.ran == [("main", ["a.py"])]


async def test_a_failure_is_reported_and_raised(bot, client):
    call = asyncio.create_task(Guarded(client).rewrite("broken", []))
    await press(bot, "approve")
    with pytest.raises(OSError, match="broken"):
        await call
    execution = (await state(bot))["execution"]
    assert (execution["status"], execution["detail"]) == ("failed", "OSError")


@pytest.mark.parametrize("trouble", ["failed_validation", "unavailable"])
@pytest.mark.parametrize("has_fallback", [True, False])
async def test_what_goes_wrong_falls_back_and_the_thread_says_so(bot, client, workspace, trouble, has_fallback):
    async def plain(prompt):
        return f"plain {prompt}"

    @requires_approval(
        client,
        lambda prompt: TASK,
        validate=lambda text: not text.startswith("poor"),
        fallback=plain if has_fallback else None,
    )
    async def strong(prompt):
        if trouble == "unavailable":
            raise ModelUnavailable("all three providers are down")
        return f"poor {prompt}"

    call = asyncio.create_task(strong("draft"))
    await press(bot, "approve")
    if has_fallback:
        assert await call == "plain draft"
    else:
        with pytest.raises((FailedValidation, ModelUnavailable)):
            await call
    execution = (await state(bot))["execution"]
    assert execution["status"] == ("succeeded" if has_fallback else "failed")
    assert (execution["outcome"], execution.get("fell_back", False)) == (trouble, has_fallback)
    said = await workspace.expect("Fell back: " if has_fallback else "Execution failed: ", channel="escalations")
    assert said.content["thread_ts"]
    assert ("could not be reached" if trouble == "unavailable" else "failed validation") in said.words
    assert ("enhanced configuration" in said.words) == has_fallback


async def test_a_result_that_passes_is_told_as_validated(bot, client, workspace):
    @requires_approval(client, lambda prompt: TASK, validate=lambda text: text == "good")
    async def strong(prompt):
        return "good"

    call = asyncio.create_task(strong("draft"))
    await press(bot, "approve")
    assert await call == "good"
    assert (await state(bot))["execution"]["outcome"] == "validated"
    assert "passed validation" in (await workspace.expect("Executed: ", channel="escalations")).words


async def test_an_edit_asks_about_the_task_as_it_is_now(bot, client):
    asked = await client.create(TASK)
    edited = await client.edit(asked.id, {**TASK, "title": "Rewrite the logout flow", "payload": [1]})
    assert edited.status == "pending"
    assert (await pending(bot)).title == "Rewrite the logout flow"


async def test_without_an_approval_it_does_not_run(bot, client, workspace):
    program = Guarded(client)
    rejected = asyncio.create_task(program.rewrite("main", ["1"]))
    await press(bot, "reject", "too dear")
    with pytest.raises(ApprovalRejected, match="too dear"):
        await rejected
    withdrawn = asyncio.create_task(program.rewrite("main", ["2"]))
    await pending(bot)
    await client.withdraw((await state(bot))["id"], "not wanted")
    with pytest.raises(ApprovalWithdrawn, match="not wanted"):
        await withdrawn
    expired = asyncio.create_task(program.rewrite("main", ["3"]))
    await pending(bot)
    await workspace.advance(24 * 3600 + 60)
    with pytest.raises(ApprovalExpired):
        await expired
    small = Guarded(client, {"task_id": "t2", "title": "Mend a typo"})
    with pytest.raises(ApprovalNotNeeded):
        await small.rewrite("main", [])
    assert program.ran == small.ran == []


async def test_the_same_task_is_the_same_request(bot, client):
    decision = await client.decide(TASK)
    assert decision.escalate
    first, again = await client.create(TASK), await client.create(dict(reversed(TASK.items())))
    other = await client.create({**TASK, "task_id": "t2"})
    assert first.id == again.id != other.id
    await client.create(TASK, key="mine")
    with pytest.raises(ApprovalUnavailable) as refused:
        await client.create({**TASK, "title": "Another"}, key="mine")
    assert refused.value.status_code == 409


async def test_what_was_not_approved_is_not_executed(bot, client):
    asked = await client.create({**TASK, "payload": {"do": "this"}})
    with pytest.raises(ApprovalUnavailable, match="not approved yet"):
        await client.execute(asked.id, {"do": "this"})
    with pytest.raises(ApprovalUnavailable, match="no answer"):
        await client.wait(asked.id, deadline_seconds=0.3)
    await press(bot, "approve")
    with pytest.raises(ApprovalUnavailable, match="hash differs"):
        await client.execute(asked.id, {"do": "that"})
    assert (await client.execute(asked.id, {"do": "this"})).execution.status == "started"


async def test_a_restart_of_riskbot_is_waited_out(start_bot, workspace, token):
    people = {"roles": {"tech_lead": ["@oncall"]}}
    async with start_bot(people=people) as bot:
        port = bot.running.port
        client = RiskbotClient(str(bot.api.base_url), token)
        asked = await client.create(TASK)
        waiting = asyncio.create_task(client.approval(asked.id, deadline_seconds=60))
    async with start_bot(people=people, http={"port": port}) as bot, client:
        await press(bot, "approve")
        assert (await waiting).decided_by == APPROVER
