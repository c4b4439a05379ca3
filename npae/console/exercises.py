"""The command `npae exercises` and its actions."""

from __future__ import annotations

import argparse
import math
import shlex
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from npae.console.commandline import Commands, WrongUsage
from npae.exercises import telling, texts
from npae.exercises.targets import check_one, home_of, name_of, targets
from npae.terminal import json_text, say, warn

if TYPE_CHECKING:
    from npae.exercises.workspace import Workspace

Action = Callable[[argparse.Namespace], "int | None"]
SECONDS = 10.0  # the time limit of one check

_DESCRIPTION = (
    "About twenty exercises, from one line to a whole model, with a checker that explains mistakes."
)


def add_exercises(commands: Commands) -> None:
    """Add ``exercises`` to the commands of `npae.console.cli`."""
    command = commands.add_parser("exercises", help="write the layers yourself, and check them")
    command.description = _DESCRIPTION
    actions = command.add_subparsers(title="actions", metavar="ACTION", required=True)

    action = actions.add_parser("start", help="write the exercises into a folder; overwrites nothing")
    action.add_argument("directory", metavar="DIR", nargs="?", help="default: npae-exercises")
    action.set_defaults(command=start)

    action = _action(actions, "list", list_exercises, "list the exercises and your progress")
    action.add_argument("--json", action="store_true", help="print JSON")

    _add_check(actions)

    action = _action(actions, "hint", hint, "print the next hint; default: for the next unsolved exercise")
    action.add_argument("name", metavar="NAME", nargs="?")

    action = _action(actions, "reset", reset, "restore an exercise's file, and keep a copy of yours")
    action.add_argument("name", metavar="NAME")

    action = _action(actions, "solution", solution, "print npae's solution of an exercise that you solved")
    action.add_argument("name", metavar="NAME")
    action.add_argument("--spoil", action="store_true", help="print it even if you have not solved it")


def _action(actions: Commands, name: str, function: Action, text: str) -> argparse.ArgumentParser:
    action = actions.add_parser(name, help=text)
    action.add_argument("--dir", metavar="DIR", help="your exercises; default: this folder or one above it")
    action.set_defaults(command=lambda options: _answered(function, options))
    return action


def _answered(function: Action, options: argparse.Namespace) -> int:
    """Run an action and return its status: 1 for a wrong answer, 2 for wrong usage.

    With ``--json``, errors are printed as JSON too.
    """
    try:
        return function(options) or 0
    except BrokenPipeError:  # `npae.console.cli` handles it
        raise
    except (ValueError, OSError) as error:
        if getattr(options, "json", False):
            say(json_text({"error": str(error) or type(error).__name__}))
        else:
            warn(f"npae: error: {error or type(error).__name__}")
        return 2 if isinstance(error, WrongUsage) or function is check else 1


def _add_check(actions: Commands) -> None:
    action = _action(actions, "check", check, "check your answers; default: the next unsolved exercise")
    action.add_argument("names", metavar="NAME|FILE", nargs="*", help="such as dense, 5 or 05_dense.py")
    action.add_argument("--all", action="store_true", help="check all exercises")
    action.add_argument("--watch", action="store_true", help="check whenever you save, until Ctrl-C")
    action.add_argument(
        "--json",
        action="store_true",
        help="print JSON; exit status 0 if all passed, 1 if not, 2 if nothing could be checked",
    )
    text = f"the time limit of one check; default: {SECONDS:g}"
    action.add_argument("--seconds", type=_seconds, metavar="S", default=SECONDS, help=text)


def start(options: argparse.Namespace) -> None:
    """Write the exercises into a folder."""
    from npae.exercises import workspace

    place = options.directory
    if place is None:
        place = Path() if workspace.is_workspace(Path()) else Path(workspace.FOLDER)
    started = workspace.start(place)
    home = started.workspace.directory
    if not started.written:
        say(f"nothing is missing in {home}; your work is unchanged")
    elif started.kept:
        say(f"{telling.count(len(started.written), 'file')} written into {home}; all others are unchanged")
    else:
        say(f"{len(workspace.ORDER)} exercises are in {home}, one file each, with its explanation.")
    telling.say_damage(started.workspace)
    upcoming = _first_unsolved(started.workspace)
    if upcoming is None:
        say(telling.ending(started.workspace))
        return
    say(f"\nNow:\n    cd {shlex.quote(str(home))}" if home != Path() else "\nNow:")
    say(f"    open {started.workspace.file(upcoming).name} in your editor, read it, and write its functions")
    say(
        "    npae exercises check            checks them, and explains mistakes\n"
        "    npae exercises check --watch    checks them whenever you save\n"
        "    npae exercises hint             prints a hint\n"
        "    npae exercises list             lists all exercises"
    )


def list_exercises(options: argparse.Namespace) -> None:
    """Print the exercises in their order, and the learner's progress."""
    from npae.exercises import catalogue

    home = home_of(options)
    progress = home.progress()
    titles = {exercise.name: exercise.title for exercise in catalogue.all()}
    if options.json:
        rows = [
            {"number": number, "exercise": name, "title": titles.get(name, ""), **vars(mark)}
            for number, (name, mark) in enumerate(progress.marks.items(), start=1)
        ]
        say(json_text({"solved": len(progress.solved), "next": progress.next, "exercises": rows}))
        return
    telling.say_damage(home)
    width, title_width = max(map(len, progress.marks)), max(map(len, titles.values()), default=0)
    for number, (name, mark) in enumerate(progress.marks.items(), start=1):
        arrow = ">" if name == progress.next else " "
        title = titles.get(name, "")
        say(f"{arrow} {number:2d}  {name:<{width}}  {title:<{title_width}}  {telling.state(mark)}".rstrip())
    say(f"\n{len(progress.solved)} of {len(progress.marks)} solved")
    if progress.next is None:
        say(telling.ending(home))
    else:
        say(f"next: {home.file(progress.next)}")


def check(options: argparse.Namespace) -> int:
    """Check answers, and return 0 if all of them passed."""
    if options.watch:
        if options.json or options.all:
            raise WrongUsage("--watch does not work with --json or --all; leave out one of them")
        from npae.exercises.watch import watch

        return watch(options)
    chosen = targets(options)
    if not chosen:
        if options.json:
            say(json_text({"passed": True, "results": []}))
        else:
            say(telling.ending(home_of(options)))
        return 0
    outcomes = []
    for name, file, home in chosen:
        outcome, before = check_one(name, file, home, options.seconds)
        outcomes.append(outcome)
        if not options.json:
            telling.tell(outcome, home, before, brief=len(chosen) > 1)
    passed = sum(outcome.passed for outcome in outcomes)
    if options.json:
        say(
            json_text(
                {"passed": passed == len(outcomes), "results": [outcome.as_dict() for outcome in outcomes]}
            )
        )
    elif len(chosen) > 1:
        say(f"\n{passed} of {len(outcomes)} passed")
    return 0 if passed == len(outcomes) else 1


def hint(options: argparse.Namespace) -> None:
    """Print the next hint of an exercise."""
    from npae.exercises import catalogue

    home = home_of(options)
    progress = home.progress()
    name = name_of(options.name) if options.name else progress.next
    if name is None:
        say(telling.ending(home))
        return
    hints, mark = catalogue.get(name).hints, progress.marks[name]
    again = mark.hints >= len(hints)
    for number, text in enumerate(hints, start=1):
        if again or number == mark.hints + 1:
            say(f"{name}, hint {number} of {len(hints)}:\n{telling.indented(text)}")
    if again:
        say("There are no more hints.")
    else:
        home.mark(name, lambda now: replace(now, hints=max(now.hints, mark.hints + 1)), progress)


def reset(options: argparse.Namespace) -> None:
    """Restore an exercise's file."""
    home, name = home_of(options), name_of(options.name)
    kept = home.reset(name)
    work = f"your work is kept in {kept}" if kept else "there was no work in it"
    say(f"{home.file(name)} is as at the start; {work}")


def solution(options: argparse.Namespace) -> None:
    """Print npae's solution of an exercise, if the learner has solved it or passes ``--spoil``."""
    name = name_of(options.name)
    if not options.spoil:
        mark = home_of(options).progress().marks[name]
        if mark.day == "-":
            raise ValueError(
                f"{name} is not solved yet; npae exercises hint {name} may help, and --spoil shows it anyway"
            )
    say(texts.solution_text(name), end="")


def _first_unsolved(home: Workspace) -> str | None:
    """Return the first exercise that is not solved; answers that were not checked yet are checked now."""
    from npae.exercises import workspace

    for name, mark in home.progress().marks.items():
        file = home.file(name)
        if mark.status == workspace.SOLVED:
            continue
        written = file.is_file() and file.read_bytes() != texts.stub_text(name).encode()
        if not written or not check_one(name, file, home, SECONDS)[0].passed:
            return name
        say(f"{name} is solved")
    return None


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0
    if not 0 < value < math.inf:
        raise argparse.ArgumentTypeError(f"must be a number of seconds above 0, not {text!r}")
    return value
