"""Five newcomers do what they came for: every step that the page of tasks tells is taken in the browser, in its words.

Nothing but what a newcomer sees is used: from the start page on it is clicking and typing.
"""

import io
import time
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from browser import DESK, TELEPHONE, Watch
from playwright.sync_api import Download, Locator, Page, expect

from gongfu.pages.lookup import TASKS
from gongfu.pages.messages import LANGUAGES, read_messages

CATALOGUE = Path(__file__).parents[1] / "data" / "sources" / "jilin-13fyp" / "catalogue.csv"
STEPS = 6


def shown(page: Page, words: str) -> Locator:
    """Return the first link or button that is called so, else the first whose name begins so or holds the words."""
    for exact in (True, False):
        for role in ("link", "button"):
            found = page.get_by_role(role, name=words, exact=exact).locator("visible=true")
            if found.count():
                return found.first
    raise AssertionError(f"nothing on the page is called {words}")


def download(page: Page, words: str) -> Download:
    with page.expect_download() as waiting:
        shown(page, words).click()
    return waiting.value


TAKEN: Any = {
    "click": lambda page, what: shown(page, what).click(),
    "cell": lambda page, what: page.locator("td a", has_text=what).first.click(),
    "type": lambda page, what: page.locator("#find").press_sequentially(what),
    "choose": lambda page, what: page.get_by_role("option").filter(has_text=what).first.click(),
    "file": lambda page, what: page.set_input_files("input[type=file]", CATALOGUE),
    "see": lambda page, what: expect(page.locator("main")).to_contain_text(what),
    "download": download,
}


# Every task in Chinese, those that need no check in English too; telephone and desk take turns.
VISITS = [(who, "zh", (TELEPHONE, DESK)[place % 2]) for place, who in enumerate(TASKS)]
VISITS += [(who, "en", (DESK, TELEPHONE)[place % 2]) for place, who in enumerate(TASKS) if who != "official"]


@pytest.mark.parametrize(("who", "language", "viewport"), VISITS, ids=[f"{who}-{tongue}" for who, tongue, _ in VISITS])
def test_a_newcomer_gets_there_in_a_few_steps(site: str, chromium: Any, who: str, language: str, viewport: Any) -> None:
    page = chromium.new_page(viewport=viewport, accept_downloads=True)
    watch = Watch(page, site)
    begun = time.monotonic()
    page.goto(f"{site}/{language}/")
    steps = [pair for step in read_messages(language)["tasks"]["each"][who]["steps"].values() for pair in step.items()]
    assert len(steps) <= STEPS
    for verb, what in steps:
        page.wait_for_load_state()
        taken = TAKEN[verb](page, what)
        if verb == "download":
            assert openpyxl.load_workbook(io.BytesIO(taken.path().read_bytes())).worksheets[0].max_row > 1
    # The bar is a minute; how long a busy machine takes says nothing, so it is told (pytest -s) and not asserted.
    print(f"\n{who}, {language}: {len(steps)} steps, {time.monotonic() - begun:.1f} s")
    assert not watch.elsewhere
    assert not watch.complaints
    page.close()


def test_the_page_of_tasks_tells_both_languages_the_same_steps() -> None:
    told = [
        {
            who: [list(step) for step in one["steps"].values()]
            for who, one in read_messages(language)["tasks"]["each"].items()
        }
        for language in LANGUAGES
    ]
    assert told[0] == told[1]
    assert tuple(told[0]) == TASKS
