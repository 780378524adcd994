"""Text tables: the catalogue in a document whose tables are none, told apart in its running text by one of four ways.

Place in the flow: document -> **text tables** -> arrange. Paragraphs that begin with the titles of columns, a cell on a
line of its own, cells broken at the width of their columns, a row on a line: the first way that gives items is taken.
"""

from dataclasses import replace

from gongfu.arrange import arrange
from gongfu.catalogue import Unread
from gongfu.codes import CodeLists
from gongfu.document import Document
from gongfu.labelled_text import read_labelled_text
from gongfu.running_text import read_running_text
from gongfu.stacked_text import read_stacked_text
from gongfu.wrapped_text import read_wrapped_text


def with_text_tables(document: Document, codes: CodeLists) -> tuple[Document, tuple[Unread, ...]]:
    """Return the document with the tables of its running text and the passages in which nothing could be told apart.

    A document whose own tables hold items is given back as it is.
    """
    told, passages = document, tuple[Unread, ...]()
    for read in (read_labelled_text, read_stacked_text, read_wrapped_text, read_running_text):
        if arrange(told).items:
            break
        found = read(document.prose, len(document.tables), codes)
        told, passages = replace(document, tables=(*document.tables, *found.tables)), found.unread
    return told, passages
