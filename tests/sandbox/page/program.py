"""What the pages of these tests show: the manifest of a small app, its blocks and forms, and a person's hands."""

import re

from playwright.async_api import Locator, Page, expect

MANIFEST = {
    "features": {
        "app_home": {"home_tab_enabled": True},
        "slash_commands": [
            {"command": "/alerts", "description": "What fires now", "usage_hint": "[list | help]"},
            {"command": "/approvals", "description": "What waits for approval", "usage_hint": "[mine]"},
            {"command": "/escalate", "description": "Ask for the stronger model", "usage_hint": "[task]"},
            {"command": "/silent", "description": "Never answers"},
        ],
        "shortcuts": [
            {"name": "Complain", "type": "message", "callback_id": "complain", "description": "Say what is wrong"}
        ],
    },
    "oauth_config": {
        "scopes": {"bot": ["chat:write", "commands", "users:read", "channels:read", "reactions:write", "files:write"]}
    },
    "settings": {"event_subscriptions": {"bot_events": ["app_home_opened"]}, "interactivity": {"is_enabled": True}},
}


def plain(text: str) -> dict:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> dict:
    return {"type": "mrkdwn", "text": text}


def section(text: str, **more) -> dict:
    return {"type": "section", "text": mrkdwn(text), **more}


def button(text: str, action_id: str, **more) -> dict:
    return {"type": "button", "text": plain(text), "action_id": action_id, "value": "7", **more}


def option(text: str) -> dict:
    return {"text": plain(text), "value": text.lower()}


def entry(block_id: str, label: str, element: dict, **more) -> dict:
    return {"type": "input", "block_id": block_id, "label": plain(label), "element": element, **more}


def card(status: str) -> list[dict]:
    """As our cards are: the severity in the colour bar, the blocks inside."""
    buttons = {"type": "actions", "block_id": "decide", "elements": [button("Acknowledge", "acknowledge")]}
    blocks = [section(f"Error rate *7.4 %* — {status}"), buttons]
    return [{"color": "#e01e5a", "fallback": status, "blocks": blocks}]


async def say(page: Page, text: str, composer: str = "#composer-main") -> None:
    await page.locator(composer).fill(text)
    await page.locator(composer).press("Enter")


async def act_as(page: Page, name: str) -> None:
    await page.locator(".act-as").click()
    await page.get_by_role("option", name=re.compile(name)).click()
    await expect(page.locator(".act-as-name")).to_have_text(name)


def last_message(page: Page) -> Locator:
    return page.locator("#main .message").last


FORM = {
    "type": "modal",
    "callback_id": "form",
    "title": plain("Ask"),
    "submit": plain("Send"),
    "blocks": [
        entry("title", "Task", {"type": "plain_text_input", "action_id": "text"}),
        entry(
            "urgency",
            "Urgency",
            {"type": "static_select", "action_id": "choice", "options": [option("High"), option("Low")]},
        ),
        entry("service", "Service", {"type": "external_select", "action_id": "search", "min_query_length": 1}),
    ],
}


HOSTILE = "<script>window.hacked = 1</script><img src=x onerror='window.hacked = 1'>"
