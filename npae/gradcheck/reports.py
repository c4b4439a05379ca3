"""The results of a gradient check: as immutable data, as a table and as JSON."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from npae import markup
from npae.terminal import json_text

HEAD = ("", "shape", "checked", "kinks", "worst error", "at", "verdict")


@dataclass(frozen=True)
class ArrayReport:
    """The result of checking one gradient array.

    Attributes
    ----------
    name : str
        The parameter's name, or "input".
    shape : tuple of int
    checked : int
        The number of entries, or of directions, that were compared with finite differences.
    kinks : int
        The number of comparisons that met a kink.
    unproven : int
        The number of kinks exactly at the point of the check, which no step avoids.
    worst_error : float
        The largest relative error, without the unproven comparisons.
    worst_at : str
        The index or the direction with that error.
    analytic, numeric : float
        The two values there: from backward and from finite differences.
    verdict : {"pass", "fail", "inconclusive"}
    """

    name: str
    shape: tuple[int, ...]
    checked: int = 0
    kinks: int = 0
    unproven: int = 0
    worst_error: float = 0.0
    worst_at: str = ""
    analytic: float = 0.0
    numeric: float = 0.0
    verdict: str = "pass"


@dataclass(frozen=True)
class Report:
    """The result of checking one layer, loss or model; ``problems`` fail it, ``notes`` do not."""

    name: str
    arrays: tuple[ArrayReport, ...] = ()
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    seconds: float = 0.0

    @property
    def verdict(self) -> str:
        """The worst verdict of the arrays; "fail" if there is a problem."""
        verdicts = {array.verdict for array in self.arrays} | ({"fail"} if self.problems else set())
        return next((verdict for verdict in ("fail", "inconclusive") if verdict in verdicts), "pass")

    @property
    def passed(self) -> bool:
        """Whether the verdict is "pass"."""
        return self.verdict == "pass"

    @property
    def worst_error(self) -> float:
        """The largest relative error of all arrays."""
        return max((array.worst_error for array in self.arrays), default=0.0)

    def _repr_html_(self) -> str:  # notebooks call it
        rows = [[cell.strip() for cell in _cells(array)] for array in self.arrays]
        return markup.table(HEAD, rows, f"{self.name}: {self.verdict}", [*self.problems, *self.notes])


def as_table(reports: list[Report]) -> str:
    """Return the reports as text of at most 110 columns."""
    arrays = [array for report in reports for array in report.arrays]
    head, *rows = markup.aligned([HEAD, *map(_cells, arrays)], "<<>>><<")
    lines, rest = [head], iter(rows)
    for report in reports:
        lines.append(report.name if len(report.name) <= 110 else report.name[:107] + "...")
        for array in report.arrays:
            lines.append(next(rest))
            if array.verdict == "fail" and array.checked:
                lines.append(f"      backward says {array.analytic:.9g}, differences say {array.numeric:.9g}")
        lines += [f"    ! {problem}" for problem in report.problems]
        lines += [f"    note: {note}" for note in report.notes]
    failed = [report.name for report in reports if not report.passed]
    worst = max((array.worst_error for array in arrays), default=0.0)
    counts = f"{sum(a.checked for a in arrays):,} comparisons, {sum(a.kinks for a in arrays)} kinks"
    passed = f"{len(reports) - len(failed)} of {len(reports)} checks passed"
    lines.append(f"{passed}; {counts}; worst error {worst:.1e}")
    return "\n".join(lines + [f"FAILED: {name}" for name in failed])


def as_json(reports: list[Report]) -> str:
    """Return the reports as a JSON list of objects; numbers that are not finite are written as strings."""
    return json_text(
        [{**dataclasses.asdict(r), "verdict": r.verdict, "worst_error": r.worst_error} for r in reports]
    )


def _cells(array: ArrayReport) -> tuple[str, ...]:
    """Return an array's row of the table."""
    shape = "x".join(map(str, array.shape)) or "()"
    kinks = f"{array.kinks}" + (f" ({array.unproven} on)" if array.unproven else "")
    compared = array.worst_at != ""
    error = f"{array.worst_error:.1e}" if compared else "-"
    return f"    {array.name}", shape, f"{array.checked}", kinks, error, array.worst_at or "-", array.verdict
