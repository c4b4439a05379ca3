"""Tables, as lines of text and as HTML, in which every text is escaped: it may be from a stranger's file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from npae.arguments import printable


def aligned(rows: Sequence[Sequence[str]], sides: str) -> list[str]:
    """Return rows of cells as lines: columns to the left, "<", or right, ">", as those without a side are."""
    widths = enumerate(max(map(len, column)) for column in zip(*rows))
    form = "  ".join(f"{{{k}:{(sides + '>' * k)[k]}{width}}}" for k, width in widths if width)
    return [form.format(*row).rstrip() for row in rows]


def table(
    head: Sequence[str], rows: Iterable[Sequence[str]], title: str = "", notes: Sequence[str] = ()
) -> str:
    """Return an HTML table: the first column to the left, the others to the right, notes below.

    Parameters
    ----------
    head : sequence of str
        The names of the columns.
    rows : iterable of sequences of str
    title : str
    notes : sequence of str
    """
    lines = [f"<caption>{text(title)}</caption>"] if title else []
    for tag, row in [("th", head), *(("td", row) for row in rows)]:
        sides = ["left", *["right"] * len(row)]
        cells = (f'<{tag} style="text-align:{side}">{text(cell)}</{tag}>' for side, cell in zip(sides, row))
        lines.append(f"<tr>{''.join(cells)}</tr>")
    return f"<table>{''.join(lines)}</table>" + "".join(f"<div>{text(note)}</div>" for note in notes)


def text(value: str) -> str:
    """Return a text for HTML, without control characters."""
    return escape(printable(str(value)))
