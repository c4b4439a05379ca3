"""`npae exercises check --watch`: checks an answer whenever its file is saved."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from npae.exercises import telling, workspace
from npae.exercises.targets import check_one, targets
from npae.interrupts import status_of
from npae.terminal import say

POLL_SECONDS = 0.25


def watch(options) -> int:
    """Check the next unsolved exercise, or those named, now and whenever they are saved; end with Ctrl-C.

    Without names, whichever exercise is saved is the one that is checked.
    """
    chosen = targets(options)
    watched: list[tuple[str, Path, workspace.Workspace | None]] = list(chosen)
    if not options.names:
        home = workspace.find(options.dir)
        watched = [(name, home.file(name), home) for name in home.progress().marks]
    saved = changes([file for _, file, _ in watched])
    try:
        if not chosen:
            say(telling.ending(workspace.find(options.dir)))
        for target in chosen:
            _check(*target, options.seconds)
        say("\nWatching; save a file to have it checked, press Ctrl-C to end.")
        for position in saved:
            _check(*watched[position], options.seconds)
            say("\nWatching; Ctrl-C ends.")
    except KeyboardInterrupt as interrupt:
        if status_of(interrupt) != 130:  # not Ctrl-C
            raise
        begun = next((home for _, _, home in watched if home), None)
        solved = f": {len(begun.progress().solved)} of {len(workspace.ORDER)} solved so far" if begun else ""
        say(f"\nNo longer watching{solved}.")
    return 0


def changes(files: list[Path], seconds: float = POLL_SECONDS) -> Iterator[int]:
    """Return the positions of files as they are saved from now on, each once the save is complete.

    Notes
    -----
    Editors write in parts, or write another file and rename it. So a file is looked at again after a pause,
    and counts as saved when it has stayed the same in between.
    """
    return _follow(files, [_stamp(file) for file in files], seconds)


def _follow(files: list[Path], known: list, seconds: float) -> Iterator[int]:
    while True:
        time.sleep(seconds)
        for position, file in enumerate(files):
            stamp = _stamp(file)
            if stamp is None or stamp == known[position]:
                continue
            while True:
                time.sleep(seconds / 2)
                again = _stamp(file)
                if again == stamp:
                    break
                stamp = again
            known[position] = stamp
            if stamp is not None:
                yield position


def _check(name: str, file: Path, home, seconds: float) -> None:
    say(f"\n{time.strftime('%H:%M:%S')}  {file.name}")
    outcome, before = check_one(name, file, home, seconds)
    telling.tell(outcome, home, before)


def _stamp(file: Path) -> tuple[int, int, int] | None:
    try:
        status = file.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino
