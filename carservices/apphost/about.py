"""What only a look at the disk tells about an app: how much room it takes, who published it, what was before it."""

import os
from pathlib import Path

from carservices.api.appstatus import About
from carservices.apphost.bundles import Bundle
from carservices.apphost.places import Places


def about(places: Places, bundle: Bundle, stored: Path) -> About:
    """``stored`` is where it keeps its files. Walks its folders: not for the event loop."""
    installed = None if bundle.builtin else places.store().app(bundle.id)
    names = places.trust().names() if installed else {}
    return About(
        size=octets(bundle.folder),
        data=octets(stored),
        publisher=names.get(installed.publisher, installed.publisher) if installed else None,
        previous=installed.previous if installed else None,
    )


def octets(folder: Path) -> int:
    """Bytes of all files below a folder; 0 when it is not there. Links are not followed."""
    total = 0
    for where, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.lstat(Path(where, name)).st_size
            except OSError:
                continue  # it has gone meanwhile
    return total
