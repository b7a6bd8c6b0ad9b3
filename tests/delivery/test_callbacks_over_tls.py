"""Callbacks over real TLS: only to whoever shows a certificate for that name, of an authority that is trusted."""

import ssl
from datetime import UTC, datetime

import pytest
import trustme
from aiohttp import web

from bot.connectors.callbacks import CallbackFailed, CallbackPoster
from bot.errors import SettingsError
from bot.settings_callbacks import CallbackSettings
from riskengine.signatures import SIGNATURE_HEADER, sign, verify

SECRET = "a secret of the test's own"
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
BODY = b'{"id": 7}'


@pytest.fixture
def authority():
    return trustme.CA()


@pytest.fixture
def bundle(authority, tmp_path):
    path = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(str(path))
    return path


@pytest.fixture
async def serve():
    """Starts receivers with a certificate of an authority for a name; gives the address and what each has heard."""
    runners = []

    async def start(authority, name):
        heard = []

        async def hear(request):
            heard.append((dict(request.headers), await request.read()))
            return web.Response()

        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        authority.issue_cert(name).configure_cert(tls)
        app = web.Application()
        app.router.add_post("/told", hear)
        runner = web.AppRunner(app)
        runners.append(runner)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls).start()
        return f"https://localhost:{runner.addresses[0][1]}/told", heard

    yield start
    for runner in runners:
        await runner.cleanup()


def settings(bundle=None):
    return CallbackSettings(secret=SECRET, allow_loopback=True, ca_bundle=bundle)


async def post(url, bundle=None):
    poster = CallbackPoster(settings(bundle))
    try:
        await poster.post(url, BODY, {SIGNATURE_HEADER: sign([SECRET], BODY, NOW)})
    finally:
        await poster.close()


async def test_a_certificate_of_ones_own_authority_is_trusted_once_it_is_named(serve, authority, bundle):
    url, heard = await serve(authority, "localhost")
    await post(url, bundle)
    [(headers, body)] = heard
    verify([SECRET], headers[SIGNATURE_HEADER], body, NOW)
    assert headers["Host"] == url.split("/")[2]


async def test_an_authority_that_nobody_named_is_not_trusted(serve, authority, bundle):
    url, heard = await serve(authority, "localhost")
    with pytest.raises(CallbackFailed, match="could not be called"):
        await post(url)
    another, _heard = await serve(trustme.CA(), "localhost")
    with pytest.raises(CallbackFailed, match="could not be called"):
        await post(another, bundle)
    assert heard == []


async def test_the_certificate_is_held_against_the_name_and_not_the_address(serve, authority, bundle):
    url, heard = await serve(authority, "hooks.example.com")
    with pytest.raises(CallbackFailed, match="could not be called"):
        await post(url, bundle)
    assert heard == []


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_a_file_without_certificates_is_refused_at_the_start(tmp_path, content):
    path = tmp_path / "authority.pem"
    if content is not None:
        path.write_text(content)
    with pytest.raises(SettingsError, match=r"callbacks\.ca_bundle"):
        CallbackPoster(settings(path))
