"""Whatever arguments come, the sandbox answers as Slack would and never breaks."""

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.sandbox.constants import BOT_TOKEN
from bot.sandbox.methods import METHODS

_NAMES = ["channel", "channel_id", "user", "user_id", "users", "text", "ts", "thread_ts", "blocks", "view", "view_id"]
_NAMES += ["metadata", "limit", "cursor", "oldest", "latest", "types", "files", "name", "timestamp", "attachments"]
_NAMES += ["trigger_id", "message_ts", "email", "usergroup", "title", "type", "link", "filename", "length", "topic"]
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["type", "text", "id", "elements", "blocks"]), inner, max_size=3)
    ),
    max_leaves=6,
)
_KNOWN = st.sampled_from(
    ["C0GENERAL", "U0BO", "C0OLDPROJECT", "1.000001", "[]", "{}", '[{"type":"divider"}]', "bW9uZXk="]
)
_CALL = st.tuples(
    st.sampled_from(sorted(METHODS)), st.dictionaries(st.sampled_from(_NAMES), _KNOWN | _JSON, max_size=6)
)


@pytest.fixture
def http(server):
    with httpx.Client(headers={"Authorization": f"Bearer {BOT_TOKEN}"}, trust_env=False) as client:
        yield client


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(call=_CALL)
def test_any_arguments(http, server, call):
    method, arguments = call
    answer = http.post(server.api_url + method, json=arguments)
    assert answer.status_code == 200, (method, arguments, answer.text)
    assert isinstance(answer.json()["ok"], bool)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    control=st.sampled_from(
        [
            "command",
            "press",
            "submit",
            "message",
            "shortcut",
            "open_home",
            "close_view",
            "faults",
            "clock",
            "people",
            "suggest",
            "react",
            "edit",
            "delete",
            "invite",
        ]
    ),
    body=st.dictionaries(
        st.sampled_from(
            ["user", "channel", "ts", "action_id", "values", "view_id", "text", "delete_message", "groups"]
        ),
        st.sampled_from(["alice", "general", "U0BO", ""]) | _JSON,
        max_size=5,
    ),
)
def test_any_control(http, server, control, body):
    answer = http.post(f"{server.control_url}/{control}", json={**body, "settle_seconds": 0})
    assert answer.status_code in (200, 400, 404), (control, body, answer.text)
