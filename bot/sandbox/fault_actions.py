"""`/sandbox/api/faults`: switches that stay on, and things that happen once."""

from collections.abc import Awaitable, Callable

from bot.sandbox.constants import BOT_USER_ID
from bot.sandbox.core import Sandbox
from bot.sandbox.errors import ControlRefusal, not_there
from bot.sandbox.feed import archived, put_out
from bot.sandbox.wire import Json


async def apply_faults(sandbox: Sandbox, body: Json) -> Json:
    """`{}` clears every switch; otherwise the named ones change. Answers with what is on."""
    if not body:
        sandbox.faults.clear()
        sandbox.limits.enforced = sandbox.limits_by_default
        return faults_on(sandbox)
    once = {name: value for name, value in body.items() if name in _ACTIONS}
    sandbox.faults.set({name: value for name, value in body.items() if name not in (*_ACTIONS, "rate_limits")})
    if "rate_limits" in body:
        sandbox.limits.enforced = bool(body["rate_limits"])
    for name, value in once.items():
        await _ACTIONS[name](sandbox, value)
    return faults_on(sandbox)


def faults_on(sandbox: Sandbox) -> Json:
    state: Json = {"rate_limits": sandbox.limits.enforced}
    return sandbox.faults.on() | state | ({"events_disabled": True} if sandbox.events.quota.disabled else {})


async def _disconnect(sandbox: Sandbox, reason: object) -> None:
    await sandbox.socket_mode.disconnect(str(reason))


async def _enable_events(sandbox: Sandbox, _value: object) -> None:
    """What an admin does after Slack switched an app's events off."""
    sandbox.events.quota.clear()


async def _archive(sandbox: Sandbox, name: object) -> None:
    channel = sandbox.workspace.channel(name)
    channel.is_archived = True
    sandbox.workspace.channel_changed(channel)
    sandbox.workspace.announce(archived(channel, channel.creator, sandbox.workspace.new_ts()))


async def _remove_bot(sandbox: Sandbox, name: object) -> None:
    channel = sandbox.workspace.channel(name)
    if not channel.has_bot:
        raise ControlRefusal(f"The bot is not in #{channel.name}.")
    channel.members.remove(BOT_USER_ID)
    sandbox.workspace.channel_changed(channel)
    sandbox.workspace.announce(put_out(channel, channel.creator, sandbox.workspace.new_ts()))


async def _delete_message(sandbox: Sandbox, target: object) -> None:
    if not isinstance(target, dict):
        raise ControlRefusal("delete_message takes {channel, ts}.")
    channel = sandbox.workspace.channel(target.get("channel"))
    ts = str(target.get("ts"))
    if ts not in channel.messages:
        raise not_there(f"message in #{channel.name} with ts", ts, list(channel.messages)[-10:])
    sandbox.workspace.delete_message(channel, ts)


_ACTIONS: dict[str, Callable[[Sandbox, object], Awaitable[None]]] = {
    "disconnect": _disconnect,
    "enable_events": _enable_events,
    "archive_channel": _archive,
    "remove_bot_from": _remove_bot,
    "delete_message": _delete_message,
}
