"""Writes a file whole or not at all, also if the process is killed, the disk is full or the power fails."""

from __future__ import annotations

import csv
import errno
import io
import os
import re
import secrets
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from npae import arguments

UNFINISHED = ".npae-*.part"  # the temporary names; a killed process leaves its file, and `sweep` removes it
# The names of version 0.1.0: in a run's folder, and in the cache.
_OF_0_1_0 = re.compile(r"\.\w+\.(npz|csv|json|npy)\.\w{8}\.part|(train|t10k)-[\w.-]+\.\d+\.part")


class WriteError(OSError, ValueError):
    """A file cannot be written; the one before is unchanged."""


@contextmanager
def written_whole(path: str | os.PathLike) -> Iterator[BinaryIO]:
    """Yield a buffer in memory; after a ``with`` block without an error, its content becomes the file.

    The content goes to a new file with a name that cannot be predicted, is flushed to the disk, read back and
    compared. Only then the new file takes the name of the one before, in one step, and the folder is flushed.

    Raises
    ------
    ValueError
        If ``path`` is no path.
    WriteError
        If any of this fails; the file is then the one before.
    """
    path, content = Path(arguments.path(path)), io.BytesIO()
    yield content
    part = path.parent / f".npae-{secrets.token_hex(8)}.part"
    try:
        with open(part, "xb") as file:
            file.write(content.getbuffer())
            file.flush()
            os.fsync(file.fileno())
        _compare(part, content)
        os.replace(part, path)
        _flush_folder(path.parent)
    except OSError as error:
        raise WriteError(f"cannot write {path}: {error.strerror or error}") from None
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def write_whole(path: str | os.PathLike, content: bytes | bytearray) -> Path:
    """Write a file, see `written_whole`, and return its path."""
    with written_whole(path) as file:
        file.write(content)
    return Path(path)


def write_csv(path: str | os.PathLike, rows: Iterable[Sequence[object]]) -> None:
    """Write a table as CSV, see `written_whole`; a cell may be the name of a file, of any bytes."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    write_whole(path, text.getvalue().encode(errors="surrogateescape"))


def sweep(folder: Path) -> None:
    """Remove what killed processes left unfinished in a folder; the caller holds its lock."""
    for part in folder.glob("*.part"):
        if part.match(UNFINISHED) or _OF_0_1_0.fullmatch(part.name):
            with suppress(OSError):
                part.unlink()


def _compare(part: Path, content: io.BytesIO) -> None:
    content.seek(0)
    with open(part, "rb") as file:
        while chunk := content.read(1 << 20):
            if file.read(len(chunk)) != chunk:
                raise OSError(errno.EIO, "the disk gave back other bytes than were written")


def _flush_folder(folder: Path) -> None:
    """Flush a rename to the disk, where the system can (Windows and some network drives cannot)."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(handle)
