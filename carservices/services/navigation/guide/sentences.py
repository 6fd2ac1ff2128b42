"""The spoken sentences of guidance, by language, from the data files beside."""

from dataclasses import dataclass
from functools import cache

from carservices.api.routes import ManeuverKind as Kind
from carservices.services.navigation.engine.base import Maneuver
from carservices.services.navigation.remarks import file_of, table

ENDS = (Kind.WAYPOINT, Kind.DESTINATION, Kind.DESTINATION_LEFT, Kind.DESTINATION_RIGHT)
NAMELESS = (*ENDS, Kind.ROUNDABOUT_EXIT, Kind.FERRY_ENTER, Kind.FERRY_EXIT, Kind.UTURN_LEFT, Kind.UTURN_RIGHT)
"""Said without the road that follows."""
MOST_EXITS = 8


@dataclass(frozen=True, slots=True)
class Sentences:
    """What is said in one language."""

    language: str
    _form: dict[str, str]
    _turn: dict[str, str]
    _arrived: dict[str, str]
    _ordinals: dict[str, str]

    def ahead(self, maneuver: Maneuver, metres: float, following: Maneuver | None = None) -> str:
        """What comes in some distance, and what at once after it."""
        return self._join("ahead", maneuver, following, distance=self.distance(metres))

    def now(self, maneuver: Maneuver, following: Maneuver | None = None) -> str:
        """What is to be done now."""
        return self._join("now", maneuver, following)

    def follow(self, street: str, metres: float) -> str:
        """Nothing to do for long."""
        form = self._form["follow" if street else "follow_unnamed"]
        return form.format(street=street, distance=self.distance(metres))

    def arrived(self, kind: Kind) -> str:
        """At a stop or at the destination."""
        return self._arrived[kind]

    def plain(self, key: str) -> str:
        """A sentence of the table ``form`` without anything to fill in."""
        return self._form[key]

    def turn(self, maneuver: Maneuver) -> str:
        """The maneuver with its road, exit or sign."""
        ordinal = self._ordinals[str(min(max(maneuver.roundabout_exit or 1, 1), MOST_EXITS))]
        text = self._turn[maneuver.kind].format(ordinal=ordinal)
        if maneuver.exit:
            text = self._form["exit_number"].format(turn=text, exit=maneuver.exit)
        if maneuver.sign:
            return self._form["sign"].format(turn=text, sign=maneuver.sign)
        if maneuver.streets and maneuver.kind not in NAMELESS:
            return self._form["onto"].format(turn=text, street=maneuver.streets[0])
        return text

    def distance(self, metres: float) -> str:
        """Rounded as people say it: tens, fifties, hundreds of m, then km with one decimal below ten."""
        if metres < 950.0:
            step = 10 if metres < 100.0 else 50 if metres < 500.0 else 100
            return self._form["metres"].format(n=max(step, round(metres / step) * step))
        kilometres = round(metres / 1000.0, 1 if metres < 9_950.0 else 0)
        if kilometres == 1.0:
            return self._form["kilometre"]
        return self._form["kilometres"].format(n=f"{kilometres:g}".replace(".", self._form["decimal"]))

    def _join(self, form: str, maneuver: Maneuver, following: Maneuver | None, **words: str) -> str:
        text = self._form[form].format(turn=self.turn(maneuver), **words)
        if following is not None:
            text = self._form["then"].format(first=text.rstrip("."), turn=self.turn(following))
        return text[0].upper() + text[1:]


@cache
def sentences(language: str) -> Sentences:
    """Those of a language, English where there are none."""
    words = table(language)
    return Sentences(file_of(language).stem, words["form"], words["turn"], words["arrived"], words["ordinals"])
