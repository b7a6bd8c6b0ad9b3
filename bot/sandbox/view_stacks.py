"""Modals as people have them open: a stack of at most three for each, each view with a hash that changes."""

import secrets

from bot.sandbox.clock import SandboxClock
from bot.sandbox.constants import APP_ID, BOT_ID, TEAM_ID, VIEW_STACK_LIMIT
from bot.sandbox.elements import initial_state
from bot.sandbox.errors import SlackRefusal
from bot.sandbox.wire import Json
from bot.sandbox.workspace import Workspace


class ViewStacks:
    def __init__(self, clock: SandboxClock, workspace: Workspace) -> None:
        self._clock = clock
        self._workspace = workspace

    def stack(self, user_id: str) -> list[Json]:
        return self._workspace.views.get(user_id, [])

    def top(self, user_id: str) -> Json | None:
        stack = self.stack(user_id)
        return stack[-1] if stack else None

    def find(self, *, view_id: str = "", external_id: str = "") -> tuple[str, Json]:
        """The person who has the view open, and the view; not_found when it was closed or never was."""
        for user_id, stack in self._workspace.views.items():
            for view in stack:
                if view["id"] == view_id or (external_id and view["external_id"] == external_id):
                    return user_id, view
        for user_id, view in self._workspace.homes.items():
            if view["id"] == view_id:
                return user_id, view
        raise SlackRefusal("not_found")

    def open(self, user_id: str, view: Json) -> Json:
        """A first modal; one already open gives way."""
        self._refuse_same_external_id(view)
        opened = self._new(view)
        self._workspace.set_views(user_id, [opened], opened, "opened")
        return opened

    def push(self, user_id: str, view: Json) -> Json:
        stack = self.stack(user_id)
        if not stack:
            raise SlackRefusal("not_found")
        if len(stack) >= VIEW_STACK_LIMIT:
            raise SlackRefusal("push_limit_reached")
        self._refuse_same_external_id(view)
        pushed = self._new(view)
        pushed |= {"root_view_id": stack[0]["id"], "previous_view_id": stack[-1]["id"]}
        self._workspace.set_views(user_id, [*stack, pushed], pushed, "pushed")
        return pushed

    def update(self, user_id: str, old: Json, view: Json, expected_hash: str = "") -> Json:
        """Replace in place; what the person typed stays where block_id and action_id stay."""
        if expected_hash and expected_hash != old["hash"]:
            raise SlackRefusal("hash_conflict")
        kept = {key: old[key] for key in ("id", "root_view_id", "previous_view_id")}
        updated = self._new(view) | kept
        updated["state"] = {"values": _kept_values(updated, old)}
        if old["type"] == "home":
            self._workspace.set_home(user_id, updated)
            return updated
        stack = [updated if open_view["id"] == old["id"] else open_view for open_view in self.stack(user_id)]
        self._workspace.set_views(user_id, stack, updated, "updated")
        return updated

    def publish(self, user_id: str, view: Json, expected_hash: str = "") -> Json:
        old = self._workspace.homes.get(user_id)
        if expected_hash and (old is None or old["hash"] != expected_hash):
            raise SlackRefusal("hash_conflict")
        published = self._new(view)
        if old is not None:
            published |= {"id": old["id"], "root_view_id": old["id"]}
        self._workspace.set_home(user_id, published)
        return published

    def close(self, user_id: str, view: Json, *, whole_stack: bool = False) -> None:
        """Take away this view and those above it, or all."""
        stack = self.stack(user_id)
        ids = [open_view["id"] for open_view in stack]
        left = [] if whole_stack else stack[: ids.index(view["id"])]
        self._workspace.set_views(user_id, left, view, "closed")

    def _refuse_same_external_id(self, view: Json) -> None:
        external_id = view.get("external_id")
        taken = (each["external_id"] for stack in self._workspace.views.values() for each in stack)
        if external_id and external_id in taken:
            raise SlackRefusal("duplicate_external_id")

    def _new(self, view: Json) -> Json:
        view_id = "V" + secrets.token_hex(5).upper()
        defaults: Json = {
            "private_metadata": "",
            "callback_id": "",
            "external_id": "",
            "clear_on_close": False,
            "notify_on_close": False,
            "close": None,
            "submit": None,
        }
        identity: Json = {
            "id": view_id,
            "team_id": TEAM_ID,
            "state": {"values": initial_state(view["blocks"])},
            "hash": f"{int(self._clock.now())}.{secrets.token_urlsafe(6)}",
            "root_view_id": view_id,
            "previous_view_id": None,
            "app_id": APP_ID,
            "app_installed_team_id": TEAM_ID,
            "bot_id": BOT_ID,
        }
        return defaults | view | identity


def _kept_values(updated: Json, old: Json) -> Json:
    fresh: Json = updated["state"]["values"]
    typed: Json = old["state"]["values"]
    return {
        block_id: {
            action_id: _same_kind(typed.get(block_id, {}).get(action_id), state) for action_id, state in states.items()
        }
        for block_id, states in fresh.items()
    }


def _same_kind(before: Json | None, fresh: Json) -> Json:
    return before if before is not None and before["type"] == fresh["type"] else fresh
