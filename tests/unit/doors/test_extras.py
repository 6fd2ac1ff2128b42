"""A package that is missing stays missing: who needs it is not started again."""

import pytest

from carservices.hal.registry import BrokenHal
from carservices_hal.extras import extra


def test_a_missing_package_is_named_with_its_cure():
    with pytest.raises(BrokenHal, match=r"'no_such_package': pip install 'carservices\[kuksa\]'"), extra("kuksa"):
        import no_such_package  # noqa: F401
