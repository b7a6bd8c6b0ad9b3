"""A start that Slack refuses ends at once, with one clear line and exit code 1."""

import pytest

from bot.sandbox.constants import APP_TOKEN, BOT_TOKEN


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        pytest.param(
            {"RISKBOT_SLACK__BOT_TOKEN": "xoxb-wrong"},
            ["auth.test: invalid_auth", "RISKBOT_SLACK__BOT_TOKEN"],
            id="bot-token",
        ),
        pytest.param(
            {"RISKBOT_SLACK__APP_TOKEN": "xapp-wrong"},
            ["apps.connections.open: invalid_auth", "RISKBOT_SLACK__APP_TOKEN"],
            id="app-token",
        ),
        pytest.param(
            {"RISKBOT_SLACK__APP_TOKEN": ""},
            ["apps.connections.open: not_authed", "RISKBOT_SLACK__APP_TOKEN"],
            id="no-app-token",
        ),
        pytest.param(
            {"RISKBOT_SLACK__APP_TOKEN": BOT_TOKEN},
            ["apps.connections.open: ", "RISKBOT_SLACK__APP_TOKEN"],
            id="tokens-swapped",
        ),
        pytest.param(
            {"RISKBOT_SLACK__MODE": "http", "RISKBOT_SLACK__SIGNING_SECRET": ""},
            ["slack.signing_secret is not set"],
            id="http-without-a-secret",
        ),
    ],
)
def test_wrong_credentials(on_sqlite, slack, changes, says):
    on_sqlite.environment |= {
        "RISKBOT_SLACK__API_URL": slack.api_url,
        "RISKBOT_SLACK__BOT_TOKEN": BOT_TOKEN,
        "RISKBOT_SLACK__APP_TOKEN": APP_TOKEN,
        "RISKBOT_HTTP__PORT": "0",
        **changes,
    }
    complaint = on_sqlite.complains("serve")
    for words in says:
        assert words in complaint
    assert not any(secret in complaint for secret in changes.values() if secret.startswith("x"))
