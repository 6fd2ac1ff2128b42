"""The files of a bundle beside its programs: texts, icon, licence, and what all of it weighs."""

import re
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from carservices.app import png
from carservices.app.errors import BundleError
from carservices.app.i18n import FALLBACK, Strings, Text, forms_of
from carservices.app.manifest import FILE, Manifest
from carservices.apphost.store.bundle import BundleError as NoBundle
from carservices.apphost.store.bundle import build
from carservices.apphost.store.keys import SigningKey
from carservices.apptools.finding import Finding, error, warning
from carservices.apptools.source import Source, once

ICON_SIDES: Final = range(96, 513)
"""Pixels: the launcher shows an icon on 96 dp, at most."""
LARGE: Final = 20 << 20
"""Bytes of a bundle that its author should know of: minutes over a car's modem."""
HOLE: Final = re.compile(r"\{(\w+)")


def check_texts(source: Source, manifest: Manifest, bundle: Path) -> Iterator[Finding]:
    """Every text is there, in every language in which the app says anything."""
    try:
        texts = Strings.load(bundle).by_language
    except BundleError as problem:
        yield error(str(problem).partition(":")[0], str(problem).partition(": ")[2], 'write TOML: key = "text"')
        return
    english = texts.get(FALLBACK, {})
    for key, place in once(source.texts):
        if key not in english:
            yield error(place, f"there is no text '{key}'", f'add it to strings.{FALLBACK}.toml: {key} = "…"')
    own = {f"permissions.{scope}": reason for scope, reason in manifest.permissions.items()}
    own |= {f"settings.{key}.title": setting.title for key, setting in manifest.settings.items()}
    languages = {*texts, *manifest.name, *(code for words in own.values() for code in words)}
    for place, words in own.items():
        for language in sorted(languages - words.keys() if words.keys() != {FALLBACK} else ()):  # that may be a name
            yield warning(f"{FILE} {place}", f"it is not said in '{language}'", f'add {language} = "…"')
    if not texts:
        return
    for language in sorted(languages - {FALLBACK}):
        yield from _language(language, texts.get(language, {}), english)
    for key in english:
        yield from _forms(FALLBACK, key, english[key])
    for language in sorted(languages - manifest.name.keys()):
        yield warning(f"{FILE} name", f"the app has no name in '{language}'", f'add it to [name]: {language} = "…"')


def _language(language: str, there: Mapping[str, Text], english: Mapping[str, Text]) -> Iterator[Finding]:
    file = f"strings.{language}.toml"
    for key, text in english.items():
        if key not in there:
            yield warning(file, f"'{key}' is missing", "translate it: until then it is said in English")
            continue
        yield from _forms(language, key, there[key])
        if _holes(text) != _holes(there[key]):
            names = ", ".join(sorted(_holes(text) ^ _holes(there[key])))
            yield warning(file, f"'{key}' and its English text do not have the same {{{names}}}", "fill in both alike")
    for key in there.keys() - english.keys():
        yield warning(file, f"'{key}' has no English text", f"add it to strings.{FALLBACK}.toml, or leave it out")


def _forms(language: str, key: str, text: Text) -> Iterator[Finding]:
    if not isinstance(text, str) and (missing := sorted(forms_of(language) - text.keys())):
        yield warning(f"strings.{language}.toml", f"'{key}' has no form '{missing[0]}'", "add it: numbers need it")


def _holes(text: Text) -> set[str]:
    return {name for form in ([text] if isinstance(text, str) else text.values()) for name in HOLE.findall(form)}


def check_icon(manifest: Manifest, bundle: Path) -> Iterator[Finding]:
    """A square PNG that the shell can show."""
    name = manifest.icon
    if name is None:
        yield warning(FILE, "the app has no icon", 'draw one, 192 × 192 pixels: icon = "icon.png"')
        return
    cure = f"save a square PNG of {ICON_SIDES.start} to {ICON_SIDES.stop - 1} pixels, 8 bits a channel, not interlaced"
    try:
        width, height, _ = png.decode((bundle / name).read_bytes(), ICON_SIDES.stop**2)
    except OSError as problem:
        yield error(name, f"the icon cannot be read ({problem.strerror})", "put it there, or take it out of app.toml")
    except png.PngError as problem:
        yield error(name, str(problem), cure)
    else:
        if width != height or width not in ICON_SIDES:
            yield error(name, f"the icon has {width} × {height} pixels", cure)


def check_licence(manifest: Manifest, bundle: Path) -> Iterator[Finding]:
    """Who gets the app knows what may be done with it."""
    if not manifest.licence and not any(bundle.glob("LICEN[CS]E*")):
        yield warning(FILE, "no licence is named", 'name one by its SPDX code: licence = "Apache-2.0"')


def check_intents(manifest: Manifest) -> Iterator[Finding]:
    """Whoever names some waits for nobody."""
    if manifest.intents:
        names = ", ".join(manifest.intents)
        yield warning(f"{FILE} intents", f"this car has no assistant that asks for {names}", "offer it on a screen too")


def check_size(bundle: Path) -> Iterator[Finding]:
    """It can be built, and is no larger than need be."""
    with tempfile.TemporaryDirectory() as scratch:
        try:
            info = build(bundle, Path(scratch, "bundle"), SigningKey.make(Path(scratch, "key")))
        except NoBundle as problem:
            what, _, cure = str(problem).replace(f"{bundle}/", "").partition(": ")
            yield error("the bundle", what, cure or "`carservices app build` refuses it")
            return
        except OSError as problem:
            yield error(str(problem.filename), f"it cannot be read ({problem.strerror})", "make it readable")
            return
    if info.size > LARGE:
        heaviest = max(info.files, key=lambda path: info.files[path].size)
        yield warning(heaviest, f"the bundle has {info.size / 1e6:.0f} MB", "this file is the largest: shrink it")


def check_folder(manifest: Manifest, bundle: Path) -> Iterator[Finding]:
    """A bundle is found by its name."""
    if bundle.resolve().name != manifest.id:
        yield warning(
            f"{FILE} id", f"the folder is called {bundle.resolve().name}", f"call it {manifest.id}, as the app"
        )
