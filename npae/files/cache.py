"""npae's cache folder, for downloads and compiled kernels, and whether others can write to a folder."""

from __future__ import annotations

import functools
import os
import stat
import sys
from contextlib import suppress
from pathlib import Path


def cache_folder() -> Path:
    """Return the folder for downloads: ``npae`` in ``XDG_CACHE_HOME``, or in the system's cache folder."""
    home = Path(os.path.expanduser("~"))
    if os.environ.get("XDG_CACHE_HOME"):
        return Path(os.environ["XDG_CACHE_HOME"]) / "npae"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local") / "npae" / "Cache"
    return home / ("Library/Caches" if sys.platform == "darwin" else ".cache") / "npae"


def folder_for(name: str) -> Path:
    """Return a folder in npae's cache, created for this user alone if it is missing and can be created."""
    folder = cache_folder() / name
    with suppress(OSError):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def is_ours(folder: Path) -> bool:
    """Return whether only this user and the administrator can write to a folder or replace it."""
    if not hasattr(os, "geteuid"):
        return True
    folder = Path(os.path.realpath(folder))
    for place in (folder, *folder.parents):
        try:
            status = place.stat()
        except OSError:
            return False
        others = status.st_mode & (stat.S_IWOTH | (0 if _is_private(status.st_gid) else stat.S_IWGRP))
        sticky = place != folder and status.st_mode & stat.S_ISVTX  # as /tmp: only we can rename our folder
        if status.st_uid not in (0, os.geteuid()) or (others and not sticky):
            return False
    return True


@functools.cache
def _is_private(group: int) -> bool:
    """Return whether a group is the one of this user alone that many systems create with each user."""
    import grp
    import pwd

    try:
        name, found = pwd.getpwuid(os.geteuid()).pw_name, grp.getgrgid(group)
    except KeyError:
        return False
    return found.gr_name == name and set(found.gr_mem) <= {name}
