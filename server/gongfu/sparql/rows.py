"""Rows: how many rows a result has, told from the bytes that the engine wrote, since it does not count them itself.

Place in the flow: runs in a worker; pure. To count rows one by one in Python would cost more than to find them.
"""

import csv
import io

_LEAST = 2  # bytes of a row in any form
# What stands between rows, and in no text: a quotation mark is escaped in JSON, a < in XML, a line feed in TSV.
_BETWEEN = {
    "application/sparql-results+json": b'},{"', "application/json": b'},{"',
    "application/sparql-results+xml": b"<result>", "application/xml": b"<result>", "text/csv": b"\r\n",
    "text/tab-separated-values": b"\n",
}  # fmt: skip


class TooManyRows(Exception):
    """The answer has more rows than it may; it is thrown away."""


def more_rows(body: bytes, media_type: str, most: int) -> bool:
    """Say whether a result has more rows than so many; in JSON, rows without any value are not counted."""
    if len(body) < _LEAST * most or media_type not in _BETWEEN:
        return False
    found = body.count(_BETWEEN[media_type]) + ("json" in media_type)
    if media_type.startswith("text/"):
        found -= 1  # the line of names
    if media_type != "text/csv" or found <= most:
        return found > most
    rows = csv.reader(io.StringIO(body.decode("utf-8"), newline=""))  # where a text of several lines stands
    return sum(1 for _ in rows) - 1 > most
