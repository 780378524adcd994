"""A browser for tests: Debian's Chromium driven by Playwright, a site with short limits, and what axe finds wrong."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from client import free_port, wait_for
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect, sync_playwright

CHROMIUM = Path(os.environ.get("GONGFU_CHROMIUM", "/usr/bin/chromium"))
TELEPHONE, DESK = {"width": 390, "height": 844}, {"width": 1440, "height": 900}
SECONDS = 4  # the limit of a query: short, so that a test can meet it
PATIENCE = 120_000  # milliseconds that end only what never comes, on however busy a machine


@contextmanager
def site(store: Path) -> Iterator[str]:
    """Serve a store in a process of its own and give its address."""
    port = free_port()
    code = (
        "import uvicorn; from pathlib import Path; from gongfu.serving import application; "
        "from gongfu.sparql.pool import Limits; "
        f"uvicorn.run(application(Path({str(store)!r}), Limits(workers=2, seconds={SECONDS})), port={port}, "
        "h11_max_incomplete_event_size=2**20)"
    )
    process = subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(lambda: httpx.get(f"{address}/zh/", timeout=30).status_code == 200)
        yield address
    finally:
        process.terminate()
        process.wait(120)


class Chromium:
    """The browser, whose pages have patience."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser

    def new_context(self, **what: Any) -> BrowserContext:
        context = self._browser.new_context(**what)
        context.set_default_timeout(PATIENCE)
        return context

    def new_page(self, **what: Any) -> Page:
        page = self._browser.new_page(**what)
        page.set_default_timeout(PATIENCE)
        return page


@contextmanager
def chromium() -> Iterator[Chromium]:
    """Start the browser."""
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"], timeout=PATIENCE)
        try:
            yield Chromium(browser)
        finally:
            browser.close()


class Watch:
    """What a page asked for and complained of while it was watched."""

    def __init__(self, page: Page, address: str) -> None:
        self.elsewhere: list[str] = []
        self.complaints: list[str] = []
        self._address = address
        page.on("request", self._asked)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        # A refused request (400, 503) is logged as well; the pages say themselves what is wrong then.
        page.on("console", lambda said: self._said(said.type, said.text))

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((self._address, "data:")):
            self.elsewhere.append(request.url)

    def _said(self, kind: str, text: str) -> None:
        if kind == "error" and "Failed to load resource" not in text:
            self.complaints.append(text)


def grave_faults(page: Page) -> list[str]:
    """Return what axe calls serious or critical: the rule and the element."""
    found = Axe().run(page).response["violations"]
    return [
        f"{fault['id']}: {node['html'][:160]}"
        for fault in found
        if fault["impact"] in {"serious", "critical"}
        for node in fault["nodes"]
    ]


def sideways(page: Page) -> int:
    """Return by how many pixels a page is wider than the window, which must be none."""
    wider: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return wider
