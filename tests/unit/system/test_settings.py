"""Settings: what is saved comes back, and a broken file is told, kept aside and survived."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carservices.apphost.sandbox import Level, Minimum
from carservices.system import settings
from carservices.system.settings import Settings, SettingsError

TEXT = st.text(st.characters(codec="utf-8"))


@given(profile=TEXT, developer=st.booleans(), width=st.sampled_from(settings.PIXELS))
def test_what_is_saved_comes_back(tmp_path_factory, profile, developer, width):
    file = tmp_path_factory.mktemp("config") / "carservices" / "settings.toml"
    chosen = Settings(profile=profile, developer=developer, width=width)
    settings.save(chosen, file)
    assert settings.load(file) == (chosen, None)
    assert [path.name for path in file.parent.iterdir()] == ["settings.toml"]


def test_without_a_file_the_defaults_count(tmp_path):
    assert settings.load(tmp_path / "none.toml") == (Settings(), None)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"developer =\n", "line 1"),
        (b"colour = 1", "no setting 'colour'; there are developer, profile"),
        (b"developer = 1", "setting 'developer' is 1, it must be true or false"),
        (b"width = true", "setting 'width' is True, it must be a whole number"),
        (b"height = 0", "setting 'height' is 0, it must be a whole number from 100 to 7680"),
        (b"\xff\xfe", "utf-8"),
        (b"width = " + b"[" * 9999, "recursion"),
    ],
)
def test_a_broken_file_is_told_kept_aside_and_survived(tmp_path, content, words):
    file = tmp_path / "settings.toml"
    file.write_bytes(content)
    kept, problem = settings.load(file)
    assert kept == Settings(sandbox_minimum="full")
    assert words in problem
    assert "settings.toml.broken" in problem
    assert "sandbox_minimum is full until" in problem
    assert (tmp_path / "settings.toml.broken").read_bytes() == content
    settings.save(settings.change(kept, "developer", "false"), file)
    assert settings.load(file) == (Settings(developer=False, sandbox_minimum="full"), None)


def test_what_is_understood_of_a_newer_versions_file_counts(tmp_path):
    file = tmp_path / "settings.toml"
    file.write_text('width = 800\nheight = "tall"\ncolour = 1\nsandbox_minimum = "strong"')
    kept, problem = settings.load(file)
    assert kept == Settings(width=800, sandbox_minimum="strong")
    assert "it must be a whole number" in problem
    assert settings.load(file) == (kept, None)


def test_after_a_broken_file_apps_need_the_strictest_sandbox_until_it_is_chosen_again(tmp_path):
    file = tmp_path / "settings.toml"
    file.write_text('sandbox_minimum = "strong"\nwidth =')
    settings.load(file)
    assert Minimum(file)() is Level.FULL
    settings.save(settings.change(settings.load(file)[0], "sandbox_minimum", "weak"), file)
    assert Minimum(file)() is Level.WEAK


@given(st.binary(max_size=60))
def test_no_content_raises_and_what_counted_goes_on_to_count(tmp_path_factory, content):
    file = tmp_path_factory.mktemp("config") / "settings.toml"
    file.write_bytes(content)
    kept, problem = settings.load(file)
    assert (problem is not None) is file.with_name("settings.toml.broken").exists()
    assert settings.load(file) == (kept, None)


@pytest.mark.parametrize(
    ("key", "text", "words"),
    [
        ("colour", "1", "no setting 'colour'"),
        ("width", "wide", "must be a whole number"),
        ("width", "-5", "must be a whole number from 100 to 7680"),
        ("width", "1\nheight = 2", "must be a whole number"),
        ("developer", "perhaps", "must be true or false"),
        ("sandbox_minimum", "iron", "must be one of weak, strong, full"),
    ],
)
def test_a_wrong_change_is_refused(key, text, words):
    with pytest.raises(SettingsError, match=words):
        settings.change(Settings(), key, text)
