"""One module a family of files: how a spreadsheet, a page, a text becomes tables of text cells.

Place in the flow: everything here serves ``gongfu.document``, which is the only door.
"""
