"""Broken files, one of each kind: no traceback, no more than the limits, a reason in two languages.

A sample of tests/bench/broken_files.py, which does the same with a thousand.
"""

import subprocess
import sys
from pathlib import Path

BENCH = Path(__file__).parent / "bench" / "broken_files.py"
KINDS = 24


def test_a_broken_file_of_each_kind() -> None:
    words = [sys.executable, str(BENCH), str(KINDS), "--rows", "4", "--seed", "sample"]
    ended = subprocess.run(words, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert f"{KINDS} files, seed sample" in ended.stdout
