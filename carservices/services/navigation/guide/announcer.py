"""When to say what: each maneuver early, soon and now, at distances that grow with the speed."""

from collections.abc import Sequence
from enum import IntEnum

from carservices.api.navigation import Sentence
from carservices.api.routes import ManeuverKind as Kind
from carservices.services.navigation.engine.base import Maneuver
from carservices.services.navigation.guide.sentences import ENDS, sentences

SILENT = (Kind.START, Kind.BECOMES, Kind.CONTINUE)
"""Nothing has to be done there."""
BREATH_S = 3.0
"""s at least between the beginnings of two sentences, unless the second is about now."""
CHARACTERS_A_SECOND = 14.0
"""How fast a voice speaks, for longer sentences (eSpeak NG at 160 words a minute says 13)."""
FOLLOW_M = 2000.0
"""m without a maneuver after which it is worth saying so."""
THEN_M, THEN_S = 70.0, 7.0
"""A maneuver that follows within the larger of these is said along with the one before."""


class Stage(IntEnum):
    """How near a maneuver is."""

    FAR = 0
    EARLY = 1
    SOON = 2
    NOW = 3


LEADS = ((Stage.NOW, 25.0, 4.0), (Stage.SOON, 90.0, 13.0), (Stage.EARLY, 300.0, 35.0))
"""Stage, least distance in m, and s of driving: the larger of both is where it begins.

Assumed: a sentence takes 2 to 3 s and a driver 2 s more; 35 s at 130 km/h are the 1,200 m of the first exit sign.
"""


def stage(distance: float, speed: float) -> Stage:
    """Of a maneuver ``distance`` m ahead at ``speed`` m/s."""
    for name, least, seconds in LEADS:
        if distance <= max(least, seconds * speed):
            return name
    return Stage.FAR


class Voice:
    """Numbers the sentences over routes and keeps a pause between them; ``first`` is the number before the first one.

    ``now`` is in Unix time.
    """

    def __init__(self, language: str, first: int = 0) -> None:
        self.language = language
        self.last: Sentence | None = None
        self._id = first
        self._spoke_at = float("-inf")

    def rested(self, now: float) -> bool:
        """Whether the last sentence has been said by now, or the clock was set back."""
        length = len(self.last.text) / CHARACTERS_A_SECOND if self.last else 0.0
        return not 0.0 <= now - self._spoke_at < max(BREATH_S, length)

    def say(self, text: str, now: float) -> None:
        """The next sentence."""
        self._id += 1
        self._spoke_at = now
        self.last = Sentence(id=self._id, text=text, language=sentences(self.language).language, at=now)

    def say_plain(self, key: str, now: float) -> None:
        """One that is always the same."""
        self.say(sentences(self.language).plain(key), now)


class Announcer:
    """Says each maneuver of a route at most once a stage."""

    def __init__(self, maneuvers: Sequence[Maneuver], marks: Sequence[float], voice: Voice) -> None:
        self._maneuvers = maneuvers
        self._marks = marks
        self._voice = voice
        self._said = [Stage.FAR] * len(maneuvers)
        self._followed: set[int] = set()

    def after(self, index: int, speed: float) -> int | None:
        """The maneuver that follows another so soon that both are said together."""
        following = next_real(self._maneuvers, index + 1)
        if following is None:
            return None
        gap = self._marks[following] - self._marks[index]
        return following if gap <= max(THEN_M, THEN_S * speed) else None

    def update(self, index: int, distance: float, speed: float, street: str, now: float) -> None:
        """Maneuver ``index`` is ``distance`` m ahead; ``now`` in s of any clock."""
        near = stage(distance, speed)
        rested = self._voice.rested(now)
        words = sentences(self._voice.language)
        if near is Stage.FAR:
            if distance >= FOLLOW_M and index not in self._followed and rested:
                self._followed.add(index)
                self._voice.say(words.follow(street, distance), now)
            return
        if near <= self._said[index] or not (rested or near is Stage.NOW):
            return
        self._said[index] = near
        self._followed.add(index)
        maneuver = self._maneuvers[index]
        following = self.after(index, speed)
        then = None if following is None else self._maneuvers[following]
        if near is not Stage.NOW:
            self._voice.say(words.ahead(maneuver, distance, then), now)
        elif maneuver.kind not in ENDS:  # an end is announced when it is reached
            self._voice.say(words.now(maneuver, then), now)

    def arrived(self, kind: Kind, now: float) -> None:
        """A stop or the destination is reached."""
        self._voice.say(sentences(self._voice.language).arrived(kind), now)


def next_real(maneuvers: Sequence[Maneuver], start: int) -> int | None:
    """The first from there on at which something has to be done."""
    return next((k for k in range(start, len(maneuvers)) if maneuvers[k].kind not in SILENT), None)
