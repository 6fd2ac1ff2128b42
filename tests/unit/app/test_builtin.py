"""Every app of this repository speaks English and German, has an icon, and says what it is."""

from pathlib import Path

import pytest

from carservices.app.i18n import Strings
from carservices.app.manifest import load
from carservices.app.png import decode

BUNDLES = sorted(path.parent for path in (Path(__file__).parents[3] / "apps").glob("*/app.toml"))


@pytest.mark.parametrize("bundle", BUNDLES, ids=lambda bundle: bundle.name)
def test_a_bundle_is_complete(bundle):
    manifest = load(bundle)
    assert manifest.id == bundle.name
    assert {"en", "de"} <= manifest.name.keys()
    texts = Strings.load(bundle).by_language
    assert texts["en"].keys() == texts["de"].keys()
    assert decode((bundle / str(manifest.icon)).read_bytes(), 1 << 20)[:2] == (192, 192)
    assert (bundle / "README.md").is_file()
