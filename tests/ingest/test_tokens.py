"""Tokens: made once, stored hashed, checked at every request, dead within seconds of their end."""

from datetime import timedelta

import pytest

from bot.errors import SettingsError, WrongUse
from bot.ingest.problems import Unauthenticated
from bot.ingest.tokens import Scope, Tokens, any_token_works, create_token, may_listen
from bot.store import tokens as store


async def test_only_the_hash_is_kept(database):
    token, text = await create_token(database, name="ci", scopes=[Scope.READ, Scope.INGEST])
    prefix, _, secret = text.removeprefix("rb_").partition(".")
    [row] = await database.read(store.all_tokens)
    assert (row.prefix, row.scopes) == (prefix, ["ingest", "read"])
    assert len(prefix) == 8
    assert len(secret) == 43
    assert secret not in str(row)
    assert await Tokens(database).authenticate(f"Bearer {text}") == token
    assert await Tokens(database).authenticate(f"bearer  {text} ") == token


@pytest.mark.parametrize("name", ["", "a b", "é", "x" * 49, "-x", "a\nb", "token:x"])
async def test_names_that_cannot_be(database, name):
    with pytest.raises(WrongUse, match="is no name"):
        await create_token(database, name=name, scopes=[Scope.READ])


async def test_a_name_is_taken_once_and_a_scope_is_needed(database):
    await create_token(database, name="ci", scopes=[Scope.READ])
    with pytest.raises(WrongUse, match="already"):
        await create_token(database, name="ci", scopes=[Scope.READ])
    with pytest.raises(WrongUse, match="without a scope"):
        await create_token(database, name="cj", scopes=[])


async def test_what_is_no_token_of_ours(database):
    _, text = await create_token(database, name="ci", scopes=[Scope.READ])
    other = (await create_token(database, name="cj", scopes=[Scope.READ])).text
    head, _, secret = text.partition(".")
    for written in (
        None,
        "",
        "Bearer",
        text,
        f"Basic {text}",
        f"Bearer {head}",
        f"Bearer {head}.{other.partition('.')[2]}",
        f"Bearer {text}x",
        f"Bearer {text[:-1]}",
        f"Bearer rb_00000000.{secret}",
        f"Bearer {text.upper()}",
        "Bearer rb_" + "a" * 10_000,
        "Bearer ÿþ",
        "Bearer rb_' OR 1=1.--",
    ):
        with pytest.raises(Unauthenticated) as refused:
            await Tokens(database).authenticate(written)
        assert refused.value.headers["WWW-Authenticate"].startswith('Bearer realm="riskbot"')
        assert secret not in str(refused.value)


async def test_a_token_dies_when_it_is_revoked_or_expires(database):
    tokens = Tokens(database, cached_seconds=0)
    _, forever = await create_token(database, name="forever", scopes=[Scope.READ])
    _, short = await create_token(database, name="short", scopes=[Scope.READ], expires_in=timedelta(0))
    assert await any_token_works(database)
    with pytest.raises(Unauthenticated, match="short expired"):
        await tokens.authenticate(f"Bearer {short}")
    await tokens.authenticate(f"Bearer {forever}")
    await database.write(lambda tx: store.revoke(tx, "forever"))
    with pytest.raises(Unauthenticated, match="forever was revoked"):
        await tokens.authenticate(f"Bearer {forever}")
    assert not await any_token_works(database)


async def test_the_cache_saves_the_database_and_never_the_check(sqlite):
    tokens = Tokens(sqlite, cached_seconds=60)
    token, text = await create_token(sqlite, name="ci", scopes=[Scope.READ])
    await tokens.authenticate(f"Bearer {text}")
    await sqlite.close()
    assert await tokens.authenticate(f"Bearer {text}") == token
    with pytest.raises(Unauthenticated):
        await tokens.authenticate(f"Bearer {text[:-1]}{'A' if text[-1] != 'A' else 'B'}")


async def test_expiry_is_real_time(sqlite, clock):
    _, text = await create_token(sqlite, name="ci", scopes=[Scope.READ], expires_in=timedelta(hours=1))
    clock.advance(7200)
    assert (await Tokens(sqlite).authenticate(f"Bearer {text}")).name == "ci"


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.1", "::1", "[::1]", "localhost"])
def test_loopback_needs_no_token(host):
    may_listen(host, has_tokens=False)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.1", "example.org", ""])
def test_the_world_needs_one(host):
    may_listen(host, has_tokens=True)
    with pytest.raises(SettingsError, match="no API token yet") as refused:
        may_listen(host, has_tokens=False)
    assert "riskbot token create" in refused.value.hint
