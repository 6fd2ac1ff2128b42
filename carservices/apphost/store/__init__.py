"""Bundles of apps: built reproducibly and signed, checked, installed as a whole or not at all, and rolled back.

Fetching a bundle and installing it are apart: whatever brings the file, the installer trusts nothing but signatures.
"""

from carservices.apphost.store.bundle import Bundle, BundleError, BundleInfo, build
from carservices.apphost.store.install import Installed, InstallError, Store
from carservices.apphost.store.keys import BadKey, SigningKey, Trust

__all__ = [
    "BadKey",
    "Bundle",
    "BundleError",
    "BundleInfo",
    "InstallError",
    "Installed",
    "SigningKey",
    "Store",
    "Trust",
    "build",
]
