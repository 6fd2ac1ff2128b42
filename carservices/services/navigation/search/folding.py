"""How texts are made comparable: case, accents, ß, hyphens and the abbreviations of streets."""

import re
import unicodedata

ABBREVIATIONS = (
    (re.compile(r"str\b\.?"), "strasse"),
    (re.compile(r"\bpl\b\.?"), "platz"),
    (re.compile(r"\bbd\b\.?"), "boulevard"),
    (re.compile(r"\bav\b\.?"), "avenue"),
)
SPELLED_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe", "æ": "ae"})
UNDONE = str.maketrans({"ß": "ss", "ø": "o", "æ": "ae", "ł": "l", "đ": "d"})
"""Letters that NFKD does not take apart."""
NUMBER = re.compile(r"(\d{1,5})\s?([a-z])?(?:\s?[-–/]\s?\d+\s?[a-z]?)?")
WORD = re.compile(r"[^\W_]+")


def fold(text: str) -> str:
    """Lower case words without accents, one space between."""
    plain = text.casefold()
    if not plain.isascii():
        plain = unicodedata.normalize("NFKD", text).casefold().translate(UNDONE)
        plain = "".join(letter for letter in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(letter))
    for pattern, word in ABBREVIATIONS:
        plain = pattern.sub(word, plain)
    return " ".join(WORD.findall(plain))


def spelled_out(text: str) -> str:
    """`fold` of the text with umlauts written as two letters, where that differs; else empty."""
    other = fold(text.casefold().translate(SPELLED_OUT))
    return "" if other == fold(text) else other


def house_number(text: str) -> tuple[int, str] | None:
    """Number and letter of ``12``, ``12a``, ``12 A`` or ``12-14``; None where there is none."""
    match = NUMBER.fullmatch(text.strip().casefold())
    return (int(match[1]), match[2] or "") if match else None
