"""Reads what a process prints, and keeps its beginning and its end."""

from __future__ import annotations

import contextlib
import threading
from typing import IO

KEPT_BYTES = 1 << 12


class Hearing:
    """Listens to what a process prints until it ends, and keeps the beginning and the end."""

    def __init__(self, stream: IO[bytes]):
        self.count = 0  # bytes
        self._stream, self._head, self._tail = stream, b"", b""
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        with contextlib.suppress(OSError, ValueError), self._stream:
            while chunk := self._stream.read1(1 << 16):  # type: ignore[attr-defined]
                self.count += len(chunk)
                room = KEPT_BYTES - len(self._head)
                self._head += chunk[:room]
                self._tail = (self._tail + chunk[room:])[-KEPT_BYTES:]

    def text(self) -> str:
        """Return what was heard."""
        self._thread.join(1.0)
        lost = self.count - len(self._head) - len(self._tail)
        gap = f"\n... {lost:,} bytes ...\n".encode() if lost else b""
        return (self._head + gap + self._tail).decode(errors="replace")
