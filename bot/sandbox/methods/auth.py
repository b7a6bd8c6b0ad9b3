"""Who am I, is anybody there, and the door to Socket Mode."""

from bot.sandbox.constants import APP_ID, BOT_ID, BOT_NAME, BOT_USER_ID, TEAM_DOMAIN, TEAM_ID, TEAM_NAME
from bot.sandbox.errors import SlackRefusal
from bot.sandbox.methods.call import Call
from bot.sandbox.wire import Json


def test_auth(call: Call) -> Json:
    return {
        "url": call.sandbox.url + "/",
        "team": TEAM_NAME,
        "user": BOT_NAME,
        "team_id": TEAM_ID,
        "user_id": BOT_USER_ID,
        "bot_id": BOT_ID,
        "is_enterprise_install": False,
    }


def test_api(call: Call) -> Json:
    given = {name: value for name, value in call.arguments.values.items() if name != "token"}
    if call.arguments.has("error"):
        raise SlackRefusal(call.arguments.text("error"), fields={"args": given})
    return {"args": given}


def bot_info(call: Call) -> Json:
    if call.arguments.text("bot", BOT_ID) != BOT_ID:
        raise SlackRefusal("bot_not_found")
    bot = {"id": BOT_ID, "app_id": APP_ID, "user_id": BOT_USER_ID, "name": BOT_NAME, "deleted": False, "updated": 0}
    return {"bot": bot}


def team_info(_call: Call) -> Json:
    return {"team": {"id": TEAM_ID, "name": TEAM_NAME, "domain": TEAM_DOMAIN, "email_domain": "sandbox.example"}}


def open_connection(call: Call) -> Json:
    """A WebSocket address that works once."""
    ticket = call.sandbox.socket_mode.new_ticket()
    host = call.sandbox.url.removeprefix("http://")
    return {"url": f"ws://{host}/link/?ticket={ticket}&app_id={APP_ID}"}
