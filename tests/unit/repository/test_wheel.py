"""The wheel holds each package with its types, and the car's own apps where an installed car looks for them."""

from pathlib import Path

from hatchling.builders.wheel import WheelBuilder

from carservices.apphost.bundles import SHIPPED

ROOT = Path(__file__).parents[3]


def test_the_wheel_is_a_whole_car():
    builder = WheelBuilder(str(ROOT))
    files = [*builder.recurse_included_files(), *builder.recurse_forced_files(builder.config.force_include)]
    packed = {file.distribution_path for file in files}
    own = [path.parent.name for path in ROOT.glob("apps/*/app.toml")]
    assert own
    assert packed.issuperset(f"{SHIPPED.relative_to(ROOT)}/{app}/app.toml" for app in own)
    assert packed.issuperset(f"carservices{room}/py.typed" for room in ("", "_hal", "_ui", "_emulator"))
