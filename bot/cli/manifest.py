"""`riskbot manifest`."""

import argparse

from bot.cli.parsing import OK, Subparsers, add_command, add_config_option, add_json_option, print_json, settings_of
from bot.errors import RiskbotError


def add(commands: Subparsers) -> None:
    parser = add_command(
        commands,
        "manifest",
        run,
        does="print the Slack app manifest of this installation, to paste into Slack's *Create an app*",
        example="riskbot manifest --prefix rb- > manifest.yml",
    )
    parser.add_argument("--prefix", help="put before every command's name (default: slack.prefix of the settings)")
    parser.add_argument("--url", help="public https address of this installation, for HTTP mode; without: Socket Mode")
    add_config_option(parser)
    add_json_option(parser)


def run(arguments: argparse.Namespace) -> int:
    from bot.slack.ids import COMMANDS, SHORTCUTS
    from bot.slack.manifest import build_manifest, check_manifest, to_yaml

    prefix = settings_of(arguments).slack.prefix if arguments.prefix is None else arguments.prefix
    manifest = build_manifest(COMMANDS, SHORTCUTS, prefix=prefix, url=arguments.url)
    findings = check_manifest(manifest)
    if findings:
        raise RiskbotError("\n".join(findings), hint="Slack would refuse this manifest; change --prefix or --url.")
    if arguments.json:
        print_json(manifest)
    else:
        print(to_yaml(manifest), end="")
    return OK
