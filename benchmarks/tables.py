"""Tables in Markdown, and numbers as texts."""

from __future__ import annotations

from collections.abc import Sequence

MISSING = "–"


def markdown(header: Sequence[str], rows: Sequence[Sequence[object]], left: int = 1) -> str:
    """Return an aligned Markdown table; the first ``left`` columns are left-aligned, the others right."""
    cells = [[str(cell) for cell in row] for row in (header, *rows)]
    widths = [max(3, *map(len, column)) for column in zip(*cells)]
    rule = ["-" * width if k < left else "-" * (width - 1) + ":" for k, width in enumerate(widths)]
    aligned = [
        [cell.ljust(w) if k < left else cell.rjust(w) for k, (cell, w) in enumerate(zip(row, widths))]
        for row in cells
    ]
    return "\n".join("| " + " | ".join(line) + " |" for line in [aligned[0], rule, *aligned[1:]])


def number(value: float | None) -> str:
    """Return a number with three significant digits: 0.0123, 1.23, 12.3, 1234; a dash for None or NaN."""
    if value is None or value != value:
        return MISSING
    return f"{value:.{max(0, 2 - int(f'{value:e}'.split('e')[1]))}f}"


def fixed(value: float | None, digits: int) -> str:
    """Return a number with ``digits`` decimals; a dash for None."""
    return MISSING if value is None else f"{value:.{digits}f}"


def spread(values: Sequence[float], digits: int) -> str:
    """Return "mean (least–greatest)", or only the mean if the printed digits are the same."""
    mean, ends = sum(values) / len(values), (min(values), max(values))
    least, greatest = (fixed(value, digits) for value in ends)
    return fixed(mean, digits) + (f" ({least}–{greatest})" if least != greatest else "")
