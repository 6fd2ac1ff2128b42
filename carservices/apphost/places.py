"""Where the app host finds and keeps everything: bundles, data, books, sockets and pictures."""

from dataclasses import dataclass, field
from pathlib import Path

from carservices.api.state import StateFile
from carservices.apphost.bundles import BUILTIN
from carservices.apphost.store.install import Store
from carservices.apphost.store.keys import Trust
from carservices.apphost.store.places import DATA, INSTALLED, TRUSTED

SERVICE = "apps"


@dataclass(frozen=True, slots=True)
class Places:
    """``state`` outlives a restart of the car, ``run`` does not; ``folders`` are those of the person, by name."""

    state: Path
    run: Path
    builtin: Path = BUILTIN
    folders: dict[str, Path] = field(
        default_factory=lambda: {"calendar": Path.home() / "Calendar", "music": Path.home() / "Music"}
    )

    def file(self, name: str) -> StateFile:
        """One of our books."""
        return StateFile(SERVICE, name, self.state)

    @property
    def books(self) -> Path:
        return self.state / SERVICE

    @property
    def data(self) -> Path:
        """What apps have stored: a folder for each person, in it one for each app."""
        return self.state / DATA

    def stored(self, app: str) -> list[Path]:
        """What an app has stored, of each person."""
        return list(self.data.glob(f"*/{app}"))

    def settle(self, profile: str) -> None:
        """What apps stored before each person had their own is this one's, unless they have their own since.

        Raises OSError.
        """
        for folder in self.data.glob("*.*"):  # an app's id has dots, a person's has none
            target = self.data / profile / folder.name
            if not target.exists():
                target.parent.mkdir(exist_ok=True)
                folder.rename(target)

    @property
    def uids(self) -> Path:
        return self.books / "uids.json"

    def store(self) -> Store:
        return Store(self.state / INSTALLED, self.trust())

    def trust(self) -> Trust:
        """Whose bundles may come in."""
        return Trust(self.state / TRUSTED)

    def of(self, app: str) -> Path:
        """The folder of a running app: its pictures and its proxy."""
        return self.run / SERVICE / app
