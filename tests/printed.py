"""The characters of a printed document as they are typed: what its extraction put in another code point, put back."""

import unicodedata

MOUTH_RADICAL = "\u2f1c"  # stands for 口 throughout these documents, though Unicode calls it the radical 又


def plain(text: str) -> str:
    """Map Kangxi radicals to the characters they stand for, one to one; everything else stays."""
    return "".join(_plain_character(character) for character in text)


def _plain_character(character: str) -> str:
    if character == MOUTH_RADICAL:
        return "口"
    return unicodedata.normalize("NFKC", character) if "\u2f00" <= character <= "\u2fd5" else character
