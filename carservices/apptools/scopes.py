"""Permissions: what the manifest asks for, held against what the app uses."""

from collections.abc import Iterable, Iterator

from carservices.api.permissions import Level
from carservices.app.hosts import is_listed
from carservices.app.manifest import FILE, ON_SIGNALS, Manifest
from carservices.apphost.permissions import RuleBook
from carservices.apptools.finding import Finding, error, warning
from carservices.apptools.source import Source, once
from carservices.signals import Catalogue, GlobSet

HTTPS = 443


def check_scopes(source: Source, manifest: Manifest, used: Iterable[str]) -> Iterator[Finding]:
    """``used`` are the scopes that were used while the app ran in the car of the check."""
    yield from _unknown(manifest)
    yield from _undeclared(source, manifest)
    yield from _unused(source, manifest, frozenset(used))


def _unknown(manifest: Manifest) -> Iterator[Finding]:
    book = RuleBook.default()
    for scope in manifest.permissions:
        verb, _, what = scope.partition(":")
        wanted = book.wanted(scope)
        if not wanted:
            yield error(f"{FILE} {scope}", "no app can have this permission", _nearest(verb, what))
        elif all(book.level(name) is Level.SIGNATURE for name in wanted):
            cure = "leave it out, unless the app comes with the car"
            yield warning(f"{FILE} {scope}", "only parts of the car get this permission", cure)


def _nearest(verb: str, what: str) -> str:
    if verb in ON_SIGNALS and "*" not in what:
        try:
            Catalogue.default()[what]
        except KeyError as problem:
            return str(problem)
    return "docs/apps.md tells what there is, `carservices api` names services, `carservices signals list` signals"


def _undeclared(source: Source, manifest: Manifest) -> Iterator[Finding]:
    scopes = [scope.partition(":")[::2] for scope in manifest.permissions]
    read = GlobSet(*(what for verb, what in scopes if verb in ON_SIGNALS))
    actuate = GlobSet(*(what for verb, what in scopes if verb == "actuate"))
    for verb, named, allowed in (("read", source.signals, read), ("actuate", source.actuated, actuate)):
        for path, place in once(named):
            there = Catalogue.default().match(path)
            if not there and verb == "read":
                yield error(place, f"the car has no signal {path}", _nearest(verb, path))
            elif there and not allowed.select(there):
                yield missing(place, f"{verb}:{path}")
    for scope, place in once(source.scopes):
        if scope not in manifest.permissions and not _by_glob(scope, manifest):
            yield missing(place, scope)
    for host, place in once(source.hosts):
        if not is_listed(tuple(manifest.hosts), host, HTTPS):
            yield error(place, f"{host} cannot be reached", f'add it to app.toml: hosts = ["{host}"]')


def missing(place: str, scope: str) -> Finding:
    """A line that the manifest lacks."""
    cure = f'add to [permissions] of app.toml: "{scope}" = "why the app needs it"'
    return error(place, f"the permission {scope} is missing", cure)


def _by_glob(scope: str, manifest: Manifest) -> bool:
    verb, _, what = scope.partition(":")
    return verb in ON_SIGNALS and what in GlobSet(
        *(s.partition(":")[2] for s in manifest.permissions if s.startswith(f"{verb}:"))
    )


def _unused(source: Source, manifest: Manifest, used: frozenset[str]) -> Iterator[Finding]:
    known = Catalogue.default()
    named = {path for one in (*source.signals, *source.actuated) for path in known.match(one.what)}
    scopes = {one.what for one in source.scopes}
    for scope in manifest.permissions:
        verb, _, what = scope.partition(":")
        by_name = verb in ON_SIGNALS and any(path in GlobSet(what) for path in named)
        if not (scope in used or scope in scopes or by_name):
            cure = "leave it out, so that the person is not asked without need"
            yield warning(f"{FILE} {scope}", "the app asks for it and was not seen using it", cure)
