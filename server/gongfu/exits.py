"""Exits: the exit codes of the command line, and how it tells that it could not do what was asked.

Place in the flow: left of the commands.
"""

import sys

CONFORMS, DOES_NOT, COULD_NOT = 0, 1, 2


def fail(zh: str, en: str) -> int:
    """Tell a fault with its remedy in both languages, and return the exit code of what could not be done."""
    print(f"gongfu: {zh}\n        {en}", file=sys.stderr)
    return COULD_NOT
