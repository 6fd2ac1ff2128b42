"""Cuts a text into sentences, so that the first is heard while the others are still text."""

import re

LONGEST = 240
"""Characters said at a time; a voice takes some 15 s for them."""
ABBREVIATIONS = frozenset(
    ("bzw", "ca", "dr", "etc", "evtl", "ggf", "inkl", "mr", "mrs", "nr", "prof", "st", "vgl", "vs")
)
"""After these a full stop ends no sentence."""
END = re.compile(r"[.!?…]+[\"'”“’)\]]*(?:\s?»)?(?=\s)|\n+")
LAST_WORD = re.compile(r"(\w+)\.$")
PAUSES = ("; ", ": ", ", ", " – ", " ")
"""Where a sentence that is too long is cut, best first."""


def speakable(text: str) -> str:
    """Without what nobody can say: control characters, broken ones, marks of lists."""
    return "".join(c if c.isprintable() or c == "\n" else " " for c in text).replace("•", " ")


def split(text: str) -> list[str]:
    """The sentences of a text, none empty, none longer than `LONGEST`; nothing when there is no word in it."""
    found, begin = [], 0
    text = speakable(text)
    for end in END.finditer(text):
        if end.group().startswith("\n") or not _goes_on(text[begin : end.end()], text[end.end() :]):
            found.append(text[begin : end.end()])
            begin = end.end()
    found.append(text[begin:])
    flat = (" ".join(part.split()) for part in found)
    return [piece for part in flat if any(map(str.isalnum, part)) for piece in _short(part)]


def _goes_on(before: str, after: str) -> bool:
    """The full stop is of an abbreviation, an ordinal ("3. Mai") or an initial ("z. B."), or no capital follows."""
    word = LAST_WORD.search(before)
    ahead = after.lstrip()
    if ahead[:1].islower():
        return True
    if word is None:
        return False
    last = word.group(1)
    return last.lower() in ABBREVIATIONS or len(last) == 1 or (last.isdigit() and len(last) <= 2)


def _short(sentence: str) -> list[str]:
    pieces = []
    while len(sentence) > LONGEST:
        head = sentence[:LONGEST]
        cut = next((at + len(mark) for mark in PAUSES if (at := head.rfind(mark)) > LONGEST // 3), LONGEST)
        pieces.append(sentence[:cut].strip())
        sentence = sentence[cut:].strip()
    return [*pieces, sentence] if sentence else pieces
