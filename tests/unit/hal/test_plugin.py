"""The pytest plugin costs those who do not use it nothing, and tells those who do what they reached."""

import subprocess
import sys

KIT = ["--pyargs", "carservices.hal.conformance", "-p", "no:cacheprovider", "-c", "/dev/null"]


def python(*arguments):
    return subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=False)


def test_loading_the_plugin_imports_no_framework():
    code = (
        "import sys, carservices.hal.plugin; print([m for m in ('pydantic', 'pytest', 'asyncio') if m in sys.modules])"
    )
    assert python("-c", code).stdout == "[]\n"


def test_without_a_hal_the_kit_says_what_is_missing():
    ran = python("-m", "pytest", *KIT)
    assert "name the HAL to check: --hal NAME" in ran.stdout
    assert ran.returncode == 4


def test_an_unknown_hal_is_a_usage_error():
    ran = python("-m", "pytest", *KIT, "--hal", "virtul")
    assert "did you mean virtual?" in ran.stdout
    assert ran.returncode == 4
