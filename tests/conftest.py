"""What many tests need and takes seconds to make: the store of all sources, built once; a site of it; a browser.

Examples that hypothesis makes up are the same in every run, and none is too slow: a test that passes here passes on a
busy machine. Other examples every time, to look for faults: pytest --hypothesis-profile=seeking.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from gongfu.build import build

if TYPE_CHECKING:
    from browser import Chromium

settings.register_profile("seeking", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("steady", settings.get_profile("seeking"), derandomize=True)
settings.load_profile("steady")


@pytest.fixture(scope="session")
def built_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the store, finished and to be opened read-only."""
    return build(tmp_path_factory.mktemp("built")).store


@pytest.fixture(scope="session")
def site(built_store: Path) -> Iterator[str]:
    """Return the address of a server of all data, with a short limit of time."""
    from browser import site

    with site(built_store) as address:
        yield address


@pytest.fixture(scope="module")  # while it runs, Playwright holds an event loop that other modules' tests must not meet
def chromium() -> "Iterator[Chromium]":
    """Return Debian's Chromium, driven by Playwright; tests that need it are skipped where it is not installed."""
    from browser import CHROMIUM, chromium

    if not CHROMIUM.is_file():
        pytest.skip(f"no {CHROMIUM}: apt-get install chromium, or name another in GONGFU_CHROMIUM")
    with chromium() as browser:
        yield browser
