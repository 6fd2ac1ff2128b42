"""What a driver's text asks for: coordinates, or words with perhaps a house number among them."""

import re
from dataclasses import dataclass

from carservices.services.navigation.search.folding import fold, house_number

DEGREES = re.compile(
    r"\s*([-+]?\d{1,3}(?:\.\d+)?)\s*°?\s*([NS]?)\s*[,; ]\s*([-+]?\d{1,3}(?:\.\d+)?)\s*°?\s*([EW]?)\s*", re.IGNORECASE
)
GEO_URI = re.compile(r"geo:(-?\d+(?:\.\d+)?),(-?\d+(?:\.\d+)?)", re.IGNORECASE)
POSTCODE_DIGITS = (4, 5)


@dataclass(frozen=True)
class Query:
    """``words`` folded, without the number; ``number`` and ``letter`` of a house; ``postcode`` if one is named."""

    words: tuple[str, ...]
    number: int | None = None
    letter: str = ""
    postcode: str = ""
    digits: str = ""
    """The number as it was typed: it may yet be part of a name."""

    @property
    def text(self) -> str:
        """The words in one."""
        return " ".join(self.words)


def coordinates(text: str) -> tuple[float, float] | None:
    """Latitude and longitude of ``53.5, 13.2``, ``53.5N 13.2E`` or ``geo:53.5,13.2``; None where the text is none."""
    if match := GEO_URI.match(text.strip()):
        lat, lon = float(match[1]), float(match[2])
    elif (match := DEGREES.fullmatch(text)) and ("." in match[1] + match[3] or match[2] or match[4]):
        lat = float(match[1]) * (-1 if match[2] in "Ss" and match[2] else 1)
        lon = float(match[3]) * (-1 if match[4] in "Ww" and match[4] else 1)
    else:
        return None
    return (lat, lon) if abs(lat) <= 90 and abs(lon) <= 180 else None


def parse(text: str) -> Query:
    """Take a text apart; the first number that can be one of a house is it, five digits are a postcode."""
    words: list[str] = []
    number, letter, postcode, digits = None, "", "", ""
    tokens = fold(text).split()
    for position, token in enumerate(tokens):
        after_number = bool(digits) and tokens[position - 1] == digits
        if token.isdigit() and len(token) in POSTCODE_DIGITS and tokens[position + 1 :]:
            postcode = token
        elif number is None and words and (house := house_number(token)):
            (number, letter), digits = house, token
        elif after_number and not letter and len(token) == 1 and token.isalpha():
            letter = token
        elif not (after_number and house_number(token)):  # else the second number of 12-14
            words.append(token)
    return Query(tuple(words), number, letter, postcode, digits)
