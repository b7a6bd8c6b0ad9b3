"""LiteLLM itself tells a real riskbot of its calls: what it counted is what is counted here, in each of its forms."""

import re
from decimal import Decimal
from pathlib import Path

import pytest

from bot.ingest.tokens import Scope
from riskengine.rollups import to_picousd
from tests.processes import ServeProcess, get, make_token
from tests.senders.booked import booked, raw_calls
from tests.senders.programs import run
from tests.senders.workspace import until

pytestmark = pytest.mark.senders

CANARY = "the-canary-sings-at-midnight"


@pytest.mark.parametrize("form", ["json_array", "ndjson", "single"])
def test_what_litellm_counts_is_counted(riskbot: ServeProcess, sqlite_file: Path, form: str):
    token = make_token(f"sqlite+aiosqlite:///{sqlite_file}", [Scope.INGEST])
    riskbot.start()
    heard = run("litellm_program", f"{riskbot.url}/v1/hooks/litellm", token, form)
    failed = [each for each in heard if each["status"] == "failure"]
    assert (len(heard), len(failed)) == (8, 1)

    until(lambda: booked(sqlite_file).calls == 8, "all calls are booked")
    sums = booked(sqlite_file)
    assert sums.errors == 1
    assert sums.input_tokens == sum(each["prompt_tokens"] for each in heard) > 0
    assert sums.output_tokens == sum(each["completion_tokens"] for each in heard) > 0
    told = raw_calls(sqlite_file)
    assert {each["call_id"] for each in told} == {each["id"] for each in heard}
    costs = {each["id"]: to_picousd(Decimal(repr(each["response_cost"]))) for each in heard}
    assert {each["call_id"]: each["told_picousd"] for each in told} == costs
    [fallback] = [each for each in heard if each["trace_id"] == failed[0]["trace_id"] and each["status"] == "success"]
    of_the_task = [each["call_id"] for each in told if each["task_id"] == failed[0]["trace_id"]]
    assert sorted(of_the_task) == sorted([failed[0]["id"], fallback["id"]])
    assert len({each["task_id"] for each in told}) == 7
    assert 'outcome="rejected",sender="litellm"' not in get(f"{riskbot.url}/metrics")


def test_no_prompt_of_litellm_is_kept(riskbot: ServeProcess, sqlite_file: Path):
    """Message logging is on by default: prompts do come in."""
    token = make_token(f"sqlite+aiosqlite:///{sqlite_file}", [Scope.INGEST])
    riskbot.start()
    run("litellm_program", f"{riskbot.url}/v1/hooks/litellm", token, "json_array")
    until(lambda: booked(sqlite_file).calls == 8, "all calls are booked")
    riskbot.stop()
    kept = b"".join(path.read_bytes() for path in sqlite_file.parent.glob(f"{sqlite_file.name}*"))
    assert re.search(b"architect", kept)
    assert CANARY.encode() not in kept
    assert CANARY not in riskbot.log.read_text()
