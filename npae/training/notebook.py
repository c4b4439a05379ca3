"""The output of a notebook's cell, as a terminal on which a line can be written anew."""

from __future__ import annotations

import io
import sys
from typing import Any

ERASE = "\r\x1b[2K"  # what erases the line of a terminal


class CellOutput(io.TextIOBase):
    """A stream whose text is one output of the running cell, which `flush` replaces by the newer text.

    A saved notebook holds the last text, as plain text: no line twice, and no escape sequence.

    Parameters
    ----------
    shell : IPython.InteractiveShell
    display : callable
        ``IPython.display.display``.
    """

    def __init__(self, shell: Any, display: Any):
        self._shell, self._display = shell, display
        self._text, self._cell, self._output = "", None, None

    def isatty(self) -> bool:
        """Return True: a line can be written anew."""
        return True

    def write(self, text: str) -> int:
        """Add a text; after `ERASE` it replaces the last line. A new cell begins a new output."""
        if self._cell != (cell := self._shell.execution_count):
            self._text, self._cell, self._output = "", cell, None
        if text.startswith(ERASE):
            self._text = self._text[: self._text.rfind("\n") + 1]
        self._text += text.removeprefix(ERASE)
        return len(text)

    def flush(self) -> None:
        """Show the text."""
        content = {"text/plain": self._text}
        if self._output is None:
            self._output = self._display(content, raw=True, display_id=True)
        else:
            self._output.update(content, raw=True)


def cell_output() -> CellOutput | None:
    """Return the output of the running cell, or None outside a notebook."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    if getattr(shell, "kernel", None) is None:  # IPython in a terminal has a shell without a kernel
        return None
    return CellOutput(shell, sys.modules["IPython.display"].display)
