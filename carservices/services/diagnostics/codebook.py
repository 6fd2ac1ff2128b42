"""What codes mean: rows of codes.toml, and for a code without one what its structure tells (SAE J2012)."""

from pydantic import BaseModel, ConfigDict, TypeAdapter

from carservices.api.diagnostics import DriveOn, Explanation, Meaning, Severity
from carservices.api.notifications import Topic
from carservices.services.diagnostics.code import Code
from carservices.services.diagnostics.texts import by_language, table, words


class Entry(BaseModel):
    """One row. ``what`` and ``place`` fill the words; ``told``: the notifications service warns of it by itself."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    severity: Severity
    drive_on: DriveOn
    words: str = ""
    what: str = ""
    place: str = ""
    topic: Topic = Topic.SYSTEM
    told: bool = False


ROWS = TypeAdapter(dict[str, dict[str, Entry]])


class Codebook:
    """Looks codes up."""

    def __init__(self) -> None:
        file = ROWS.validate_python(table("codes"))
        self.codes, self.areas = file["codes"], file["areas"]

    def entry(self, code: Code) -> Entry:
        """Its row, or that of its area."""
        return self.codes.get(code.base) or self.areas[self._area(code)]

    def meaning(self, code: Code) -> Meaning:
        """The code explained."""
        known = code.base in self.codes
        entry = self.entry(code)
        section, key = ("codes", entry.words or code.base) if known else ("areas", entry.words or self._area(code))
        return Meaning(
            code=str(code),
            severity=entry.severity,
            drive_on=entry.drive_on,
            texts={language: self._explain(language, section, key, entry, code) for language in by_language()},
            known=known,
        )

    def _area(self, code: Code) -> str:
        return next(code.base[:length] for length in (3, 2, 1) if code.base[:length] in self.areas)

    def _explain(self, language: str, section: str, key: str, entry: Entry, code: Code) -> Explanation:
        raw = words(section, key)[language]
        filled = {
            name: raw[name]
            .replace("{what}", words("words", entry.what).get(language, ""))
            .replace("{place}", words("words", entry.place).get(language, ""))
            for name in Explanation.model_fields
        }
        more = [
            words("failures", f"{code.failure:02X}").get(language, "") if code.failure else "",
            words("makers_own", "text")[language] if section == "areas" and code.is_makers_own else "",
        ]
        return Explanation(**filled | {"text": " ".join([filled["text"], *filter(None, more)])})
