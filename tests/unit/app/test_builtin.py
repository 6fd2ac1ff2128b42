"""Every app of this repository speaks the languages of the cockpit, has an icon, and says what it is."""

from pathlib import Path

import pytest

from carservices.app.i18n import FALLBACK
from carservices.app.manifest import load
from carservices.app.png import decode
from carservices.apptools.contents import check_texts
from carservices.apptools.source import Source
from carservices_ui.i18n import LANGUAGES

BUNDLES = sorted(path.parent for path in (Path(__file__).parents[3] / "apps").glob("*/app.toml"))


@pytest.mark.parametrize("bundle", BUNDLES, ids=lambda bundle: bundle.name)
def test_a_bundle_is_complete(bundle):
    manifest = load(bundle)
    assert manifest.id == bundle.name
    assert {file.name for file in bundle.glob("strings.*")} == {f"strings.{language}.toml" for language in LANGUAGES}
    assert list(check_texts(Source.read(bundle), manifest, bundle)) == []
    assert all(words.keys() == LANGUAGES.keys() for words in (manifest.name, *manifest.permissions.values()))
    titles = [setting.title for setting in manifest.settings.values()]
    assert all(title.keys() in (LANGUAGES.keys(), {FALLBACK}) for title in titles)
    assert decode((bundle / str(manifest.icon)).read_bytes(), 1 << 20)[:2] == (192, 192)
    assert (bundle / "README.md").is_file()
