"""`riskbot token`: shown once, stored hashed."""

import json
import re

from bot.cli.tokens import SCOPES
from bot.ingest.tokens import Scope


def test_token_is_shown_once(migrated):
    said = migrated.says("token", "create", "ci", "--scope", "ingest", "read", "--expires", "90d")
    text = re.search(r"rb_[0-9a-f]{8}\.[\w-]{43}", said)[0]
    secret = text.partition(".")[2]
    listed = migrated.says("token", "list")
    assert "ci" in listed
    assert "ingest,read" in listed
    assert "ends 20" in listed
    assert secret not in listed
    assert secret not in migrated.says("token", "list", "--json")


def test_scope_may_be_repeated(on_sqlite):
    made = json.loads(on_sqlite.says("token", "create", "ci", "--scope", "read", "--scope", "ingest", "--json"))
    assert made["scopes"] == ["ingest", "read"]
    assert made["token"].startswith("rb_" + made["prefix"].removeprefix("rb_"))
    assert made["expires_at"] is None


def test_name_is_taken_once(on_sqlite):
    on_sqlite.run_anew("token", "create", "ci", "--scope", "read")
    assert "a token of the name ci already" in on_sqlite.complains("token", "create", "ci", "--scope", "read", code=2)


def test_revoked_token_is_listed_as_such(migrated):
    migrated.run("token", "create", "ci", "--scope", "read")
    assert "revoked" in migrated.says("token", "revoke", "ci")
    assert "revoked 20" in migrated.says("token", "list")
    assert "no token ci that still works" in migrated.complains("token", "revoke", "ci")


def test_no_token_says_how_to_make_one(on_sqlite):
    assert "riskbot token create" in on_sqlite.says("token", "list")
    assert json.loads(on_sqlite.says("token", "list", "--json")) == []


def test_help_names_every_scope():
    assert SCOPES.split(", ") == list(Scope)
