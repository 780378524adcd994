"""The keyboard alone suffices in each room: where it goes is in order, seen, and leads on; nothing holds it."""

from typing import Any

import pytest
from browser import DESK, TELEPHONE
from client import wait_for
from playwright.sync_api import Page, expect

ROOMS = {
    "start": "/zh/", "search": "/en/search?q=yl", "item": "/zh/cat/cn-13fyp/30", "browse": "/en/browse",
    "compare": "/zh/compare?aspect=target&only=below", "pair": "/en/compare/220000-13fyp/30",
    "provinces": "/zh/compare/provinces", "check": "/en/check", "query": "/zh/query?example=01-domains-and-items",
    "reuse": "/en/reuse", "rules": "/zh/shapes",
}  # fmt: skip
STEPS = 22
# What has the focus: its place in the order of the page, whether it can be seen, and the ring around it.
FOCUS = """() => {
  const one = document.activeElement, all = [...document.querySelectorAll('*')], box = one.getBoundingClientRect();
  const style = getComputedStyle(one);
  return {place: all.indexOf(one), name: one.outerHTML.slice(0, 80), tag: one.tagName,
          seen: box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0,
          ring: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0};
}"""


@pytest.fixture
def page(chromium: Any) -> Any:
    page = chromium.new_page(viewport=DESK)
    yield page
    page.close()


@pytest.mark.parametrize("room", ROOMS)
def test_the_keyboard_goes_through_a_page_in_order_and_is_seen(page: Page, site: str, room: str) -> None:
    page.goto(site + ROOMS[room])
    places = []
    for _ in range(STEPS):
        page.keyboard.press("Tab")
        found = page.evaluate(FOCUS)
        if found["tag"] == "BODY":
            break  # past the last of the page
        assert found["seen"], found["name"]
        assert found["ring"] or found["tag"] == "DIV", found["name"]  # the editor has a ring of its own inside
        places.append(found["place"])
    assert len(places) > 10
    assert places == sorted(set(places)), "in the order of the page, and nothing twice"


def test_the_first_stop_skips_to_the_text(page: Page, site: str) -> None:
    page.goto(f"{site}/zh/compare")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    expect(page.locator(".skip")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("nav.tabs a").first).to_be_focused()


def test_suggestions_are_walked_chosen_and_left_by_the_keyboard(page: Page, site: str) -> None:
    page.goto(f"{site}/zh/")
    page.locator("#find").focus()
    page.keyboard.type("养老")
    options, chosen = page.get_by_role("option"), page.locator("[role=option][aria-selected=true]")
    expect(options.first).to_be_visible()
    page.keyboard.press("ArrowUp")
    expect(chosen).to_have_attribute("id", options.last.get_attribute("id") or "")
    expect(page.locator("#find")).to_have_attribute("aria-activedescendant", options.last.get_attribute("id") or "")
    page.keyboard.press("ArrowDown")
    expect(chosen).to_have_attribute("id", options.first.get_attribute("id") or "")
    page.keyboard.press("Escape")
    expect(page.locator("#suggestions")).to_be_hidden()
    assert page.input_value("#find") == "养老"
    page.keyboard.press("Enter")  # nothing is chosen any more: the words are looked for
    page.wait_for_url("**/zh/search?q=*")
    page.locator("#find").focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("医")
    expect(options.first).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.locator("#suggestions")).to_be_hidden()
    expect(page.locator(".find button")).to_be_focused()


def test_a_cell_of_the_heat_map_is_one_stop_with_a_name_and_opens(page: Page, site: str) -> None:
    page.goto(f"{site}/zh/compare")
    cell = page.get_by_role("link", name="数量：低于国家；服务内容：没写全")
    cell.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/compare/220000-13fyp/30")


def test_a_wide_table_is_scrolled_by_the_keyboard(page: Page, site: str) -> None:
    page.set_viewport_size(TELEPHONE)  # type: ignore[arg-type]
    page.goto(f"{site}/zh/compare/funding")
    table = page.locator(".wide").first
    table.focus()
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    wait_for(lambda: table.evaluate("one => one.scrollLeft > 0"))  # not in the page, whose policy forbids eval


def test_two_provinces_are_chosen_by_the_keyboard(page: Page, site: str) -> None:
    page.goto(f"{site}/zh/compare/provinces")
    page.locator("select[name=right]").focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**left=130000-13fyp&right=130000-13fyp")
    expect(page.locator("main")).to_contain_text("没有不同")
