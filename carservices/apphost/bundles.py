"""The apps there are: bundles in the car's own folder and installed ones."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import carservices
from carservices.app.hosts import is_listed
from carservices.app.manifest import Manifest, ManifestError, load

MANIFEST: Final = "app.toml"
_PACKAGE: Final = Path(carservices.__path__[0])
SHIPPED: Final = _PACKAGE / "_apps"
BUILTIN: Final = SHIPPED if SHIPPED.is_dir() else _PACKAGE.parent / "apps"
"""A wheel has them in the package, a checkout beside it."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """One usable bundle."""

    manifest: Manifest
    folder: Path
    builtin: bool
    developed: bool = False
    """Somebody is at work on it: it runs from that folder, unsigned."""

    @property
    def id(self) -> str:
        return self.manifest.id

    @property
    def name(self) -> dict[str, str]:
        """By language; English is always there."""
        return dict(self.manifest.name)

    @property
    def icon(self) -> str | None:
        path = (self.folder / self.manifest.icon).resolve() if self.manifest.icon else None
        inside = path is not None and path.is_relative_to(self.folder.resolve())  # a link may lead out of it
        return str(path) if path is not None and inside and path.is_file() else None

    @property
    def scopes(self) -> Mapping[str, dict[str, str]]:
        """Each scope with the app's reason by language, its hosts among them."""
        hosts: dict[str, dict[str, str]] = {f"network:{host}": {} for host in self.manifest.hosts}
        return {**hosts, **self.manifest.permissions}

    def reaches(self, host: str, port: int) -> bool:
        """Whether its manifest names this host."""
        return is_listed(tuple(self.manifest.hosts), host, port)


def developed(folder: str) -> Bundle:
    """The one that somebody is at work on, in this folder. Raises ManifestError."""
    place = Path(folder).absolute()
    return Bundle(load(place), place, builtin=False, developed=True)


def discover(builtin: Path, installed: Iterable[Path]) -> tuple[dict[str, Bundle], list[str]]:
    """Bundles by id, and a sentence for each folder that holds none that can be used. The car's own come first."""
    found: dict[str, Bundle] = {}
    problems: list[str] = []
    own = sorted(path.parent for path in builtin.glob(f"*/{MANIFEST}"))
    for folder, is_own in (*((folder, True) for folder in own), *((folder, False) for folder in installed)):
        try:
            manifest = load(folder / MANIFEST)
        except ManifestError as error:
            problems.append(str(error))
            continue
        if manifest.id in found:
            problems.append(f"{folder}: the id {manifest.id} is taken by {found[manifest.id].folder}: uninstall one")
        else:
            found[manifest.id] = Bundle(manifest, folder, is_own)
    return found, problems
