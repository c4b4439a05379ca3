"""A learner's folder: the files to be filled in, and what has been solved, in a text file that can be read.

Work is never overwritten: a file that is there stays, and what `reset` takes away is kept. The progress is
written whole or not at all; one that was damaged is read as far as it can be, and written anew.
"""

from __future__ import annotations

import datetime
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from npae.exercises.order import ORDER, file_in
from npae.exercises.pytest_file import PYTEST_FILE
from npae.exercises.texts import stub_text
from npae.files.lock import locked
from npae.files.reading import read_text
from npae.files.writing import write_whole

FOLDER = "npae-exercises"
PROGRESS = "progress.txt"
DAMAGED = "progress.damaged.txt"
TESTS = "test_exercises.py"
KEPT = "kept"
MISSING = "it is missing"

OPEN, SOLVED, BROKEN = "open", "solved", "broken"

_LINE = re.compile(
    r"(\d\d) (\w+) +(open|solved|broken) +(-|\d{4}-\d\d-\d\d) +checks +(\d{1,9}) +hints +(\d{1,9})"
)
LONGEST = 1 << 18  # bytes of a progress file; npae's has 2,000


@dataclass(frozen=True)
class Mark:
    """How far a learner is with one exercise.

    Attributes
    ----------
    status : {"open", "solved", "broken"}
        "broken" was solved, and was changed so that it no longer passes.
    day : str
        When it was solved first, as 2026-11-20; "-" if never.
    checks, hints : int
        How often it was checked, and how many hints were seen.
    """

    status: str = OPEN
    day: str = "-"
    checks: int = 0
    hints: int = 0

    def after(self, passed: bool) -> Mark:
        """Return the mark after one more check."""
        if passed:
            today = datetime.date.today().isoformat()
            return replace(
                self, status=SOLVED, day=today if self.day == "-" else self.day, checks=self.checks + 1
            )
        status = OPEN if self.status == OPEN else BROKEN
        return replace(self, status=status, checks=self.checks + 1)


@dataclass(frozen=True)
class Progress:
    """The marks of all exercises, in their order.

    Attributes
    ----------
    marks : dict of str to Mark
    damage : str
        In words, what of the file could not be read; "" for a sound one.
    """

    marks: dict[str, Mark] = field(default_factory=dict)
    damage: str = ""

    @property
    def solved(self) -> list[str]:
        """The names of what is solved."""
        return [name for name, mark in self.marks.items() if mark.status == SOLVED]

    @property
    def next(self) -> str | None:
        """The first exercise that is not solved, or None."""
        return next((name for name, mark in self.marks.items() if mark.status != SOLVED), None)

    def as_text(self) -> str:
        """Return the file's contents."""
        state = f"{len(self.solved)} of {len(self.marks)} solved"
        lines = [
            "# Your progress in the exercises of npae, kept by the command npae exercises; yours to read."
        ]
        lines += [f"# {state}; next: {self.next}" if self.next else f"# {state}: all of them", ""]
        width = max(map(len, self.marks))
        for number, (name, mark) in enumerate(self.marks.items(), start=1):
            counts = f"checks {mark.checks:>3}  hints {mark.hints}"
            lines.append(f"{number:02d} {name:<{width}}  {mark.status:<6}  {mark.day:<10}  {counts}")
        return "\n".join(lines) + "\n"


def parse_progress(text: str) -> Progress:
    """Return what a progress file says, as far as it can be read."""
    found, strange = {}, []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        match = _LINE.fullmatch(line.rstrip())
        name = match[2] if match else ""
        if match is None or name not in ORDER or name in found:
            strange.append(number)
            continue
        _, _, status, day, checks, hints = match.groups()
        found[name] = Mark(status, day, int(checks), int(hints))
    told = re.search(r"^# \d+ of (\d+) solved", text, re.MULTILINE)
    whole = told is not None and len(found) == int(told[1])  # written before there were other exercises
    missing = [name for name in ORDER if name not in found and not whole]
    damage = []
    if strange:
        damage.append(f"line {strange[0]} cannot be read")
    if missing:
        damage.append(
            f"{missing[0]} is missing" if len(missing) == 1 else f"{len(missing)} lines are missing"
        )
    return Progress({name: found.get(name, Mark()) for name in ORDER}, " and ".join(damage))


class Workspace:
    """A folder that `start` has written.

    Parameters
    ----------
    directory : path
    """

    def __init__(self, directory: str | os.PathLike):
        self.directory = Path(directory)

    def file(self, exercise: str) -> Path:
        """Return where the learner's answer to an exercise is."""
        return file_in(self.directory, exercise)

    def progress(self) -> Progress:
        """Return how far the learner is; what cannot be read counts as open."""
        path = self.directory / PROGRESS
        try:
            return parse_progress(read_text(path, LONGEST, "replace"))
        except FileNotFoundError:
            return replace(parse_progress(""), damage=MISSING)
        except (OSError, ValueError) as error:  # a folder in its place, or somebody else's file
            reason = getattr(error, "strerror", None) or error
            return replace(parse_progress(""), damage=f"it cannot be read: {reason}")

    def write(self, progress: Progress) -> None:
        """Write the progress, whole or not at all; a damaged file is kept under another name.

        Raises
        ------
        ValueError
            If the folder does not take it.
        """
        path = self.directory / PROGRESS
        if path.is_dir():
            raise ValueError(f"{path} is a folder; the progress of the exercises belongs there: move it away")
        if progress.damage and path.is_file():
            _move(path, self.directory / DAMAGED)
        write_whole(path, progress.as_text().encode())

    def mark(
        self, exercise: str, mark: Mark | Callable[[Mark], Mark], before: Progress | None = None
    ) -> Progress:
        """Note a new mark, and return the progress with it.

        Parameters
        ----------
        exercise : str
        mark : Mark, or function
            The function is given the mark as it is now: another command may have changed it meanwhile.
        before : Progress, optional
            As it was read before; taken where the file has been damaged since.
        """
        with locked(self.directory, wait=True):
            progress = self.progress()
            marks = before.marks if progress.damage and before is not None else progress.marks
            changed = mark(marks[exercise]) if callable(mark) else mark
            progress = replace(progress, marks={**marks, exercise: changed})
            self.write(progress)
        return replace(progress, damage="")

    def reset(self, exercise: str) -> Path | None:
        """Write an exercise's file as it was at the start, and mark it open; the hints stay counted.

        Returns
        -------
        Where the learner's work is kept, or None if there was none to keep.
        """
        path, stub = self.file(exercise), stub_text(exercise).encode()
        kept = None
        if os.path.lexists(path) and not (path.is_file() and path.read_bytes() == stub):
            kept = _free(self.directory / KEPT / path.name)
            _move(path, kept)
        write_whole(path, stub)
        self.mark(exercise, Mark(hints=self.progress().marks[exercise].hints))
        return kept


@dataclass(frozen=True)
class Started:
    """What `start` did: the workspace, the names of the files that it wrote, and of those that were there."""

    workspace: Workspace
    written: list[str]
    kept: list[str]


def start(directory: str | os.PathLike) -> Started:
    """Write what is missing of a learner's folder: the exercises, the progress, and the file for pytest.

    Raises
    ------
    ValueError
        If the folder cannot be written.
    """
    workspace = Workspace(directory)
    try:
        workspace.directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ValueError(f"cannot make the folder {directory}: {error.strerror}") from None
    files = {workspace.file(name).name: stub_text(name).encode() for name in ORDER}
    files[TESTS] = PYTEST_FILE.encode()
    written, kept = [], []
    for name, text in files.items():
        path = workspace.directory / name
        if os.path.lexists(path):
            kept.append(name)
        else:
            write_whole(path, text)
            written.append(name)
    if not os.path.lexists(workspace.directory / PROGRESS):
        workspace.write(parse_progress(""))
    return Started(workspace, written, kept)


def find(directory: str | os.PathLike | None = None) -> Workspace:
    """Return the learner's folder: the one given, or the current one, one above it, or the default in it.

    Raises
    ------
    ValueError
        If there are no exercises.
    """
    if directory is not None:
        if not is_workspace(Path(directory)):
            raise ValueError(
                f"{directory} holds no exercises; npae exercises start {directory} writes them there"
            )
        return Workspace(directory)
    here = Path.cwd()
    for place in (here, *here.parents, here / FOLDER):
        if is_workspace(place):
            return Workspace(place if place != here else Path())
    raise ValueError(
        "there are no exercises here; npae exercises start writes them, and --dir names another folder"
    )


def is_workspace(directory: Path) -> bool:
    """Whether a folder has exercises in it, even if its progress is lost."""
    return any(file_in(directory, name).is_file() for name in ORDER)


def _move(path: Path, place: Path) -> None:
    try:
        place.parent.mkdir(exist_ok=True)
        os.replace(path, place)
    except OSError as error:
        raise ValueError(f"cannot move {path} to {place}: {error.strerror}") from None


def _free(path: Path) -> Path:
    """Return the first of "name.1.py", "name.2.py" ... that nothing has."""
    return next(place for place in _numbered(path) if not os.path.lexists(place))


def _numbered(path: Path) -> Iterator[Path]:
    number = 0
    while True:
        number += 1
        yield path.with_name(f"{path.stem}.{number}{path.suffix}")
