"""Checks a learner's file, which runs in a process of its own, and tells in words whatever comes of it.

A file that is being worked on may loop for ever, end its process, crash Python, print a million lines or eat
all memory. None of that reaches the process that asks. It catches accidents; files of strangers belong into a
container.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from npae.arguments import printable
from npae.exercises.process import MEMORY, SECONDS, START_SECONDS, Ended, Process
from npae.exercises.result import Result, as_text
from npae.exercises.worker.calls import NotRun, place_of, says
from npae.exercises.worker.guards import GIGABYTE

SHOWN_LINES = 12
OUTSIDE = (
    "in what Numba compiles, an index outside of an array is not an error: it reads or writes whatever is "
    "there. Compare the ends of all loops with the shapes"
)


@dataclass(frozen=True)
class Outcome:
    """What came of one check.

    Attributes
    ----------
    exercise : str
    file : Path
    report : dict
        Of `npae.exercises.result.Result`.
    text : str
        For the terminal.
    seconds : float
    printed : str
        What the file itself printed, all but its middle if it was long.
    """

    exercise: str
    file: Path
    report: dict[str, Any]
    text: str
    seconds: float
    printed: str = ""

    @property
    def passed(self) -> bool:
        """Whether the answer is right."""
        return self.report["passed"]

    @property
    def untouched(self) -> bool:
        """Whether the functions still raise NotImplementedError, as at the start."""
        return self.report["stage"] == "unwritten"

    @property
    def unavailable(self) -> bool:
        """Whether this machine lacks what the check needs: then the answer is neither right nor wrong."""
        return self.report["stage"] == "unavailable"

    def as_dict(self) -> dict[str, Any]:
        """Return all of it as what JSON can hold."""
        about = {"exercise": self.exercise, "file": str(self.file), "seconds": round(self.seconds, 3)}
        return {**about, **self.report, "printed": self.printed}


def check(exercise: str, file: str | os.PathLike, seconds: float = SECONDS, memory: int = MEMORY) -> Outcome:
    """Check a learner's answer to an exercise.

    Parameters
    ----------
    exercise : str
        Its name.
    file : path
        Or the folder in which it goes by its own name, as `npae exercises start` writes it.
    seconds, memory : float, int
        What the file may take: seconds of computing, bytes in all.

    Returns
    -------
    Outcome
        It has words for whatever the file does, and for a file that is not there.
    """
    from npae.exercises.order import file_in, file_name

    path = Path(file).absolute()
    path = file_in(path, exercise) if path.is_dir() and path.name != file_name(exercise) else path
    if not path.is_file():
        kind = "a folder" if path.is_dir() else "no plain file"
        wrong = f"{path.name} is {kind}" if path.exists() else f"There is no file {path.name}"
        sentence = f"{wrong}; npae exercises reset {exercise} writes it anew."
        result = Result.of(exercise, "load", "missing_file", sentence, [str(path)])
        return Outcome(exercise, path, result.as_dict(), as_text(result), 0.0)
    began = time.perf_counter()
    result, printed = _checked(exercise, path, seconds, memory)
    text = as_text(result)
    if printed.strip():
        text += "\n\nYour file printed:\n" + shortened(printed)
    return Outcome(exercise, path, result.as_dict(), printable(text), time.perf_counter() - began, printed)


def shortened(text: str, lines: int = SHOWN_LINES, width: int = 100) -> str:
    """Return the beginning and the end of a text that may be very long."""
    rows = text.rstrip().splitlines()
    if len(rows) > lines:
        half = lines // 2
        rows = [*rows[:half], f"... {len(rows) - 2 * half} more lines ...", *rows[-half:]]
    return "\n".join("    " + (row if len(row) <= width else row[: width - 4] + " ...") for row in rows)


def _checked(exercise: str, file: Path, seconds: float, memory: int) -> tuple[Result, str]:
    from npae.exercises.checking import check_file
    from npae.exercises.learner import Functions, There

    def compiled(process: Process) -> Result:
        return check_file(exercise, Functions(There(process)))

    def plain(process: Process) -> Result:
        return check_file(exercise, Functions(There(process).anew(plain=True)))

    result, printed = run(exercise, file, seconds, memory, compiled)
    if result.diagnosis == "crash" and _extra(file):  # plain Python stops where an index is outside
        stopped, _ = run(exercise, file, seconds, memory, plain)
        errors = [line for line in (stopped.sentence, *stopped.also) if "IndexError" in line]
        if errors:
            result.evidence += ["run as plain Python, it stops:", errors[0], *stopped.evidence]
    return result, printed


def run(
    exercise: str, file: Path, seconds: float, memory: int, judge: Callable[[Process], Result]
) -> tuple[Result, str]:
    """Return what ``judge(process)`` finds, or why it finds nothing, and what the file printed."""
    with Process(file, _extra(file), seconds, memory) as process:
        try:
            process.begin()
            result = judge(process)
        except NotRun as error:
            result = Result.of(exercise, error.stage, error.key, error.sentence, error.lines)
        except Ended as ended:
            result = Result.of(exercise, "run", *_no_answer(exercise, process, ended))
        except Exception as error:
            result = _mistake_of_npae(exercise, error)
        process.end()
        return result, process.printed()


def _extra(file: Path) -> tuple[str, ...]:
    """Return what a file may import beyond NumPy: Numba, which is imported before the file."""
    with contextlib.suppress(OSError):
        return ("numba",) if b"numba" in file.read_bytes() else ()
    return ()


def _mistake_of_npae(exercise: str, error: Exception) -> Result:
    sentence = "The check itself has stopped with an error: that is a mistake in npae, and not in your file."
    return Result.of(exercise, "run", "checker_error", sentence, [place_of(error), says(error)])


def _no_answer(exercise: str, process: Process, ended: Ended) -> tuple[str, str, list[str]]:
    """Return key, sentence and evidence for a process that ended, or had to be ended, without an answer."""
    status, faults, advice = ended.status, ended.faults, ""
    key, sentence = "exit", f"ended the whole process, with exit status {status}, in the middle of the check"
    if not process.begun:
        sentence = f"could not be run: Python and NumPy did not start within {START_SECONDS:g} s"
        key, advice = "no_answer", "This machine is very busy: try again."
    elif ended.late or status == -getattr(signal, "SIGXCPU", 0):
        key, sentence = "too_slow", f"was still running after {process.seconds:g} s, and was stopped"
        advice = "Look for a loop that has no end, or for one that is much longer than it needs to be."
        if process.prints_much():
            advice = "It prints very much, which takes time: print less, above all inside of loops."
    elif status is None:
        sentence = "sent something that is no answer, and was stopped"
        advice = "It writes into a pipe that is not its own, or replaces what hands on its answers."
    elif "MemoryError" in process.printed() and not faults:
        limit = f"{process.memory / GIGABYTE:g} GB"
        key, sentence = "memory", f"asked for more than the {limit} of memory that a check may take"
    elif status == -9 and not faults:
        key, sentence = "memory", "was stopped by the system, most likely since it took too much memory"
    elif status < 0 or faults:
        named = re.search(r"Fatal Python error: (.+)", faults)
        name = named[1] if named else _signal(-status)
        key, sentence = "crash", f"made Python itself crash ({name}), which plain NumPy code hardly ever does"
        if process.extra:
            sentence, advice = f"made Python itself crash ({name})", OUTSIDE
    else:
        advice = "Look for os._exit or the like: a function returns its result, and Python goes on."
    where = _last_lines(faults, process.file) or _compiled(process, ended.calling)
    return key, f"{process.file.name} {sentence}.", [*where, *[advice] * bool(advice)]


def _last_lines(faults: str, file: Path) -> list[str]:
    """Return where in the learner's file it was, innermost first, out of what `faulthandler` wrote."""
    found = re.findall(rf'File "{re.escape(str(file))}", line (\d+) in (\S+)', faults)
    source = file.read_text(errors="replace").splitlines()
    lines = []
    for number, name in found[:3]:
        text = source[int(number) - 1].strip() if int(number) <= len(source) else ""
        inside = "" if name == "<module>" else f", in {name}"
        lines.append(f"It was in line {number}{inside}: {text}")
    return list(dict.fromkeys(lines))  # a recursion says the same again and again


def _compiled(process: Process, calling: str) -> list[str]:
    """Return in which function it was, where Python knows no line."""
    about = process.functions.get(calling)
    if about is None:
        return []
    why = ", which Numba has compiled: its lines are not known any more" if about["numba"] else ""
    return [f"It was in {calling} (line {about['line']}){why}."]


def _signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
