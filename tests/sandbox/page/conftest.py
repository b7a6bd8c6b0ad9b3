"""The workspace's page in a real browser, against the real sandbox and a small real bolt program."""

import os
import re
import shutil
from collections.abc import AsyncIterator, Iterator

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from bot.sandbox.server import SandboxServer
from tests.sandbox.page.program import MANIFEST

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40"/>'


NO_CHROMIUM = (
    "No Chromium here: install Debian's package `chromium` (apt-get install chromium) to run the browser tests."
)


@pytest.fixture
def server() -> Iterator[SandboxServer]:
    sandbox = SandboxServer(manifest=MANIFEST, rate_limits=False)
    sandbox.start()
    yield sandbox
    sandbox.stop()


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    if CHROMIUM is None:
        if os.environ.get("CI"):
            pytest.fail(NO_CHROMIUM)
        pytest.skip(NO_CHROMIUM)
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        await chromium.close()


@pytest.fixture
async def visit(browser: Browser, server: SandboxServer):
    """`await visit(user=…, channel=…)` opens the page; whatever it complained about fails the test at the end."""
    complaints: list[str] = []

    async def visit(user: str = "hana", channel: str = "llm-alerts", width: int = 1280, height: int = 860) -> Page:
        context = await browser.new_context(viewport={"width": width, "height": height}, has_touch=width < 500)
        # Pictures of other servers; none is asked.
        await context.route(
            re.compile("^https:"), lambda route: route.fulfill(body=PICTURE, content_type="image/svg+xml")
        )
        page = await context.new_page()
        page.set_default_timeout(8_000)
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        await page.goto(f"{server.url}/#channel={channel}&user={user}")
        await expect(page.locator(".act-as-name")).to_be_attached()
        return page

    yield visit
    assert complaints == []
