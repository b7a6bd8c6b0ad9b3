"""People and user groups."""

from bot.sandbox.errors import SlackRefusal
from bot.sandbox.methods.call import Call
from bot.sandbox.wire import Json


def list_users(call: Call) -> Json:
    with_email = call.sandbox.manifest.grants("users:read.email")
    everybody = [user.to_slack(with_email=with_email) for user in call.workspace.users.values()]
    # Without a limit Slack tries to give all at once.
    page, metadata = call.page(everybody, default_limit=1000)
    return {"members": page, "cache_ts": int(call.sandbox.clock.now()), "response_metadata": metadata}


def user_info(call: Call) -> Json:
    with_email = call.sandbox.manifest.grants("users:read.email")
    return {"user": call.person().to_slack(with_email=with_email)}


def profile(call: Call) -> Json:
    with_email = call.sandbox.manifest.grants("users:read.email")
    return {"profile": call.person().to_slack(with_email=with_email)["profile"]}


def presence(call: Call) -> Json:
    return {"presence": "away" if call.person().deleted else "active"}


def custom_emoji(call: Call) -> Json:
    """The workspace has none of its own."""
    return {"emoji": {}, "cache_ts": str(int(call.sandbox.clock.now()))}


def lookup_by_email(call: Call) -> Json:
    wanted = call.arguments.required("email").lower()
    for user in call.workspace.users.values():
        if user.email.lower() == wanted and not user.deleted:
            return {"user": user.to_slack()}
    raise SlackRefusal("users_not_found")


def list_groups(call: Call) -> Json:
    with_users = call.arguments.flag("include_users")
    with_disabled = call.arguments.flag("include_disabled")
    groups = call.workspace.groups.values()
    shown = [group.to_slack(with_users=with_users) for group in groups if with_disabled or not group.is_disabled]
    return {"usergroups": shown}


def list_group_users(call: Call) -> Json:
    group = call.workspace.groups.get(call.arguments.required("usergroup"))
    if group is None or (group.is_disabled and not call.arguments.flag("include_disabled")):
        raise SlackRefusal("no_such_subteam")
    return {"users": list(group.users)}
