"""Wrong answers that are no small change of a solution are written as whole files."""

from __future__ import annotations

from textwrap import dedent


def whole(text: str) -> str:
    """Return the text of a file from an indented string, with NumPy imported."""
    return "import numpy as np\n\n" + dedent(text)
