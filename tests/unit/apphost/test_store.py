"""Bundles and their installation: reproducible, refused when anything is wrong, whole or not at all."""

import io
import json
import os
import shutil
import signal
import stat
import sys
import zipfile
from contextlib import suppress
from dataclasses import replace
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carservices.apphost.store import Bundle, BundleError, InstallError, SigningKey, Store, Trust, build
from carservices.apphost.store.bundle import META, SIGNATURE, BundleInfo, FileInfo
from carservices.apphost.store.install import order
from carservices.apphost.store.keys import BadKey
from carservices.apphost.store.vendor import VendorError, vendor

MANIFEST = """
id = "org.example.tyres"
name = "Tyres"
version = "{version}"
min_sdk = 1
entry = "tyres:Tyres"
category = "utility"
icon = "icon.png"
"""


@pytest.fixture(scope="module")
def key(tmp_path_factory):
    return SigningKey.make(tmp_path_factory.mktemp("keys") / "publisher.pem")


@pytest.fixture
def app(tmp_path):
    """Writes the folder of a version and gives its path."""

    def write(version="1.0.0", text="print(1)\n"):
        folder = tmp_path / "source" / version
        (folder / "strings").mkdir(parents=True, exist_ok=True)
        (folder / "app.toml").write_text(MANIFEST.format(version=version))
        (folder / "tyres.py").write_text(text)
        (folder / "strings" / "de.toml").write_text('title = "Reifen"\n')
        (folder / "icon.png").write_bytes(b"png")
        return folder

    return write


@pytest.fixture
def bundle(app, key, tmp_path):
    """Builds the bundle of a version and gives its path."""

    def make(version="1.0.0", by=None, **more):
        path = tmp_path / f"{version}.capp"
        build(app(version, **more), path, by or key)
        return path

    return make


@pytest.fixture
def store(tmp_path, key):
    trust = Trust(tmp_path / "trusted")
    trust.add("publisher", key.public)
    return Store(tmp_path / "installed", trust)


def install(store, path):
    with Bundle(path) as opened:
        return store.install(opened)


def test_the_same_folder_gives_the_same_bytes(app, key, tmp_path):
    folder = app()
    build(folder, tmp_path / "one.capp", key)
    (folder / "__pycache__").mkdir()
    (folder / "__pycache__" / "x.pyc").write_bytes(b"time and place")
    (folder / ".git").mkdir()
    for name in (".git/config", "x.pyc", "old.capp"):
        (folder / name).write_text("what no app needs")
    os.utime(folder / "tyres.py", (1, 1))
    (folder / "tyres.py").chmod(0o700)
    build(folder, tmp_path / "two.capp", key)
    assert (tmp_path / "one.capp").read_bytes() == (tmp_path / "two.capp").read_bytes()


def test_install_update_roll_back_and_remove(store, bundle):
    first = install(store, bundle("1.0.0"))
    assert (first.folder / "strings" / "de.toml").read_text() == 'title = "Reifen"\n'
    assert (first.id, first.version, first.previous) == ("org.example.tyres", "1.0.0", None)
    second = install(store, bundle("1.1.0", text="print(2)\n"))
    assert (second.version, second.previous) == ("1.1.0", "1.0.0")
    back = store.roll_back("org.example.tyres")
    assert (back.version, back.folder, back.previous) == ("1.0.0", first.folder, "1.1.0")
    assert store.roll_back("org.example.tyres").version == "1.1.0"
    third = install(store, bundle("1.2.0"))
    assert store.apps() == [third]
    assert not first.folder.exists()
    store.remove("org.example.tyres")
    assert store.apps() == []
    with pytest.raises(InstallError, match=r"org.example.tyres is not installed"):
        store.remove("org.example.tyres")


def test_what_is_refused_and_why(store, bundle, key, tmp_path):
    stranger = SigningKey.make(tmp_path / "stranger.pem")
    with pytest.raises(InstallError, match=r"unknown key .*: if you know its publisher, `carservices app trust NAME"):
        install(store, bundle("1.0.0", by=stranger))
    path = bundle("0.9.0")
    with Bundle(path) as good:
        newer = replace(good.info, min_sdk=99)
    with pytest.raises(InstallError, match=r"needs SDK 99, this car has 1: update the car"):
        install(store, signed_by(key, path, newer))
    install(store, bundle("1.1.0"))
    with pytest.raises(InstallError, match=r"1.1.0 is installed already"):
        install(store, bundle("1.1.0"))
    with pytest.raises(InstallError, match=r"1.1.0 is newer than 1.0.0: `carservices app rollback"):
        install(store, bundle("1.0.0"))
    store._trust.add("stranger", stranger.public)
    with pytest.raises(InstallError, match=r"is installed from the publisher .*: remove the app first"):
        install(store, bundle("2.0.0", by=stranger))
    assert [one.version for one in store.apps()] == ["1.1.0"]
    with pytest.raises(InstallError, match="no earlier version"):
        store.roll_back("org.example.tyres")


def test_no_room_is_said_before_anything_is_written(store, bundle, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10**9, 10**9, 1 << 20))
    with pytest.raises(InstallError, match=r"no room: 0.0 MB are needed, 0.0 MB are free"):
        install(store, bundle())
    assert store.apps() == []


def test_a_disk_that_fills_up_leaves_the_old_version(store, bundle, monkeypatch):
    install(store, bundle("1.0.0"))

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(InstallError, match=r"was not installed: No space left on device; make room"):
        install(store, bundle("1.1.0"))
    monkeypatch.undo()
    assert [one.version for one in store.apps()] == ["1.0.0"]
    assert len(list((store._root / "org.example.tyres" / "versions").iterdir())) == 1


def test_two_at_once_do_not_mix(store, bundle):
    with store._locked("org.example.tyres"), pytest.raises(InstallError, match="being installed or removed right now"):
        install(store, bundle())


TOUCHES = {"open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.chmod", "shutil.rmtree"}


def dies_at(step, work):
    """Do the work in a process that is killed at its step-th touch of the file system; whether it came that far."""
    pid = os.fork()
    if pid == 0:
        left = step

        def count(event, _arguments):
            nonlocal left
            if event in TOUCHES:
                left -= 1
                if left == 0:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(count)
        try:
            work()
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) != 0


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_a_kill_at_any_step_leaves_one_version_or_the_other(store, bundle, tmp_path):
    old, new = bundle("1.0.0"), bundle("1.1.0", text="print('new')\n")
    install(store, old)
    kept = tmp_path / "kept"
    shutil.copytree(store._root, kept)
    seen = []
    for step in range(1, 500):
        died = dies_at(step, lambda: install(store, new))
        (one,) = store.apps()
        seen.append(one.version)
        assert (one.folder / "tyres.py").read_text() == ("print(1)\n" if one.version == "1.0.0" else "print('new')\n")
        assert len(list(one.folder.rglob("*"))) == 5
        store.sweep()
        assert [again.version for again in store.apps()] == [one.version]
        assert len(list((store._root / one.id / "versions").iterdir())) == (1 if one.previous is None else 2)
        if one.version == "1.0.0":
            assert install(store, new).version == "1.1.0"
        shutil.rmtree(store._root)
        shutil.copytree(kept, store._root)
        if not died:
            break
    else:
        pytest.fail("it never ended")
    assert seen[0] == "1.0.0"
    assert seen[-1] == "1.1.0"
    assert len(seen) > 10


def rewritten(path, change):
    """The bundle with its entries changed by ``change(name, data)``; None leaves an entry out."""
    out = io.BytesIO()
    with zipfile.ZipFile(path) as before, zipfile.ZipFile(out, "w") as after:
        for entry in before.infolist():
            data = change(entry.filename, before.read(entry))
            if data is not None:
                after.writestr(entry, data)
    path.write_bytes(out.getvalue())
    return path


def signed_by(key, path, meta):
    """The bundle with another table, properly signed: what a hostile publisher could make."""
    data = meta if isinstance(meta, bytes) else meta.dump()
    replaced = {META: data, SIGNATURE: key.public + key.sign(data)}
    return rewritten(path, lambda name, old: replaced.get(name, old))


def test_tampering_is_noticed(store, bundle):
    path = bundle()
    rewritten(path, lambda name, data: data + b"#" if name == "tyres.py" else data)
    with pytest.raises(BundleError, match=r"1.0.0.capp: tyres.py was changed after the bundle was signed"):
        install(store, path)
    path = rewritten(bundle(), lambda name, data: data.replace(b"1.0.0", b"9.0.0") if name == META else data)
    with pytest.raises(BundleError, match="its signature is wrong"):
        Bundle(path)
    path = rewritten(bundle(), lambda name, data: None if name == "icon.png" else data)
    with pytest.raises(BundleError, match=r"not those of the signed table: 'icon.png'"):
        Bundle(path)
    path = bundle()
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("evil.py", "x")
    with pytest.raises(BundleError, match=r"not those of the signed table: 'evil.py'"):
        Bundle(path)
    assert store.apps() == []


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("../evil.py", "may not be called"),
        ("/etc/passwd", "may not be called"),
        ("a/../../b", "may not be called"),
        ("a\\b", "may not be called"),
        ("a\nb", "may not be called"),
        ("./a", "may not be called"),
        ("a//b", "may not be called"),
        ("x" * 300, "may not be called"),
        ("TYRES.py", "are one file on some machines"),
        ("tyres.py/x", "lies in what is a file itself"),
    ],
)
def test_hostile_names_are_refused(bundle, key, name, words):
    path = bundle()
    with Bundle(path) as good:
        info = good.info
    files = {**info.files, name: FileInfo(1, "0")}
    with pytest.raises(BundleError, match=words):
        Bundle(signed_by(key, path, replace(info, files=files)))


@pytest.mark.parametrize(
    ("meta", "words"),
    [
        (b"{}", "META.json is broken"),
        (b"[" * 100_000, "META.json is broken"),
        (b"\xff", "META.json is broken"),
        (json.dumps({"format": 2}).encode(), "newer than this car knows"),
        (BundleInfo("a.b", "1", 1, {}).dump(), "it has no app.toml"),
        (BundleInfo("a.b", "1", 1, {"app.toml": FileInfo(1 << 40, "0")}).dump(), "MB: at most"),
        (BundleInfo("a.b", "1", 1, {str(n): FileInfo(0, "0") for n in range(10_001)}).dump(), "10001 files"),
    ],
    ids=lambda value: str(value)[:24],
)
def test_a_hostile_table_is_refused(bundle, key, meta, words):
    with pytest.raises(BundleError, match=words):
        Bundle(signed_by(key, bundle(), meta))


def test_a_file_that_unpacks_to_more_than_signed_is_cut_off(bundle, key, store, tmp_path):
    path = bundle(text="")
    with Bundle(path) as good:
        info = good.info
    bomb = b"\0" * (32 << 20)
    files = {**info.files, "tyres.py": FileInfo(10, sha256(b"").hexdigest())}
    signed_by(key, path, replace(info, files=files))
    rewritten(path, lambda name, data: bomb if name == "tyres.py" else data)
    with pytest.raises(BundleError, match="was changed after the bundle was signed"):
        install(store, path)
    assert store.apps() == []


def test_links_do_not_get_into_a_bundle(app, key, tmp_path):
    folder = app()
    (folder / "link").symlink_to("/etc/passwd")
    with pytest.raises(BundleError, match="is a link or device"):
        build(folder, tmp_path / "x.capp", key)
    assert not (tmp_path / "x.capp").exists()


@pytest.fixture(scope="module")
def good(tmp_path_factory, key):
    folder = tmp_path_factory.mktemp("app")
    (folder / "app.toml").write_text(MANIFEST.format(version="1.0.0"))
    (folder / "icon.png").write_bytes(b"png")
    path = folder / "good.capp"
    build(folder, path, key)
    return path.read_bytes()


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_a_damaged_file_is_an_error_and_never_more(good, data, tmp_path_factory):
    raw = bytearray(good)
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    raw = raw[: data.draw(st.integers(0, len(raw)))] if data.draw(st.booleans()) else raw
    folder = tmp_path_factory.mktemp("damaged")
    path = folder / "damaged.capp"
    path.write_bytes(raw)
    with suppress(BundleError), Bundle(path) as opened:
        opened.manifest()
        opened.unpack(folder / "out")
        with zipfile.ZipFile(io.BytesIO(good)) as archive:  # what was hit does not matter, such as a date
            assert (folder / "out" / "app.toml").read_bytes() == archive.read("app.toml")


@given(st.lists(st.tuples(*[st.integers(0, 20)] * 3), min_size=2, max_size=6))
def test_versions_are_ordered_as_their_numbers(versions):
    texts = [".".join(map(str, version)) for version in versions]
    assert sorted(texts, key=order) == [".".join(map(str, version)) for version in sorted(versions)]


def test_keys_are_private_and_errors_name_the_cure(tmp_path):
    made = SigningKey.make(tmp_path / "k.pem")
    assert stat.S_IMODE((tmp_path / "k.pem").stat().st_mode) == 0o600
    assert SigningKey.load(tmp_path / "k.pem").id == made.id
    with pytest.raises(BadKey, match="make one with `carservices app key"):
        SigningKey.load(tmp_path / "none.pem")
    (tmp_path / "bad.pem").write_text("x")
    with pytest.raises(BadKey, match=r"bad.pem is no key"):
        SigningKey.load(tmp_path / "bad.pem")
    trust = Trust(tmp_path / "trusted")
    trust.add("me", made.public)
    assert trust.names() == {made.id: "me"}
    for name in ("../me", ".me", "a/b", "a b", ""):
        with pytest.raises(BadKey, match="cannot name a publisher"):
            trust.add(name, made.public)
    with pytest.raises(BadKey, match="64 hexadecimal digits"):
        trust.add("me", b"x")
    trust.remove("me")
    with pytest.raises(BadKey, match="'me' is not trusted; who is: nobody"):
        trust.remove("me")


def test_libraries_must_be_pinned_and_pure(tmp_path, monkeypatch):
    with pytest.raises(VendorError, match=r"'humanize' has no version: write 'humanize==…'"):
        vendor(["humanize"], tmp_path)
    wheels(tmp_path, monkeypatch, "pure-1.0-py3-none-any", {"pure.py": "x = 1"})
    vendor(["pure==1.0"], tmp_path)
    assert sorted(path.name for path in (tmp_path / "lib").iterdir()) == ["pure-1.0.dist-info", "pure.py"]
    assert not list((tmp_path / "lib").rglob("RECORD"))
    wheels(tmp_path, monkeypatch, "fast-1.0-py3-none-any", {"fast.so": "ELF"})
    with pytest.raises(VendorError, match=r"fast.so is machine code"):
        vendor(["fast==1.0"], tmp_path)
    with pytest.raises(VendorError, match=r"nowhere==1.0 cannot be had as wheels"):
        vendor(["nowhere==1.0"], tmp_path)


def wheels(tmp_path, monkeypatch, name, files):
    """Make a wheel and have installers look for it in its folder only."""
    package, version, *_ = name.split("-")
    info = f"{package}-{version}.dist-info"
    every = {
        **files,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {package}\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{path},,\n" for path in [*every, f"{info}/RECORD"])
    with zipfile.ZipFile(tmp_path / f"{name}.whl", "w") as wheel:
        for path, text in {**every, f"{info}/RECORD": record}.items():
            wheel.writestr(path, text)
    for tool in ("PIP", "UV"):
        monkeypatch.setenv(f"{tool}_FIND_LINKS", str(tmp_path))
        monkeypatch.setenv(f"{tool}_NO_INDEX", "1")
