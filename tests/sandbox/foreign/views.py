"""What the canteen bots show."""

KITCHEN = ["Pizza Funghi", "Pizza Rossa", "Soup"]


def plain(text: str) -> dict:
    return {"type": "plain_text", "text": text}


def button(text: str, action_id: str, value: str = "1") -> dict:
    return {"type": "button", "text": plain(text), "action_id": action_id, "value": value}


def card() -> list[dict]:
    text = {"type": "section", "text": {"type": "mrkdwn", "text": "Lunch is *served*"}}
    return [text, {"type": "actions", "elements": [button("Take", "take"), button("Why?", "why")]}]


HOME = {"type": "home", "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "The canteen"}}]}


def order_form(channel: str, title: str = "Order") -> dict:
    note = {"type": "plain_text_input", "action_id": "text"}
    dish = {"type": "external_select", "action_id": "dish", "min_query_length": 2, "placeholder": plain("Dish")}
    return {
        "type": "modal",
        "callback_id": "order",
        "private_metadata": channel,
        "title": plain(title),
        "submit": plain("Order"),
        "blocks": [
            {"type": "input", "block_id": "note", "label": plain("Note"), "element": note},
            {"type": "input", "block_id": "dish", "label": plain("Dish"), "element": dish},
        ],
    }


def page_form(depth: int, text: str = "Go on") -> dict:
    buttons = [button("Deeper", "deeper", str(depth)), button("Stale", "stale")]
    section = {"type": "section", "text": plain(text)}
    blocks = [section, {"type": "actions", "elements": buttons}]
    return {"type": "modal", "title": plain(f"Page {depth}"), "blocks": blocks}
