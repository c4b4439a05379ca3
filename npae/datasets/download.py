"""Downloads data sets from mirrors, with time limits and checksums, and without partial files."""

from __future__ import annotations

import http.client
import os
import queue
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable
from pathlib import Path

from npae.datasets.idx import read_payload
from npae.datasets.known import CHECKSUMS, FILES, MIRRORS, ROLES, check_sum, checksum, find_files

Progress = Callable[[str, int, "int | None"], None]

CONNECT_SECONDS = 2.5  # after which a mirror is skipped; short, for machines that are offline
READ_SECONDS = 15.0  # without a single byte
LARGEST = 64 << 20  # bytes; no file of a data set is half as large
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

    Each file is downloaded from the first mirror that sends it completely. It is written to a ``.part`` file
    and renamed only if its decompressed content has the known SHA-256.

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
    present = find_files(folder)
    wrong = {role: path for role, path in present.items() if not _is_right(path, name, role)}
    if wrong and not replace:
        files = ", ".join(map(str, wrong.values()))
        raise ValueError(f"{files} would be overwritten, but differ from {name}; choose another folder")
    mirrors = MIRRORS[name] if mirrors is None else mirrors
    source = _Mirrors(mirrors, progress or show_progress, seconds or (CONNECT_SECONDS, READ_SECONDS))
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
    print(f"\r{file}  {amount}", end="\n" if done == total else "", file=sys.stderr, flush=True)


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
        self.failures: list[str] = []
        self.reached = False

    def get(self, target: Path, name: str, role: str) -> Path:
        """Save a file from the first mirror that sends it completely, and return its path."""
        for mirror in list(self.mirrors):
            url = mirror + target.name
            response = self._open(url)
            if response:
                self.reached = True
                try:
                    with response:
                        return _save(response, target, name, role, self.progress)
                except (ValueError, _ReadError) as error:
                    self.failures.append(f"{url}: {error}")
            self.mirrors.remove(mirror)
        what = "no mirror sent it whole" if self.reached else "no mirror can be reached"
        raise ConnectionError("\n  ".join([f"{name} cannot be downloaded: {what}", *self.failures]))

    def _open(self, url: str) -> http.client.HTTPResponse | None:
        try:
            return _open(url, *self.seconds)
        except urllib.error.HTTPError as error:
            self.reached = True
            self.failures.append(f"{url}: {error.code} {error.reason}")
            error.close()
        except (OSError, ValueError, http.client.HTTPException) as error:
            self.failures.append(f"{url}: cannot be reached ({_reason(error)})")
        return None


def _open(url: str, connect_seconds: float, read_seconds: float) -> http.client.HTTPResponse:
    """Open an address with a time limit.

    A socket's timeout does not cover the DNS lookup, which can take half a minute without a network. So a
    thread opens the address, and is abandoned if it takes too long.
    """
    request = urllib.request.Request(url, headers={"User-Agent": "npae"})
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


def _save(response: http.client.HTTPResponse, target: Path, name: str, role: str, progress: Progress) -> Path:
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f"{target.name}.{os.getpid()}.part")
    try:
        with open(part, "wb") as file:
            for chunk in _chunks(response, target.name, progress):
                file.write(chunk)
        try:
            payload = read_payload(part)
        except ValueError as error:
            raise ValueError(str(error).replace(str(part), "what it sent")) from None
        check_sum(checksum(payload), role, name, "what it sent")
        if part.stat().st_size == len(payload):
            target = target.with_suffix("")  # a proxy has decompressed it
        os.replace(part, target)
        return target
    finally:
        part.unlink(missing_ok=True)


def _chunks(response: http.client.HTTPResponse, name: str, progress: Progress) -> Iterable[bytes]:
    length = response.headers.get("Content-Length", "")
    total = int(length) if length.isdigit() else None
    done, shown = 0, 0.0
    while True:
        try:
            chunk = response.read(CHUNK)
        except (OSError, http.client.HTTPException) as error:
            raise _ReadError(f"broke off after {done} bytes ({_reason(error)})") from None
        if not chunk:
            break
        done += len(chunk)
        if done > LARGEST:
            raise _ReadError(f"sent more than {LARGEST} bytes, which is no file of a data set")
        yield chunk
        if time.monotonic() - shown > 0.1 or done == total:
            progress(name, done, total)
            shown = time.monotonic()
    if total is not None and done != total:
        raise _ReadError(f"broke off after {done} of {total} bytes")


def _reason(error: BaseException) -> str:
    error = getattr(error, "reason", error)
    return str(error) or type(error).__name__
