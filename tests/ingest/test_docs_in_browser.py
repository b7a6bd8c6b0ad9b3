"""The documentation page in a real browser: Swagger UI draws every call, from our own address alone."""

import os
import shutil

import pytest
from playwright.async_api import async_playwright

pytestmark = pytest.mark.browser

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
NO_CHROMIUM = (
    "No Chromium here: install Debian's package `chromium` (apt-get install chromium) to run the browser tests."
)


@pytest.mark.skipif(CHROMIUM is None and not os.environ.get("CI"), reason=NO_CHROMIUM)
async def test_every_call_is_drawn_and_nobody_else_is_asked(small_api):
    document = (await small_api.client.get("/openapi.json")).json()
    calls = sum(len(operations) for operations in document["paths"].values())
    complaints, asked = [], []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = await browser.new_page()
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        await page.goto(f"{small_api.base_url}/docs")
        await page.wait_for_selector(".opblock")
        assert await page.locator(".opblock").count() == calls
        await page.click("#operations-Alerts-post_v1_alerts .opblock-summary")
        await page.wait_for_selector("text=HighErrorRate")
        await browser.close()
    assert complaints == []
    assert all(url.startswith((small_api.base_url, "data:")) for url in asked)
