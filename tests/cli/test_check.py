"""`riskbot check`: a line for everything that an installation rests on, and the next step for what is wrong."""

import json

import pytest

from tests.cli.conftest import ROLES


def lines(shell, *, code):
    return {line["subject"]: line for line in json.loads(shell.run("check", "--json", code=code).stdout)}


@pytest.fixture
def complete(connected):
    connected.run("token", "create", "ci", "--scope", "ingest")
    return connected


def test_complete_installation_passes(complete):
    said = complete.run_anew("check").stdout
    assert "FAIL" not in said
    subjects = [line[6:].split(":")[0] for line in said.splitlines()]
    assert subjects == [
        "settings",
        "rules",
        "prices",
        "prices",
        "budgets",
        "database",
        "durability",
        "audit",
        "API tokens",
        "Slack bot token",
        "Slack app token",
        "scopes",
        "channel #llm-alerts",
        "admins",
        "people",
        "policy standard",
        "policy emergency",
    ]
    assert "journal_mode=wal, synchronous=2" in said


@pytest.mark.parametrize(
    ("change", "subject", "detail", "next_step"),
    [
        pytest.param(
            {"SLACK__BOT_TOKEN": "xoxb-wrong"}, "Slack bot token", "invalid_auth", "BOT_TOKEN", id="bot token"
        ),
        pytest.param({"SLACK__BOT_TOKEN": ""}, "Slack bot token", "is not set", "riskbot manifest", id="no bot token"),
        pytest.param({"SLACK__APP_TOKEN": "xapp-wrong"}, "Slack app token", "invalid_auth", "", id="app token"),
        pytest.param({"SLACK__APP_TOKEN": ""}, "Slack app token", "is not set", "APP_TOKEN", id="no app token"),
        pytest.param({"SLACK__MODE": "http"}, "Slack signing secret", "is not set", "SIGNING_SECRET", id="HTTP mode"),
        pytest.param(
            {"SLACK__API_URL": "http://127.0.0.1:9/api/"}, "Slack bot token", "cannot be reached", "", id="Slack away"
        ),
        pytest.param(
            {"ALERTS__DEFAULT_CHANNEL": "#nowhere"}, "channel #nowhere", "channel_not_found", "name", id="no channel"
        ),
        pytest.param(
            {"ALERTS__DEFAULT_CHANNEL": "#old-project"}, "channel #old-project", "archived", "Unarchive", id="archived"
        ),
        pytest.param(
            {"ALERTS__OPS_CHANNEL": "C0PRIVATEOPS"}, "channel C0PRIVATEOPS", "", "", id="a private channel without us"
        ),
        pytest.param({"CALLBACKS__CA_BUNDLE": "no.pem"}, "callbacks", "No such file", "in PEM", id="no authorities"),
        pytest.param({"PEOPLE__ADMINS": "[]"}, "admins", "is empty", "Name at least one", id="no admin"),
        pytest.param({"PEOPLE__ADMINS": "[U0NOBODY]"}, "people U0NOBODY", "no such member", "member ID", id="unknown"),
        pytest.param({"PEOPLE__ADMINS": "[U0GUS]"}, "people U0GUS", "cannot hold", "full member", id="a guest"),
        pytest.param({"PEOPLE__ADMINS": "['@nobody']"}, "people @nobody", "no such user group", "", id="group"),
        pytest.param(
            {"PEOPLE__ADMINS": "[x@y.example]"}, "people x@y.example", "nobody", "profile", id="an unknown address"
        ),
        pytest.param({"PEOPLE__RESPONDERS": "[sres]"}, "people sres", "neither", "user id", id="an unknown role"),
        pytest.param(
            {"PEOPLE__ROLES": "{tech_lead: [U0ALICE]}"},
            "policy standard",
            "tier secondary asks nobody, its roles are engineering_manager, product_manager",
            "people.roles",
            id="a tier without people",
        ),
        pytest.param(
            {"PEOPLE__ROLES": "{tech_lead: [U0GUS], product_manager: [U0BO]}"},
            "policy emergency",
            "tier primary asks nobody",
            "people.roles",
            id="a tier with a guest alone",
        ),
        pytest.param(
            {"APPROVALS__POLICIES": "{four: {quorum: 2, tiers: [{name: a, roles: [cto, sre], timeout: 5m}]}}"},
            "policy four",
            "2 must approve, and its roles have 1",
            "approvals.policies",
            id="a quorum that cannot be met",
        ),
        pytest.param({"HTTP__PROT": "1"}, "settings", "did you mean port", "riskbot.yml", id="a misspelt setting"),
        pytest.param({"DATABASE_URL": "sqlite:///new.db"}, "database", "no tables", "riskbot migrate", id="no tables"),
        pytest.param({"DATABASE_URL": "sqlite:////no/where.db"}, "database", "does not exist", "sqlite", id="no place"),
    ],
)
def test_what_is_wrong_is_named_with_its_next_step(complete, change, subject, detail, next_step):
    complete.environment |= {f"RISKBOT_{name}": value for name, value in change.items()}
    line = lines(complete, code=1)[subject]
    assert line["verdict"] == "FAIL"
    assert detail in line["detail"]
    assert next_step in line["next_step"]
    assert line["next_step"]


def test_everybody_named_is_looked_up(complete):
    complete.environment |= {
        "RISKBOT_PEOPLE__ROLES": f"{ROLES[:-1]}, leads: ['@tech-leads', S0ONCALL], sec: [carol@sandbox.example]}}",
        "RISKBOT_PEOPLE__RESPONDERS": "[leads, sec, '@oncall']",
    }
    assert lines(complete, code=0)["people"]["detail"] == "7 named, all known to Slack"


def test_idle_policies_are_not_examined_and_empty_roles_are_named(complete):
    """Without a CTO only the sequential emergency policy, which nothing names, would ask nobody at its last tier."""
    complete.environment["RISKBOT_PEOPLE__ROLES"] = "{tech_lead: [U0ALICE], product_manager: [U0BO]}"
    found = lines(complete, code=0)
    assert "policy emergency_sequential" not in found
    detail = found["policy standard"]["detail"]
    assert detail == "people asked: primary 1, secondary 1; nobody is architect, security_lead, engineering_manager"


def test_missing_api_token_is_a_finding(connected):
    assert lines(connected, code=1)["API tokens"]["next_step"] == "riskbot token create NAME --scope ingest"


def test_what_rests_on_a_failure_is_skipped(complete):
    complete.environment["RISKBOT_SLACK__BOT_TOKEN"] = "xoxb-wrong"
    found = lines(complete, code=1)
    assert {found["scopes"]["verdict"], found["policy standard"]["verdict"]} == {"skip"}


def test_durability_of_postgresql_is_read_back(complete, postgres_url):
    """The tests' server runs without fsync, which is just what the check is there to find."""
    complete.environment["RISKBOT_DATABASE_URL"] = postgres_url
    found = lines(complete, code=1)["durability"]
    assert "fsync=off" in found["detail"]
    assert "Set fsync, full_page_writes" in found["next_step"]
