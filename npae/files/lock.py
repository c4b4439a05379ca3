"""The lock of a folder: one run at a time writes into it, and a second one is told which process that is."""

from __future__ import annotations

import contextlib
import os
import shlex
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows: there is no lock
    fcntl = None  # type: ignore[assignment]

NAME = ".lock"


class InUse(ValueError):
    """Another process holds the lock; the message says which one."""


@contextlib.contextmanager
def locked(folder: str | os.PathLike, wait: bool = False) -> Iterator[None]:
    """Hold the lock of a folder during a ``with`` block.

    The system frees the lock when the process ends, however it ends. A file system that has no locks is used
    without one.

    Parameters
    ----------
    folder : path
        It exists. It may be renamed while it is locked: the lock goes with it.
    wait : bool
        Whether to wait until the lock is free.

    Raises
    ------
    InUse
        If another process holds it, unless ``wait``.
    OSError
        If the folder cannot be written.
    """
    with contextlib.ExitStack() as stack:
        while fcntl and not _taken(
            Path(folder), wait, attempt := stack.enter_context(contextlib.ExitStack())
        ):
            attempt.close()
        yield


def _taken(folder: Path, wait: bool, held: contextlib.ExitStack) -> bool:
    """Take the lock, to be freed by ``held``; return False if folder or file were replaced meanwhile."""
    place = os.open(folder, os.O_RDONLY)
    held.callback(os.close, place)
    handle = os.open(NAME, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o644, dir_fd=place)
    held.callback(os.close, handle)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        raise InUse(
            f"{folder} is in use by {_holder(handle)}; wait for its end, or choose another folder"
        ) from None
    except OSError:  # the file system has no locks
        return True
    try:
        same = os.path.samestat(os.stat(folder), os.fstat(place))
        same &= os.path.samestat(os.stat(NAME, dir_fd=place, follow_symlinks=False), os.fstat(handle))
    except FileNotFoundError:
        return False
    if same:
        held.callback(_remove, place)  # before the handles are closed: no process may lock a removed file
        os.ftruncate(handle, 0)
        os.pwrite(handle, _this_process().encode(errors="replace"), 0)
    return same


def _remove(place: int) -> None:
    with contextlib.suppress(OSError):
        os.unlink(NAME, dir_fd=place)


def _holder(handle: int) -> str:
    for _ in range(200):  # the holder writes a moment after it has locked, on a busy machine a longer one
        if text := os.pread(handle, 1000, 0).decode(errors="replace"):
            return text
        time.sleep(0.01)
    return "another process"


def _this_process() -> str:
    since = time.strftime("%Y-%m-%d %H:%M:%S")
    command = shlex.join([os.path.basename(sys.argv[0] or "python"), *sys.argv[1:]])
    return f"process {os.getpid()} on {socket.gethostname()} since {since} ({command})"
