"""Settings: the file, the environment over it, and mistakes said with their place and without secrets."""

from datetime import timedelta

import pytest

from bot.errors import SettingsError
from bot.settings import load_settings


def load(tmp_path, text="", **environment):
    path = tmp_path / "riskbot.yml"
    path.write_text(text)
    return load_settings(path, environment)


def mistake(tmp_path, text="", **environment) -> str:
    with pytest.raises(SettingsError) as caught:
        load(tmp_path, text, **environment)
    return caught.value.message


def test_the_environment_wins_over_the_file(tmp_path):
    text = "alerts: {group_wait: 30s}\nslack: {mode: http}"
    settings = load(tmp_path, text, RISKBOT_ALERTS__GROUP_WAIT="5s", RISKBOT_PEOPLE__ADMINS="[U0ALICE, '@oncall']")
    assert (settings.alerts.group_wait, settings.slack.mode) == (timedelta(seconds=5), "http")
    assert settings.people.admins == ("U0ALICE", "@oncall")


def test_every_mistake_is_said_with_its_place(tmp_path):
    said = mistake(tmp_path, "alerts: {group_wiat: 30s}\nhttp: {port: many}", RISKBOT_DATABASE_ULR="x")
    assert "alerts.group_wiat (RISKBOT_ALERTS__GROUP_WIAT): no such setting; did you mean group_wait?" in said
    assert "http.port (RISKBOT_HTTP__PORT): " in said
    assert "database_ulr (RISKBOT_DATABASE_ULR): no such setting; did you mean database_url?" in said


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("slack:\n  bot_token: xoxb-1-secret: oops\n", id="a colon too many"),
        pytest.param("slack: {bot_token: xoxb-1-secret", id="an open brace"),
        pytest.param("slack:\n  bot_token: 'xoxb-1-secret\n", id="an open quote"),
        pytest.param("slack:\n\tbot_token: xoxb-1-secret\n", id="a tab"),
    ],
)
def test_broken_yaml_is_told_by_place_and_never_quoted(tmp_path, text):
    """The line that cannot be read may be the one with the token."""
    said = mistake(tmp_path, text)
    assert "riskbot.yml is no YAML: " in said
    assert "line " in said
    assert "secret" not in said


def test_broken_yaml_in_the_environment(tmp_path):
    said = mistake(tmp_path, RISKBOT_PEOPLE__ADMINS="[U0ALICE, 'xoxb-1-secret")
    assert "RISKBOT_PEOPLE__ADMINS is no YAML: " in said
    assert "secret" not in said


@pytest.mark.parametrize(
    ("delivery", "said"),
    [
        pytest.param("{lease: 10s, request_timeout: 10s}", "lease", id="a lease no longer than a call"),
        pytest.param("{request_timeout: 0s}", "request_timeout", id="no time for an answer"),
    ],
)
def test_times_that_would_double_messages_are_refused(tmp_path, delivery, said):
    assert said in mistake(tmp_path, f"delivery: {delivery}")


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/s3cret",
        "ftp://127.0.0.1/s3cret",
        "https://u:p@example.com/s3cret",
        "s3cret",
        "https://[s3cret",
        "https:///s3cret",
    ],
)
def test_a_heartbeat_goes_encrypted_or_stays_on_this_machine(url):
    with pytest.raises(SettingsError, match="takes an https address") as refused:
        load_settings(None, {"RISKBOT_HEARTBEAT__URL": url})
    assert "s3cret" not in refused.value.message


@pytest.mark.parametrize("url", ["", "https://hc.example.com/ping/x", "http://127.0.0.1:1/x", "http://[::1]:1/x"])
def test_addresses_that_a_heartbeat_takes(url):
    assert load_settings(None, {"RISKBOT_HEARTBEAT__URL": url}).heartbeat.url.get_secret_value() == url
