"""What many tests need and takes seconds to make: the store of all sources, built once."""

from pathlib import Path

import pytest

from gongfu.build import build


@pytest.fixture(scope="session")
def built_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the store, finished and to be opened read-only."""
    return build(tmp_path_factory.mktemp("built")).store
