"""The words of `npae exercises`: what came of a check, what to do next, and how the path ends."""

from __future__ import annotations

import shlex
import textwrap
from typing import TYPE_CHECKING

from npae.terminal import say, warn

if TYPE_CHECKING:
    from npae.exercises.sandbox import Outcome
    from npae.exercises.workspace import Mark, Progress, Workspace


def tell(outcome: Outcome, home: Workspace | None, before: Progress | None, brief: bool = False) -> None:
    """Print what came of a check, and what to do next.

    Parameters
    ----------
    outcome : Outcome
    home : Workspace or None
    before : Progress or None
        As it was before the check.
    brief : bool
        Whether it is one of several: then what to do next is left out.
    """
    if (
        home is not None and before is not None and before.damage and not home.progress().damage
    ):  # else it was said already
        _warn_damage(home, before.damage)
    if brief and outcome.untouched:
        say(f"{outcome.exercise}: still to be written")
        return
    say(outcome.text + ("\n" if brief and not outcome.passed else ""))
    if brief or home is None or before is None:
        return
    progress = home.progress()
    if not outcome.passed:
        if outcome.exercise in before.solved:
            say(f"\nIt was solved on {before.marks[outcome.exercise].day}, and no longer is.")
        elif not outcome.untouched:
            say(f"\nStuck? npae exercises hint {outcome.exercise}")
        else:
            say(f"\nRead {home.file(outcome.exercise)}, write its functions, and check again.")
    elif progress.next is None:
        say(ending(home))
    else:
        say(f"\n{len(progress.solved)} of {len(progress.marks)} solved; next: {home.file(progress.next)}")


def state(mark: Mark) -> str:
    """Return how far a learner is with an exercise."""
    tried = f", checked {count(mark.checks, 'time')}" if mark.checks else ""
    words = {"solved": f"solved {mark.day}", "broken": f"solved {mark.day}, but no longer passes"}
    return words.get(mark.status, f"open{tried}")


def ending(home: Workspace) -> str:
    """Return what a learner reads who has solved everything."""
    place = shlex.quote(str(home.directory))
    return (
        f"\nAll {len(home.progress().marks)} exercises are solved. You have written all that an autoencoder\n"
        "needs: layers, losses, an optimiser, and their gradients, none of them taken on trust.\n"
        "Now let it learn. These train on your functions, to the same losses as on npae's own:\n\n"
        f"    npae train conv --layers {place} --limit 2000 --epochs 1\n"
        f"    npae train dense --layers {place} --epochs 5"
    )


def say_damage(home: Workspace) -> None:
    """Write the progress anew if it is damaged, and say so; where that cannot be done, say that."""
    progress = home.progress()
    if not progress.damage:
        return
    damage = progress.damage
    try:
        home.write(progress)
    except (ValueError, OSError) as error:  # what can be shown is worth more than its record
        warn(f"npae: the progress could not be written: {error}")
    else:
        _warn_damage(home, damage)


def _warn_damage(home: Workspace, damage: str) -> None:
    """Say what was wrong with the progress file that has been written anew since."""
    from npae.exercises.workspace import DAMAGED, MISSING, PROGRESS

    path = home.directory / PROGRESS
    if damage == MISSING:
        came = f"{path} is missing: it is begun anew, and everything that was in it counts as open"
    else:
        kept = f"what could be read is kept, and the damaged file is now {DAMAGED}"
        came = f"{path} was damaged ({damage}); {kept}"
    warn(f"npae: {came}. npae exercises check --all finds again what is solved")


def indented(text: str) -> str:
    """Return a paragraph, wrapped and indented."""
    return textwrap.fill(text, 96, initial_indent="    ", subsequent_indent="    ")


def count(number: int, thing: str) -> str:
    """Return "1 file" or "3 files"."""
    return f"{number} {thing}" + ("" if number == 1 else "s")
