"""Prints texts, which may come from a stranger's file or program: none of them steers the terminal."""

from __future__ import annotations

import json
import math
import sys
from typing import Any

from npae.arguments import printable


def say(text: object = "", end: str = "\n") -> None:
    """Print a text and flush, also into a pipe; what the terminal's encoding lacks is escaped too."""
    shown = printable(str(text))
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    print(shown.encode(encoding, "backslashreplace").decode(encoding), end=end, flush=True)


def warn(line: object) -> None:
    """Print a line on stderr."""
    print(printable(str(line)), file=sys.stderr)


def json_text(value: Any) -> str:
    """Return JSON that every program and terminal can read: numbers that are not finite are strings."""
    return json.dumps(_finite(value), indent=2, allow_nan=False).replace("\x7f", "\\u007f")


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(part) for part in value]
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value
