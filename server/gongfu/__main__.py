"""The command where its script is not on the PATH: ``python -m gongfu``."""

from gongfu.cli import run

run()
