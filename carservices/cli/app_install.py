"""`carservices app build|key|trust|list|install|rollback|remove`: bundles, and what is installed of them."""

import argparse
import contextlib
import functools
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from carservices.api.apps import Apps
from carservices.app.manifest import ManifestError
from carservices.apphost.store.bundle import MANIFEST, SUFFIX, Bundle, BundleError, BundleInfo
from carservices.apphost.store.bundle import build as build_bundle
from carservices.apphost.store.fetch import FetchError, fetched
from carservices.apphost.store.install import Installed, InstallError, Store
from carservices.apphost.store.keys import BadKey, SigningKey, Trust
from carservices.apphost.store.places import DATA, INSTALLED, TRUSTED
from carservices.apphost.store.vendor import VendorError, vendor
from carservices.bus import CallError
from carservices.cli.common import Failed, Usage, add_json, add_run_dir, parser, show_json, show_table, with_car
from carservices.system.run_dir import running_pid, state_dir
from carservices.system.settings import load as load_settings
from carservices.system.settings import settings_file

DEVELOPER = "developer"
"""The name under which the key of this machine's developer is trusted."""


def build(arguments: list[str]) -> int:
    """Check the app, vendor its libraries and write the bundle."""
    options = parser("app build", "Check an app and write one signed, reproducible bundle file of its folder.")
    options.add_argument("folder", type=Path, nargs="?", default=Path(), help="with app.toml (default: here)")
    options.add_argument("--out", type=Path, metavar="FILE", help=f"default: ID-VERSION{SUFFIX} here")
    options.add_argument("--no-check", action="store_true", help="`carservices app check` has passed already")
    _add_key(options)
    chosen = options.parse_args(arguments[1:])
    if not chosen.no_check:
        _check(chosen.folder)
    with _told():
        key = _signing_key(chosen.key)
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch, "app")
            shutil.copytree(chosen.folder, folder, symlinks=True, ignore=shutil.ignore_patterns(f"*{SUFFIX}", ".*"))
            info = _build(folder, Path(scratch, "bundle"), key)
            out: Path = chosen.out or Path(f"{info.id}-{info.version}{SUFFIX}")
            shutil.copyfile(Path(scratch, "bundle"), out)
    print(f"{out}: {info.id} {info.version}, {len(info.files)} files, {_size(info.size)}, key {key.id}")
    return 0


def _check(folder: Path) -> None:
    from carservices.apptools.check import check

    findings = check(folder)
    for finding in findings:
        print(finding, file=sys.stderr)
    if errors := sum(finding.level == "error" for finding in findings):
        words = f"{errors} errors" if errors > 1 else "an error"
        raise Failed(f"the check has found {words}, so nothing was built: correct that, or --no-check")


def _build(folder: Path, out: Path, key: SigningKey) -> BundleInfo:
    from carservices.app.manifest import load

    vendor(load(folder / MANIFEST).libraries, folder)
    return build_bundle(folder, out, key)


def key(arguments: list[str]) -> int:
    """Make a key, or show the public half of one."""
    options = parser("app key", "Make a publisher's key; for one that exists, show its public half.")
    options.add_argument("file", type=Path, nargs="?", default=_developer_key(), metavar="FILE")
    chosen = options.parse_args(arguments[1:])
    with _told():
        made = SigningKey.load(chosen.file) if chosen.file.exists() else SigningKey.make(chosen.file)
    print(f"{chosen.file}: key {made.id}, public {made.public.hex()}")
    return 0


def trust(arguments: list[str]) -> int:
    """List, add and remove publishers."""
    options = parser("app trust", "Whose bundles may be installed: without arguments a list.")
    options.add_argument("name", nargs="?", help="of the publisher")
    options.add_argument("public", nargs="?", metavar="KEY", help="64 hexadecimal digits; without: trust NAME no more")
    add_json(options)
    chosen = options.parse_args(arguments[1:])
    with _told():
        if chosen.name is None:
            names = _trust().names()
            if chosen.json:
                show_json(names)
            else:
                show_table(("KEY", "PUBLISHER"), list(names.items()))
        elif chosen.public is None:
            _trust().remove(chosen.name)
        else:
            try:
                public = bytes.fromhex(chosen.public)
            except ValueError:
                raise Usage(f"'{chosen.public[:80]}' is no key: 64 hexadecimal digits, as `app key` shows") from None
            _trust().add(chosen.name, public)
    return 0


def show(arguments: list[str]) -> int:
    """List what is installed."""
    options = parser("app list", "What is installed; the apps that are part of the car stand in `carservices apps`.")
    add_json(options)
    chosen = options.parse_args(arguments[1:])
    names = _trust().names()
    installed = _store().apps()
    if chosen.json:
        show_json([{**_row(one), "folder": str(one.folder)} for one in installed])
    else:
        rows = [(one.id, one.version, one.previous, names.get(one.publisher, one.publisher)) for one in installed]
        show_table(("APP", "VERSION", "BEFORE", "PUBLISHER"), rows)
    return 0


def install(arguments: list[str]) -> int:
    """Show what would be installed, ask, and do it."""
    options = parser("app install", "Install or update an app; its data stays.")
    options.add_argument("source", help=f"a {SUFFIX} file, a URL, or with --developer a folder with app.toml")
    options.add_argument("--yes", action="store_true", help="do not ask")
    options.add_argument("--developer", action="store_true", help="take a folder as it is, signed by this machine")
    add_json(options)
    add_run_dir(options)
    chosen = options.parse_args(arguments[1:])
    quiet = chosen.json or not sys.stderr.isatty()
    sign = functools.partial(_for_developers, chosen.source, asked=chosen.developer)
    with _told(), fetched(chosen.source, sign, _progress("fetching", quiet)) as bundle:
        if not (chosen.yes or chosen.json):
            _ask(bundle)
        installed = _store().install(bundle, _progress("installing", quiet))
    _rescan(chosen.run_dir)
    if chosen.json:
        show_json(_row(installed))
    else:
        print(f"{installed.id} {installed.version} is installed")
    return 0


def _size(size: int) -> str:
    return f"{size / 1e3:.0f} kB" if size < 1_000_000 else f"{size / 1e6:.1f} MB"


def _ask(bundle: Bundle) -> None:
    manifest = bundle.manifest()
    print(f"{manifest.id} {manifest.version}, {_size(bundle.info.size)}, key {bundle.key_id}. It wants:")
    for scope, reason in manifest.permissions.items():
        print(f"  {scope}: {reason['en']}")
    for host in manifest.hosts:
        print(f"  network: {host}")
    if not (manifest.permissions or manifest.hosts):
        print("  nothing")
    if not sys.stdin.isatty():
        raise Usage("nobody is there to answer: --yes installs without asking")
    if input("Install? [y/N] ").strip().lower() not in ("y", "yes"):
        raise Failed("nothing was installed")


def roll_back(arguments: list[str]) -> int:
    """Exchange the installed version with the one before."""
    options = parser("app rollback", "Back to the version before; a second time forward again. Its data stays.")
    options.add_argument("app", help="its id")
    add_run_dir(options)
    chosen = options.parse_args(arguments[1:])
    with _told():
        now = _store().roll_back(chosen.app)
    _rescan(chosen.run_dir)
    print(f"{now.id} is {now.version} again")
    return 0


def remove(arguments: list[str]) -> int:
    """Remove an app and what it stored."""
    options = parser("app remove", "Uninstall an app with its data.")
    options.add_argument("app", help="its id")
    options.add_argument("--keep-data", action="store_true", help="for a later installation")
    add_run_dir(options)
    chosen = options.parse_args(arguments[1:])
    with _told():
        _store().remove(chosen.app)
    _rescan(chosen.run_dir)
    if not chosen.keep_data:
        for stored in (state_dir() / DATA).glob(f"*/{chosen.app}"):
            shutil.rmtree(stored, ignore_errors=True)
    print(f"{chosen.app} is removed")
    return 0


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """Errors of bundles, keys and installations become the command's own."""
    try:
        yield
    except (BundleError, ManifestError, InstallError, FetchError, VendorError, BadKey) as error:
        raise Failed(str(error)) from None
    except OSError as error:
        raise Failed(f"{error.filename or 'a file'} cannot be read or written ({error.strerror or error})") from None


def _rescan(run_dir: Path) -> None:
    """Tell a car that runs."""
    if running_pid(run_dir) is None:
        return

    async def rescan(car: Any) -> int:
        await car.service(Apps).rescan()
        return 0

    with contextlib.suppress(CallError):  # a car without the app host finds out when it starts
        with_car(run_dir, rescan)


def _progress(what: str, quiet: bool) -> Any:
    def show(done: int, of: int) -> None:
        if not quiet and of:
            end = "\n" if done >= of else ""
            print(f"\r{what} {done / 1e6:.1f} of {of / 1e6:.1f} MB", end=end, file=sys.stderr, flush=True)

    return show


def _row(one: Installed) -> dict[str, Any]:
    return {"id": one.id, "version": one.version, "previous": one.previous, "publisher": one.publisher}


def _store() -> Store:
    return Store(state_dir() / INSTALLED, _trust())


def _trust() -> Trust:
    return Trust(state_dir() / TRUSTED)


def _developer_key() -> Path:
    return settings_file().parent / "developer.pem"


def _developer() -> SigningKey:
    """This machine's own key, made and trusted at first use: who can write here may install anyway."""
    file = _developer_key()
    key = SigningKey.load(file) if file.exists() else SigningKey.make(file)
    if not _trust().knows(key.public):
        _trust().add(DEVELOPER, key.public)
    return key


def _for_developers(folder: str, *, asked: bool) -> SigningKey:
    """The key for a folder that is installed as it is. Raises Usage, and Failed while developer mode is off."""
    if not asked:
        raise Usage(
            f"{folder} is a folder and no bundle: `carservices app build` makes one, --developer takes it as it is"
        )
    if not load_settings()[0].developer:
        raise Failed("folders are installed in developer mode only: `carservices settings developer true`")
    return _developer()


def _signing_key(file: Path | None) -> SigningKey:
    return SigningKey.load(file) if file else _developer()


def _add_key(options: argparse.ArgumentParser) -> None:
    options.add_argument("--key", type=Path, metavar="FILE", help="sign with this one, not with the developer's")
