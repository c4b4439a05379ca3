"""What `npae exercises check` is about: which exercises, in which files; and how one of them is checked.

Whatever takes long to import is imported where it is used: the command line is built from this.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from npae.terminal import warn

if TYPE_CHECKING:
    from npae.exercises.sandbox import Outcome
    from npae.exercises.workspace import Progress, Workspace


class WrongUsage(ValueError):
    """What was typed names nothing that is there, or contradicts itself."""


def targets(options) -> list[tuple[str, Path, Workspace | None]]:
    """Return what is to be checked: exercise, file, and the learner's folder, None for a file outside of one.

    Raises
    ------
    WrongUsage
        If a name is neither an exercise nor a file of one.
    """
    if options.names and options.all:
        raise WrongUsage("give names, or --all, but not both")
    if options.names:
        return [_target(name, options.dir) for name in options.names]
    home = home_of(options)
    if options.all:
        return [(name, home.file(name), home) for name in home.progress().marks]
    upcoming = home.progress().next
    return [] if upcoming is None else [(upcoming, home.file(upcoming), home)]


def check_one(
    name: str, file: Path, home: Workspace | None, seconds: float
) -> tuple[Outcome, Progress | None]:
    """Check one answer and note it in the progress, where it belongs to one; return that of before, too."""
    from npae.exercises import sandbox

    before = home.progress() if home else None
    outcome = sandbox.check(name, file, seconds)
    if home and not outcome.unavailable:
        try:
            home.mark(name, lambda mark: mark.after(outcome.passed), before)
        except (ValueError, OSError) as error:  # the answer is worth more than its record
            warn(f"npae: the progress could not be written: {error}")
    return outcome, before


def home_of(options) -> Workspace:
    """Return the learner's folder that the command line means."""
    return _found(options.dir)


def _found(directory: str | None) -> Workspace:
    from npae.exercises import workspace

    try:
        return workspace.find(directory)
    except ValueError as error:
        raise WrongUsage(str(error)) from None


def _target(text: str, directory: str | None) -> tuple[str, Path, Workspace | None]:
    from npae.exercises import workspace

    path = Path(text)
    if path.is_file() or path.suffix == ".py" or len(path.parts) > 1:
        name = name_of(path.name)
        if not path.is_file() and len(path.parts) == 1:  # named by its file, from anywhere
            home = _found(directory)
            return name, home.file(name), home
        if not path.is_file():
            raise WrongUsage(f"there is no file {text}")
        inside = workspace.is_workspace(path.parent) and path == workspace.Workspace(path.parent).file(name)
        started = inside and (path.parent / workspace.PROGRESS).is_file()
        return name, path, workspace.Workspace(path.parent) if started else None
    name, home = name_of(text), _found(directory)
    return name, home.file(name), home


def name_of(text: str) -> str:
    """Return the name of the exercise that a name, a number or a file's name stands for."""
    from npae.exercises import catalogue

    try:
        return catalogue.get(text).name
    except ValueError as error:
        raise WrongUsage(str(error)) from None
