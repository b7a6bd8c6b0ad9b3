"""`riskbot manifest` prints what Slack takes."""

import json

import yaml


def test_manifest_is_yaml_for_socket_mode(shell):
    manifest = yaml.safe_load(shell.run_anew("manifest").stdout)
    assert manifest["settings"]["socket_mode_enabled"] is True
    assert "/alerts" in [each["command"] for each in manifest["features"]["slash_commands"]]


def test_prefix_comes_from_the_option_or_the_settings(shell):
    shell.environment["RISKBOT_SLACK__PREFIX"] = "x-"
    assert "/x-alerts" in shell.says("manifest")
    assert "/rb-alerts" in shell.says("manifest", "--prefix", "rb-")


def test_url_means_http_mode(shell):
    manifest = json.loads(shell.says("manifest", "--url", "https://bot.example.com", "--json"))
    assert manifest["settings"]["socket_mode_enabled"] is False
    assert manifest["settings"]["interactivity"]["request_url"] == "https://bot.example.com/slack/events"


def test_manifest_that_slack_would_refuse_is_refused_here(shell):
    assert "Slack would refuse" in shell.complains("manifest", "--prefix", "NOT OK ")
