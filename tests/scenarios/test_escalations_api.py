"""A program asks for an escalation, waits, executes what was approved and is told: over real HTTP, on both databases."""

import asyncio
import json

import pytest
from sqlalchemy import select

from bot.ingest.tokens import Scope, create_token
from bot.services.approvals.respond import Press
from bot.store.callbacks import callbacks
from tests.scenarios.driver import until

TASK = {
    "task_id": "t1",
    "title": "Rewrite the login flow",
    "services": ["auth", "web", "billing", "search"],
    "security_types": ["auth_bypass"],
    "manual_override": True,
    "estimated_input_tokens": 10_000,
    "estimated_output_tokens": 2_000,
    "payload": {"prompt": "do it", "large": 1e22},
}
SMALL = {"task_id": "t2", "title": "Mend a typo"}
URL = "http://127.0.0.1:9/hook"
ALLOWED = {"secret": "s" * 20, "allow_loopback": True, "first_pause": "1h"}


@pytest.fixture
async def bot(start_bot, workspace):
    roles = {"tech_lead": ["@oncall"], "cto": ["@oncall"]}
    async with start_bot(people={"roles": roles}, callbacks=ALLOWED) as started:
        yield started


async def ask(bot, task=TASK, status=201, **headers):
    answer = await bot.api.post("/v1/escalations", json=task, headers=headers)
    assert answer.status_code == status, answer.text
    return answer.json()


async def post(bot, escalation, verb, code=200, **body):
    answer = await bot.api.post(f"/v1/escalations/{escalation['id']}/{verb}", json=body)
    assert answer.status_code == code, answer.text
    return answer.json()


async def show(bot, escalation, **query):
    answer = await bot.api.get(f"/v1/escalations/{escalation['id']}", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def press(bot, escalation, verb="approve", comment=""):
    """An approver decides, as the card's button has them do."""
    [request], _total = await bot.running.approvals.pending()
    one = Press(
        user_id=escalation["tiers"][0]["approvers"][0],
        request_id=request.id,
        delivery_id=f"p{request.id}{verb}",
        version=1,
        comment=comment,
    )
    answer = await getattr(bot.running.approvals, verb)(one)
    assert answer.changed, answer.text


async def told(bot, escalation):
    mine = select(callbacks.c.event).where(callbacks.c.subject_id == escalation["id"]).order_by(callbacks.c.id)
    return await bot.database.read(lambda tx: tx.execute(mine).scalars().all())


async def test_asked_waited_for_approved_executed_once(bot, workspace):
    asked = await ask(bot, {**TASK, "callback_url": URL})
    assert (asked["status"], asked["tier"], asked["tiers"][0]["name"]) == ("pending", 1, "primary")
    card = await workspace.expect_card("Rewrite the login flow", channel="escalations")
    assert "claude" in card.words
    assert "Confidence" in card.words
    assert "not approved yet" in (await post(bot, asked, "execute", 409, payload=TASK["payload"]))["error"]["message"]
    waiting = asyncio.create_task(show(bot, asked, wait=15))
    assert (await show(bot, asked, wait=0.1))["status"] == "pending"
    await press(bot, asked)
    approved = await waiting
    assert (approved["status"], approved["execution"]["status"]) == ("approved", "ready")
    assert approved["decided_by"] == asked["tiers"][0]["approvers"][0]
    assert await told(bot, asked) == ["escalation.approved"]
    assert "hash differs" in (await post(bot, asked, "execute", 409, payload={"prompt": "else"}))["error"]["message"]
    begun = await post(bot, asked, "execute", payload=TASK["payload"])
    assert begun["execution"]["status"] == "started"
    again = (await post(bot, asked, "execute", 409, payload=TASK["payload"]))["error"]["message"]
    assert "used already" in again
    # For a program: no markup of Slack's.
    assert "<" not in again
    ended = await post(bot, asked, "execution", status="succeeded", detail="done")
    assert (ended["execution"]["status"], ended["execution"]["detail"]) == ("succeeded", "done")
    assert await post(bot, asked, "execution", status="succeeded") == ended
    await post(bot, asked, "execution", 409, status="failed")
    events = [each["event"] for each in ended["timeline"]]
    assert events[0] == "escalation_decided"
    assert events[-1] == "approval_execution_succeeded"


async def test_the_same_key_is_the_same_escalation(bot):
    key = {"Idempotency-Key": "k1"}
    first = await ask(bot, **key)
    assert (await ask(bot, status=200, **key))["id"] == first["id"]
    refused = await ask(bot, {**TASK, "payload": {"prompt": "else"}}, 409, **key)
    assert refused["error"]["code"] == "key_taken"
    both = await asyncio.gather(
        *(bot.api.post("/v1/escalations", json=TASK, headers={"Idempotency-Key": "k2"}) for _ in range(4))
    )
    assert sorted(each.status_code for each in both) == [200, 200, 200, 201]
    assert len({each.json()["id"] for each in both}) == 1


async def test_what_is_not_needed_asks_nobody(bot):
    small = await ask(bot, {**SMALL, "callback_url": URL})
    assert (small["status"], small["tier"], small["tiers"]) == ("not_needed", 0, [])
    assert await show(bot, small, wait=30) == small
    assert await told(bot, small) == ["escalation.not_needed"]
    assert (await bot.running.approvals.pending())[1] == 0
    for verb, body in (("withdraw", {}), ("execute", {}), ("execution", {"status": "failed"})):
        assert "not needed" in (await post(bot, small, verb, 409, **body))["error"]["message"]
    large = await ask(bot)
    listed = (await bot.api.get("/v1/escalations")).json()["escalations"]
    assert [each["id"] for each in listed] == [large["id"], small["id"]]
    open_ones = (await bot.api.get("/v1/escalations", params={"status": "pending"})).json()["escalations"]
    assert [each["id"] for each in open_ones] == [large["id"]]


async def test_an_edit_voids_votes_and_what_is_approved_is_the_new_payload(bot, workspace):
    asked = await ask(bot, {**TASK, "callback_url": URL})
    [before], _total = await bot.running.approvals.pending()
    new = {**TASK, "title": "Rewrite the logout flow", "payload": {"prompt": "do less"}, "services": ["auth"]}
    edited = await post(bot, asked, "edit", **new)
    assert (edited["status"], edited["tier"]) == ("pending", 1)
    assert edited["decision"]["score"] != asked["decision"]["score"]
    [after], _total = await bot.running.approvals.pending()
    assert (after.version, after.subject_hash == before.subject_hash) == (2, False)
    assert after.hard_deadline_at == before.hard_deadline_at
    await workspace.expect_card("Rewrite the logout flow", channel="escalations")
    # The same again changes nothing, and neither does a press on the card as it was.
    assert await post(bot, asked, "edit", **new) == edited
    approver = asked["tiers"][0]["approvers"][0]
    late = await bot.running.approvals.approve(
        Press(user_id=approver, request_id=after.id, delivery_id="late", version=1)
    )
    assert "older version" in late.text
    now = Press(user_id=approver, request_id=after.id, delivery_id="now", version=2)
    assert (await bot.running.approvals.approve(now)).changed
    assert "hash differs" in (await post(bot, asked, "execute", 409, payload=TASK["payload"]))["error"]["message"]
    assert (await post(bot, asked, "execute", payload=new["payload"]))["execution"]["status"] == "started"
    assert "approved" in (await post(bot, asked, "edit", 409, **TASK))["error"]["message"]


async def test_an_edit_is_of_ones_own_pending_task_alone(bot):
    asked = await ask(bot)
    stranger = (await create_token(bot.database, name="other", scopes=[Scope.ESCALATE])).text
    headers = {"Authorization": f"Bearer {stranger}"}
    path = f"/v1/escalations/{asked['id']}/edit"
    refused = await bot.api.post(path, json={**TASK, "title": "Mine"}, headers=headers)
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "not_done")
    assert "whoever asked" in refused.json()["error"]["message"]
    for change, word in (
        ({"task_id": "t9"}, "task_id"),
        ({"requester": "U0BO"}, "requester"),
        ({"emergency": True}, "emergency"),
        ({"manual_override": False, "services": [], "security_types": []}, "not needed"),
    ):
        answer = (await post(bot, asked, "edit", 409, **{**TASK, **change}))["error"]
        assert answer["code"] == "not_an_edit"
        assert word in answer["message"]
    [request], _total = await bot.running.approvals.pending()
    assert request.version == 1
    small = await ask(bot, SMALL)
    assert "not needed" in (await post(bot, small, "edit", 409, **SMALL))["error"]["message"]


@pytest.mark.parametrize(
    "report",
    [
        {"status": "succeeded", "outcome": "failed_validation"},
        {"status": "succeeded", "fell_back": True},
        {"status": "succeeded", "outcome": "validated", "fell_back": True},
        {"status": "failed", "outcome": "validated"},
        {"status": "unknown"},
    ],
)
async def test_a_report_that_contradicts_itself_is_refused(bot, report):
    asked = await ask(bot)
    assert (await post(bot, asked, "execution", 422, **report))["error"]["code"] == "invalid"


async def test_taken_back_and_rejected(bot):
    asked = await ask(bot, {**TASK, "callback_url": URL})
    gone = await post(bot, asked, "withdraw", comment="not wanted")
    assert (gone["status"], gone["decided_by"], gone["comment"]) == ("withdrawn", "token:everything", "not wanted")
    assert "withdrawn" in (await post(bot, asked, "withdraw", 409))["error"]["message"]
    assert await told(bot, asked) == ["escalation.withdrawn"]
    other = await ask(bot)
    await press(bot, other, "reject", "too dear")
    rejected = await show(bot, other)
    assert (rejected["status"], rejected["comment"]) == ("rejected", "too dear")
    assert "execution" not in rejected
    assert "rejected" in (await post(bot, other, "execute", 409, payload=TASK["payload"]))["error"]["message"]


async def test_nobody_decides_in_time(bot, workspace):
    asked = await ask(bot, {**TASK, "callback_url": URL})
    await workspace.advance(24 * 3600 + 60)

    async def expired():
        return (await show(bot, asked))["status"] == "expired"

    await until(expired)
    assert await told(bot, asked) == ["escalation.expired"]


async def test_an_emergency_alone_wakes_executives(bot):
    breach = await ask(bot, {**TASK, "security_types": ["data_breach"]})
    outage = await ask(bot, {**TASK, "production_outage": True})
    policies = [each.policy_name for each in (await bot.running.approvals.pending())[0]]
    assert sorted(policies) == ["emergency", "standard"]
    assert breach["status"] == outage["status"] == "pending"


async def test_what_cannot_be_asked_is_refused(bot):
    for url in ("http://example.com/hook", "https://elsewhere.example/hook"):
        refused = await ask(bot, {**TASK, "callback_url": url}, 422)
        assert "callback_url" in refused["error"]["message"]
    assert "Slack id" in (await ask(bot, {**TASK, "requester": "ann@example.com"}, 422))["error"]["message"]
    assert (await bot.api.get("/v1/escalations/99")).status_code == 404
    assert (await bot.api.get("/v1/escalations")).json() == {"escalations": []}


async def test_nobody_may_approve(start_bot, workspace):
    async with start_bot() as bot:
        refused = await ask(bot, TASK, 422)
        assert refused["error"]["code"] == "approval_impossible"
        assert "people" in refused["error"]["hint"]
        assert (await bot.api.get("/v1/escalations")).json() == {"escalations": []}


async def test_slack_cannot_say_who_is_who(start_bot, workspace):
    async with start_bot(people={"roles": {"tech_lead": ["@oncall"]}}) as bot:
        await workspace.faults(
            error_share=1.0, error="internal_error", methods=["usergroups.list", "usergroups.users.list"]
        )
        refused = await ask(bot, TASK, 503)
        assert refused["error"]["code"] == "people_unreadable"
        await workspace.faults()
        await ask(bot)


@pytest.mark.parametrize("payload", ["1e999", '"a\\u0000b"', '"\\ud800"', "1" + "0" * 400, "-0.0", "null", "1e22"])
async def test_any_payload_is_kept_and_executed_or_refused(bot, payload):
    body = json.dumps(TASK | {"payload": "HERE"}).replace('"HERE"', payload)
    json_type = {"Content-Type": "application/json"}
    answer = await bot.api.post("/v1/escalations", content=body, headers={**json_type, "Idempotency-Key": "k"})
    assert answer.status_code in {201, 422}, answer.text
    again = await bot.api.post("/v1/escalations", content=body, headers={**json_type, "Idempotency-Key": "k"})
    assert again.status_code == (200 if answer.status_code == 201 else 422)
    if answer.status_code == 201:
        await press(bot, answer.json())
        where = f"/v1/escalations/{answer.json()['id']}/execute"
        begun = await bot.api.post(where, content=f'{{"payload": {payload}}}', headers=json_type)
        assert begun.status_code == 200, begun.text


async def test_another_program_cannot_take_it_back(bot):
    asked = await ask(bot)
    other = (await create_token(bot.database, name="other", scopes=[Scope.ESCALATE])).text
    where = f"/v1/escalations/{asked['id']}/withdraw"
    refused = await bot.api.post(where, json={}, headers={"Authorization": f"Bearer {other}"})
    assert refused.status_code == 409
    assert "Only whoever asked" in refused.json()["error"]["message"]
    assert (await show(bot, asked))["status"] == "pending"


async def test_used_once_however_many_try(bot):
    asked = await ask(bot)
    await press(bot, asked)
    where = f"/v1/escalations/{asked['id']}/execute"
    tries = await asyncio.gather(*(bot.api.post(where, json={"payload": TASK["payload"]}) for _ in range(5)))
    assert sorted(each.status_code for each in tries) == [200, 409, 409, 409, 409]
