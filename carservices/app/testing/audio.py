"""The car's player for tests of apps: nothing sounds, and a piece ends when the test says so."""

from collections.abc import Callable

from carservices.api.audio import AudioState

OTHER = "org.example.other"


class NotPossible(Exception):
    """A call that the player refuses; ``code`` is that of its error."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class FakeAudio:
    """``say`` gets each new state; ``time`` is that of the car in s."""

    def __init__(self, app: str, time: Callable[[], float], say: Callable[[AudioState], None]) -> None:
        self.state = AudioState()
        self.durations: dict[str, float] = {}
        """Of sources, in s; 180 for the others, and nothing for streams."""
        self.settle: Callable[[], None] = lambda: None
        """Lets the app deal with what has happened."""
        self._app = app
        self._time = time
        self._say = say

    # -- what the test does ------------------------------------------------------------------------------------------

    def end(self, error: str | None = None) -> None:
        """The piece has played to its end, or cannot be played."""
        following = self.state.queued
        self._become(
            source=following,
            duration=self._duration(following),
            playing=following is not None,
            title=None,
            queued=None,
            position=0.0,
            ended=self.state.ended + 1,
            error=error,
        )
        self.settle()

    def take(self, owner: str = OTHER) -> None:
        """Another app plays."""
        self.state = AudioState(ended=self.state.ended)
        self._become(owner=owner, source="music:other.mp3", playing=True)
        self.settle()

    def announce(self, title: str) -> None:
        """A station says what it plays."""
        self._become(title=title)
        self.settle()

    # -- what the app does -------------------------------------------------------------------------------------------

    def call(self, method: str, source: str | None = None, position: float = 0.0) -> None:
        """Raises `NotPossible`."""
        if method == "play":
            self.state = AudioState(ended=self.state.ended)
            self._become(
                owner=self._app, source=source, playing=True, position=position, duration=self._duration(source)
            )
            return
        if self.state.owner != self._app:
            raise NotPossible("PERMISSION_DENIED", f"{self._app} does not have the audio focus: `play` takes it")
        if method == "seek" and self.state.duration is None:
            raise NotPossible("INVALID_ARGUMENT", "nothing plays that has a length")
        match method:
            case "enqueue":
                self._become(queued=source)
            case "pause":
                self._become(playing=False)
            case "resume":
                self._become(playing=self.state.source is not None)
            case "seek":
                self._become(position=position)
            case "release":
                self._become(owner=None, source=None, playing=False, queued=None, position=0.0, duration=None)
            case _:
                raise NotPossible("NOT_FOUND", f"audio has no call '{method}' for apps")

    def _duration(self, source: str | None) -> float | None:
        return self.durations.get(source, 180.0) if source and source.startswith("music:") else None

    def _become(self, **changes: object) -> None:
        now = self._time()
        position = self.state.position
        if self.state.playing:
            position += max(0.0, now - self.state.at / 1e9)
        self.state = self.state.model_copy(update={"position": position, "at": round(now * 1e9), **changes})
        self._say(self.state)
