"""Downloads data sets from mirrors, with time limits and checksums; a file is written once it is whole."""

from __future__ import annotations

import contextlib
import http
import http.client
import io
import os
import queue
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable
from pathlib import Path

from npae.datasets.idx import read_payload, unpacked
from npae.datasets.known import CHECKSUMS, FILES, MIRRORS, ROLES, check_sum, checksum, find_files
from npae.files.lock import locked
from npae.files.writing import sweep, write_whole

Progress = Callable[[str, int, "int | None"], None]

CONNECT_SECONDS = 2.5  # after which a mirror is skipped; short, for machines that are offline
READ_SECONDS = 15.0  # without a single byte, or with fewer than `SLOWEST` bytes a second
WHOLE_SECONDS = 900.0  # of all files and mirrors together
SLOWEST = 2000  # bytes a second; a data set would take hours
LARGEST = 64 << 20  # bytes, packed and unpacked; no file of a data set has more
CHUNK = 1 << 16


def offline() -> bool:
    """Return whether the environment variable ``NPAE_OFFLINE`` disables downloads (not empty and not 0)."""
    return os.environ.get("NPAE_OFFLINE", "") not in ("", "0")


def download(
    name: str,
    folder: Path,
    mirrors: Iterable[str] | None = None,
    progress: Progress | None = None,
    seconds: tuple[float, float] | None = None,
    replace: bool = False,
) -> Path:
    """Download the four files of a data set into a folder, and keep correct files in it.

    Where a mirror breaks off, the next one is asked for the rest. A file is kept in memory until it is whole,
    and is written only if its decompressed content has the known SHA-256.

    Parameters
    ----------
    name : str
        "mnist" or "fashion-mnist".
    folder : Path
        Created if it does not exist.
    mirrors : iterable of str, optional
        Addresses of folders, ending in "/", to use instead of the known ones, in this order.
    progress : callable, optional
        Called as ``progress(file, bytes_so_far, bytes_in_all or None)``; by default `show_progress`.
    seconds : (float, float), optional
        The time limits for a mirror's answer and for its next bytes; by default `CONNECT_SECONDS` and
        `READ_SECONDS`.
    replace : bool
        Whether to replace files of the same names with other checksums.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    ConnectionError
        If ``NPAE_OFFLINE`` is set, or no mirror sent a file. After its first line, the message has one line
        for each mirror.
    ValueError
        If another file has the name of one of the four, and ``replace`` is False.
    OSError
        If the folder cannot be written.
    """
    if offline():
        raise ConnectionError(f"{name} cannot be downloaded: NPAE_OFFLINE is set")
    mirrors = MIRRORS[name] if mirrors is None else mirrors
    source = _Mirrors(mirrors, progress or show_progress, seconds or (CONNECT_SECONDS, READ_SECONDS))
    with contextlib.ExitStack() as held:
        if folder.exists():
            held.enter_context(locked(folder, wait=True))
            sweep(folder)
        present = find_files(folder)
        wrong = {role: path for role, path in present.items() if not _is_right(path, name, role)}
        if wrong and not replace:
            files = ", ".join(map(str, wrong.values()))
            raise ValueError(f"{files} would be overwritten, but differ from {name}; choose another folder")
        for role in reversed(ROLES):  # small files first, so that a faulty mirror costs little time
            if role not in present or role in wrong:
                saved = source.get(folder / f"{FILES[role]}.gz", name, role)
                if wrong.get(role, saved) != saved:
                    wrong[role].unlink()  # otherwise it would be found before the correct file
    return folder


def show_progress(file: str, done: int, total: int | None) -> None:
    """Show a download's progress in one line on stderr, if that is a terminal."""
    if not sys.stderr.isatty():
        return
    amount = f"{done / 1e6:5.1f} MB" if total is None else f"{done / 1e6:5.1f} of {total / 1e6:.1f} MB"
    sys.stderr.write(f"\r{file}  {amount}" + "\n" * (done == total))
    sys.stderr.flush()


def _is_right(path: Path, name: str, role: str) -> bool:
    try:
        return checksum(read_payload(path)) == CHECKSUMS[name][role]
    except (ValueError, OSError):
        return False


class _ReadError(Exception):
    """The network failed during a download (an OSError would be an error of the disk)."""


class _Mirrors:
    """The mirrors of a data set, in order; a mirror that failed is not tried again."""

    def __init__(self, mirrors: Iterable[str], progress: Progress, seconds: tuple[float, float]):
        self.mirrors = list(mirrors)
        self.progress = progress
        self.seconds = seconds
        self.deadline = time.monotonic() + WHOLE_SECONDS
        self.failures: list[str] = []
        self.reached = False

    def get(self, target: Path, name: str, role: str) -> Path:
        """Save a file that one mirror, or several together, sent completely, and return its path."""
        content = bytearray()
        for mirror in list(self.mirrors):
            url, begun = mirror + target.name, len(content)
            try:
                self._fetch(url, content)
                try:
                    return _save(content, target, name, role)
                except ValueError:
                    if not begun:
                        raise
                    content.clear()  # the beginning was another mirror's, which packs the file in another way
                    self._fetch(url, content)
                    return _save(content, target, name, role)
            except _ReadError as error:
                self.failures.append(f"{url}: {error}")
            except OSError:  # of the disk
                raise
            except ValueError as error:
                content.clear()
                self.failures.append(f"{url}: {error}")
            self.mirrors.remove(mirror)
        what = "no mirror sent it whole" if self.reached else "no mirror can be reached"
        raise ConnectionError("\n  ".join([f"{name} cannot be downloaded: {what}", *self.failures]))

    def _fetch(self, url: str, content: bytearray) -> None:
        """Append what an address sends after the first bytes, which are already there, to ``content``."""
        if time.monotonic() > self.deadline:
            raise _ReadError(f"not asked, since the download took more than {WHOLE_SECONDS:g} s")
        try:
            response = _open(url, len(content), *self.seconds)
        except urllib.error.HTTPError as error:
            self.reached = True
            error.close()
            if content and error.code == http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
                content.clear()
                return self._fetch(url, content)
            raise _ReadError(f"{error.code} {error.reason}") from None
        except (OSError, ValueError, http.client.HTTPException) as error:
            raise _ReadError(f"cannot be reached ({_reason(error)})") from None
        self.reached = True
        with response:
            if response.status != http.HTTPStatus.PARTIAL_CONTENT:
                content.clear()  # it sends the whole file
            self._read(response, content, url.rpartition("/")[2])

    def _read(self, response: http.client.HTTPResponse, content: bytearray, name: str) -> None:
        length = response.headers.get("Content-Length", "")
        total = len(content) + int(length) if length.isdecimal() else None
        began = shown = time.monotonic()
        first = len(content)
        while True:
            try:
                chunk = response.read1(CHUNK)
            except (OSError, http.client.HTTPException) as error:
                raise _ReadError(f"broke off after {len(content)} bytes ({_reason(error)})") from None
            if not chunk:
                break
            content += chunk
            now = time.monotonic()
            if len(content) > LARGEST:
                content.clear()
                raise _ReadError(f"sent more than {LARGEST} bytes, which is no file of a data set")
            slow = now - began > self.seconds[1] and len(content) - first < SLOWEST * (now - began)
            if slow or now > self.deadline:
                raise _ReadError(f"broke off after {len(content)} bytes, since it is too slow")
            if now - shown > 0.1 or len(content) == total:
                self.progress(name, len(content), total)
                shown = now
        if total is not None and len(content) != total:
            raise _ReadError(f"broke off after {len(content)} of {total} bytes")


def _open(url: str, first: int, connect_seconds: float, read_seconds: float) -> http.client.HTTPResponse:
    """Open an address with a time limit, from its byte ``first`` on if its server can.

    A socket's timeout does not cover the DNS lookup, which can take half a minute without a network. So a
    thread opens the address, and is abandoned if it takes too long.
    """
    rest = {"Range": f"bytes={first}-"} if first else {}
    request = urllib.request.Request(url, headers={"User-Agent": "npae", **rest})
    answers: queue.Queue = queue.Queue()

    def work() -> None:
        try:
            answers.put(urllib.request.urlopen(request, timeout=read_seconds))
        except BaseException as error:  # raised again in the waiting thread
            answers.put(error)

    threading.Thread(target=work, daemon=True).start()
    try:
        answer = answers.get(timeout=connect_seconds)
    except queue.Empty:
        raise TimeoutError(f"no answer within {connect_seconds:g} s") from None
    if isinstance(answer, BaseException):
        raise answer
    return answer


def _save(content: bytearray, target: Path, name: str, role: str) -> Path:
    packed = content.startswith(b"\x1f\x8b")
    payload = unpacked(io.BytesIO(content), "what it sent", LARGEST) if packed else content
    check_sum(checksum(payload), role, name, "what it sent")
    target = target if packed else target.with_suffix("")  # a proxy has decompressed it
    target.parent.mkdir(parents=True, exist_ok=True)
    return write_whole(target, content)


def _reason(error: BaseException) -> str:
    error = getattr(error, "reason", error)
    return str(error) or type(error).__name__
