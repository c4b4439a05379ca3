"""Looks inside a model: where a number and its gradient come from, and what a training step does."""

from collections.abc import Sequence


def aligned(rows: Sequence[Sequence[str]], left: int) -> list[str]:
    """Return rows of cells as lines, with ``left`` columns aligned left and the others right."""
    widths = enumerate(max(map(len, column)) for column in zip(*rows))
    form = "  ".join(f"{{{k}:{'<' if k < left else '>'}{width}}}" for k, width in widths if width)
    return [form.format(*row).rstrip() for row in rows]
