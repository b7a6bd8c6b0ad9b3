"""API tokens: found by prefix, ended at once, unique by name."""

from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from bot.store import audit, tokens


def create(tx, name="ci", prefix="rb_00000001", **values):
    terms = {"secret_hash": "0" * 64, "scopes": ["read", "ingest"], "expires_at": None, **values}
    return tokens.create(tx, name=name, prefix=prefix, **terms)


async def test_token_is_found_by_prefix_and_name(database, clock):
    expires = clock.protocol_now() + timedelta(days=90)
    made = await database.write(lambda tx: create(tx, expires_at=expires))
    assert made.scopes == ["read", "ingest"]
    assert made.expires_at == expires
    assert made.revoked_at is None
    assert await database.read(lambda tx: tokens.by_prefix(tx, "rb_00000001")) == made
    assert await database.read(lambda tx: tokens.by_name(tx, "ci")) == made
    assert await database.read(lambda tx: tokens.by_prefix(tx, "rb_00000002")) is None


@pytest.mark.parametrize(
    "second",
    [
        pytest.param({"prefix": "rb_00000002"}, id="same name"),
        pytest.param({"name": "other"}, id="same prefix"),
    ],
)
async def test_names_and_prefixes_are_unique(database, second):
    await database.write(create)
    with pytest.raises(IntegrityError):
        await database.write(lambda tx: create(tx, **second))
    assert len(await database.read(tokens.all_tokens)) == 1


async def test_revoking_works_once(database):
    await database.write(create)
    assert await database.write(lambda tx: tokens.revoke(tx, "ci"))
    assert not await database.write(lambda tx: tokens.revoke(tx, "ci"))
    assert not await database.write(lambda tx: tokens.revoke(tx, "nobody"))
    revoked = await database.read(lambda tx: tokens.by_name(tx, "ci"))
    assert revoked.revoked_at is not None


async def test_tokens_are_listed_by_name(database):
    for number, name in enumerate(["b", "a", "c"]):
        await database.write(lambda tx, name=name, prefix=f"rb_0000000{number}": create(tx, name=name, prefix=prefix))
    assert [token.name for token in await database.read(tokens.all_tokens)] == ["a", "b", "c"]


async def test_making_and_ending_a_token_stands_in_the_audit(database):
    made = await database.write(create)
    await database.write(lambda tx: tokens.revoke(tx, "ci"))
    await database.write(lambda tx: tokens.revoke(tx, "ci"))
    told = await database.read(lambda tx: audit.history(tx, "token", made.id))
    assert [(each.verb, each.actor) for each in told] == [("token_created", "operator"), ("token_revoked", "operator")]
    assert all(made.secret_hash not in str(each.detail) for each in told)
