"""Who there is, and what each person has allowed each app: kept per profile, over restarts."""

import logging
from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from carservices.api.state import StateFile

FILE = "grants.json"
DEFAULT_PROFILE = "default"

log = logging.getLogger(__name__)


class _Kept(BaseModel):
    """profile → app → permission → allowed or not; what is not there has not been decided."""

    model_config = ConfigDict(extra="ignore")

    profile: str = DEFAULT_PROFILE
    profiles: dict[str, dict[str, dict[str, bool]]] = {}
    names: dict[str, str] = {}
    """profile → how the person is called; every profile has an entry, the first one's is empty at the beginning."""

    @model_validator(mode="after")
    def _name_all(self) -> "_Kept":
        for profile in (self.profile, *self.profiles):
            self.names.setdefault(profile, "" if profile == DEFAULT_PROFILE else profile)
        return self


class Grants:
    """The decisions. A damaged file means that nobody has decided anything: everything is asked again."""

    def __init__(self, file: StateFile) -> None:
        self._file = file
        self._kept = self._read()

    def _read(self) -> _Kept:
        text = self._file.read()
        try:
            return _Kept.model_validate_json(text) if text else _Kept()
        except ValidationError as error:
            log.warning("%s is damaged (%s): every permission will be asked again", self._file.path, _first(error))
            return _Kept()

    @property
    def profile(self) -> str:
        """Whose decisions count now."""
        return self._kept.profile

    @property
    def names(self) -> Mapping[str, str]:
        """Profile → name, in the order they came."""
        return self._kept.names

    def use(self, profile: str) -> None:
        """Those of another person count from now on."""
        self._kept.profile = profile
        self._save()

    def name(self, profile: str, name: str) -> None:
        """Another name, or a new profile, which has decided nothing."""
        self._kept.names[profile] = name
        self._save()

    def remove(self, profile: str) -> None:
        """The person and all their decisions; not the one whose decisions count now."""
        del self._kept.names[profile]
        self._kept.profiles.pop(profile, None)
        self._save()

    def decided(self, app: str, permission: str) -> bool | None:
        """True allowed, False refused, None not decided."""
        return self._kept.profiles.get(self.profile, {}).get(app, {}).get(permission)

    def decide(self, app: str, permission: str, allowed: bool) -> None:
        self._kept.profiles.setdefault(self.profile, {}).setdefault(app, {})[permission] = allowed
        self._save()

    def forget(self, app: str) -> None:
        """It was uninstalled: nobody has decided anything about it any more."""
        for apps in self._kept.profiles.values():
            apps.pop(app, None)
        self._save()

    def _save(self) -> None:
        self._file.write(self._kept.model_dump_json(indent=1))


def _first(error: ValidationError) -> str:
    return error.errors()[0]["msg"]
