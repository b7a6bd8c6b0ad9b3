"""Slack: our tokens, our scopes, the channels that are to hear of things, the people who are to decide."""

import aiohttp

from bot.checks import people, policies
from bot.checks.findings import Line, Verdict, failed, ok, skipped, tried
from bot.settings import Settings
from bot.slack.channels import channel_id
from bot.slack.client import SlackClient, web_client
from bot.slack.manifest import missing_scopes
from bot.slack.people import SlackPeople
from bot.slack.scopes import granted_scopes
from bot.slack.socket import try_app_token

BOT_TOKEN, APP_TOKEN, SIGNING_SECRET, SCOPES = "Slack bot token", "Slack app token", "Slack signing secret", "scopes"
INSTALL = "Create the app with `riskbot manifest`, install it, and set {} to what Slack shows."


async def examine(settings: Settings) -> list[Line]:
    async with aiohttp.ClientSession() as session:
        client = _client(settings, settings.slack.bot_token.get_secret_value(), session)
        way_in = await _way_in(settings, session)
        members = SlackPeople(client, kept_seconds=60.0)
        token = await tried(BOT_TOKEN, _bot_token(settings, client, members))
        if token.verdict is not Verdict.OK:
            return [token, way_in, *(skipped(each, "the bot token does not work") for each in _rest(settings))]
        scopes = await tried(SCOPES, _scopes(client))
        channels = [await tried(_subject(channel), _channel(client, channel)) for channel in _channels(settings)]
        who = [*await people.examine(settings.people, members, client), *await policies.examine(settings, members)]
        return [token, way_in, scopes, *channels, *who]


def _client(settings: Settings, token: str, session: aiohttp.ClientSession) -> SlackClient:
    timeout = settings.delivery.request_timeout
    return SlackClient(web_client(token, settings.slack.api_url, timeout=timeout, session=session))


async def _bot_token(settings: Settings, client: SlackClient, members: SlackPeople) -> Line:
    """Whether it works; `members` learn from the answer whose they are."""
    if not settings.slack.bot_token.get_secret_value():
        return failed(BOT_TOKEN, "slack.bot_token is not set", INSTALL.format("RISKBOT_SLACK__BOT_TOKEN"))
    answer = await client.call("auth.test")
    members.team_id = answer["team_id"]
    return ok(BOT_TOKEN, f"{answer['user']} in {answer['team']}")


async def _way_in(settings: Settings, session: aiohttp.ClientSession) -> Line:
    """What Slack's presses and commands come in by: a socket, or signed requests."""
    if settings.slack.mode == "http":
        return _signing_secret(settings)
    return await tried(APP_TOKEN, _app_token(settings, session))


def _signing_secret(settings: Settings) -> Line:
    if settings.slack.signing_secret.get_secret_value():
        return ok(SIGNING_SECRET, "set; only a request of Slack's can show that it is the right one")
    return failed(SIGNING_SECRET, "slack.signing_secret is not set", INSTALL.format("RISKBOT_SLACK__SIGNING_SECRET"))


async def _app_token(settings: Settings, session: aiohttp.ClientSession) -> Line:
    token = settings.slack.app_token.get_secret_value()
    if not token:
        return failed(APP_TOKEN, "slack.app_token is not set", INSTALL.format("RISKBOT_SLACK__APP_TOKEN"))
    await try_app_token(_client(settings, token, session))
    return ok(APP_TOKEN, "opens a socket")


async def _scopes(client: SlackClient) -> Line:
    missing = missing_scopes(await granted_scopes(client))
    if not missing:
        return ok(SCOPES, "all that the manifest asks for")
    return failed(SCOPES, f"missing: {', '.join(missing)}", "Install the app again with `riskbot manifest`.")


def _channels(settings: Settings) -> list[str]:
    alerts = settings.alerts
    named = [alerts.default_channel, alerts.trouble_channel, *(route.channel for route in alerts.routes)]
    return list(dict.fromkeys(named))


def _rest(settings: Settings) -> list[str]:
    """The subjects that are examined with the bot's token."""
    examined = [policies.subject(name) for name in policies.names_to_examine(settings.approvals)]
    return [SCOPES, *(_subject(channel) for channel in _channels(settings)), people.PEOPLE, *examined]


def _subject(channel: str) -> str:
    return f"channel {channel}"


async def _channel(client: SlackClient, channel: str) -> Line:
    """Raises SlackError when there is no such channel that the bot could see."""
    subject = _subject(channel)
    found = await channel_id(client, channel)
    if found.startswith("D"):
        return ok(subject, "a direct message")
    info = (await client.query("conversations.info", channel=found))["channel"]
    if info.get("is_archived"):
        return failed(subject, "is archived", "Unarchive it, or name another channel in riskbot.yml.")
    if not info.get("is_member"):
        return failed(subject, "the bot is not in it", f"Type /invite @riskbot in {channel}.")
    return ok(subject, found)
