"""OpenSSL for those apps only that use it: asyncio brings it along, and it is a fifth of the memory of a small app.

The process of an app begins without it (`START`). At the first ``import ssl`` of the app or of one of its libraries
asyncio is told that there is one now.
"""

import importlib
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any, Final

START: Final = (
    "import sys; sys.modules['ssl'] = None; import asyncio; del sys.modules['ssl']; "
    "from carservices.app.late_tls import watch; watch(); from carservices.app.run import start; start()"
)
"""The program of an app's process: ``python -I -c START BUNDLE``."""


def watch() -> None:
    """Tell asyncio when somebody imports `ssl`; nothing to do when somebody has."""
    if "ssl" not in sys.modules:
        sys.meta_path.insert(0, _Finder())


class _Finder:
    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name != "ssl":
            return None
        sys.meta_path.remove(self)
        spec = PathFinder.find_spec(name, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = _Loader(spec.loader)  # type: ignore[assignment]  # its base class would load much more
        return spec


class _Loader:
    def __init__(self, loader: Any) -> None:
        self._loader = loader

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        made: ModuleType | None = self._loader.create_module(spec)
        return made

    def exec_module(self, module: ModuleType) -> None:
        self._loader.exec_module(module)
        for name, part in list(sys.modules.items()):
            if name.startswith("asyncio.") and getattr(part, "ssl", module) is None:  # it asked in vain
                part.ssl = module  # type: ignore[attr-defined]
        importlib.reload(sys.modules["asyncio.sslproto"])  # it takes the names of errors out of `ssl` as it is loaded
