"""Runs a learner's file in a process of its own, with limits, and tells in words whatever comes of it.

A file that is being worked on may loop for ever, end the process, crash Python, print a million lines or eat
all memory. None of that reaches the process that asked: it waits for an answer in a file that carries a word
of its own, and where none comes, it says why.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from npae.exercises.inside import GIGABYTE, failure
from npae.exercises.result import Result, as_text

SECONDS = 10.0
MEMORY = 4 * GIGABYTE
START_SECONDS = 30.0  # for Python and NumPy to start, on a slow and busy machine
SHOWN_LINES = 12
KEPT_BYTES = 1 << 16

_BOOT = (
    "import json, sys; request = json.load(sys.stdin); sys.path[:] = request['path']; "
    "from npae.exercises.inside import main; main(request)"
)
_ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")


@dataclass(frozen=True)
class Outcome:
    """What came of one check.

    Attributes
    ----------
    exercise : str
    file : Path
    report : dict
        Of `npae.exercises.checking.Result`, or one of the same form if the file could not be checked.
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
        What the file may take: seconds of running, bytes in all.

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
        report = failure(exercise, "missing_file", sentence, [str(path)])
        return Outcome(exercise, path, report, as_text(Result.from_dict(report)), 0.0)
    began = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="npae-check-", ignore_cleanup_errors=True) as desk:
        report, printed = _run(exercise, path, Path(desk), seconds, memory)
    text = as_text(Result.from_dict(report))
    if printed.strip():
        text += "\n\nYour file printed:\n" + shortened(printed)
    return Outcome(exercise, path, report, text, time.perf_counter() - began, printed)


def shortened(text: str, lines: int = SHOWN_LINES, width: int = 100) -> str:
    """Return the beginning and the end of a text that may be very long."""
    rows = text.rstrip().splitlines()
    if len(rows) > lines:
        half = lines // 2
        rows = [*rows[:half], f"... {len(rows) - 2 * half} more lines ...", *rows[-half:]]
    return "\n".join("    " + (row if len(row) <= width else row[: width - 4] + " ...") for row in rows)


def _run(exercise: str, file: Path, desk: Path, seconds: float, memory: int) -> tuple[dict[str, Any], str]:
    answer, faults, room, word = desk / "answer", desk / "faults", desk / "room", secrets.token_hex(16)
    room.mkdir()  # all that the file may write to, and where it is run
    request = {
        "path": _import_path(),
        "exercise": exercise,
        "file": str(file),
        "room": str(room),
        "word": word,
    }
    request |= {"seconds": seconds, "memory": memory, "answer": str(answer), "faults": str(faults)}
    process = subprocess.Popen(
        [sys.executable, "-I", "-u", "-X", "utf8", "-c", _BOOT],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd=room,
        env={**os.environ, **dict.fromkeys(_ONE_THREAD, "1"), **_rooms(room), "NPAE_BACKEND": "numpy"},
        start_new_session=os.name == "posix",
    )
    heard = _Ear(process.stdout)
    try:
        try:
            process.stdin.write(json.dumps(request).encode())
            process.stdin.close()
        except OSError:  # it has ended already; its exit status will tell
            pass
        process.wait(seconds + START_SECONDS)
    except subprocess.TimeoutExpired:
        pass
    finally:  # after an interrupt, too
        ended = process.poll()
        _end(process)
    printed = heard.text()
    found = _answer(answer, word)
    if found is None:
        found = _no_answer(exercise, file, ended, _read(faults), seconds, memory, printed)
    return found, printed


def _rooms(room: Path) -> dict[str, str]:
    return {name: str(room) for name in ("TMPDIR", "TEMP", "TMP", "NUMBA_CACHE_DIR")}


def _import_path() -> list[str]:
    """Return where the process finds npae and NumPy: as here, but not in the folder that one is in."""
    home, here = os.path.realpath(Path(__file__).parents[2]), os.getcwd()
    path = [os.path.abspath(entry) for entry in sys.path if entry]
    path = [entry for entry in path if entry != here or os.path.realpath(entry) == home]
    return path if home in map(os.path.realpath, path) else [home, *path]


def _end(process: subprocess.Popen) -> None:
    """Stop the process, and on POSIX whatever it has started."""
    try:
        if os.name == "posix" and process.returncode is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.kill()
    except OSError:
        pass
    process.wait()


class _Ear:
    """Listens to what a process prints until it ends, and keeps the beginning and the end."""

    def __init__(self, stream):
        self._stream, self._head, self._tail, self._lost = stream, b"", b"", 0
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        while chunk := self._stream.read1(1 << 16):
            room = KEPT_BYTES - len(self._head)
            self._head += chunk[:room]
            self._tail += chunk[room:]
            if len(self._tail) > 2 * KEPT_BYTES:
                self._lost += len(self._tail) - KEPT_BYTES
                self._tail = self._tail[-KEPT_BYTES:]
        self._stream.close()

    def text(self) -> str:
        self._thread.join(1.0)
        gap = f"\n... {self._lost:,} bytes ...\n".encode() if self._lost else b""
        return (self._head + gap + self._tail).decode(errors="replace")


def _answer(path: Path, word: str) -> dict[str, Any] | None:
    try:
        found = json.loads(path.read_bytes())
        return found["report"] if found["word"] == word else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _read(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""


def _no_answer(exercise, file, status, faults, seconds, memory, printed) -> dict[str, Any]:
    """Return the report of a process that ended, or had to be ended, without an answer."""
    where = _last_lines(faults, file)
    key, sentence, advice = (
        "exit",
        f"ended the whole process, with exit status {status}, in the middle of the check",
        "",
    )
    if status is None and not faults:
        key, sentence = "no_answer", f"gave no answer within {seconds + START_SECONDS:g} s, and was stopped"
        advice = "Either it hangs where it cannot be seen, or this machine is very busy: then try again."
    elif status is None or faults.startswith("Timeout") or status == -getattr(signal, "SIGXCPU", 0):
        key, sentence = "too_slow", f"was still running after {seconds:g} s, and was stopped"
        advice = "Look for a loop that has no end, or for one that is much longer than it needs to be."
    elif "MemoryError" in printed and not faults:
        key, sentence = (
            "memory",
            f"asked for more than the {memory / GIGABYTE:g} GB of memory that a check may take",
        )
    elif status == -9 and not faults:
        key, sentence = "memory", "was stopped by the system, most likely since it took too much memory"
    elif status < 0 or faults:
        name = faults.splitlines()[0].removeprefix("Fatal Python error: ") if faults else _signal(-status)
        key, sentence = "crash", f"made Python itself crash ({name}), which plain NumPy code hardly ever does"
    else:
        advice = "Look for os._exit or the like: a function returns its result, and Python goes on."
    return failure(exercise, key, f"{file.name} {sentence}.", [*where, *[advice] * bool(advice)], stage="run")


def _last_lines(faults: str, file: Path) -> list[str]:
    """Return where in the learner's file it was, innermost first, out of what `faulthandler` wrote."""
    found = re.findall(rf'File "{re.escape(str(file))}", line (\d+) in (\S+)', faults)
    source = _read(file).splitlines()
    lines = []
    for number, name in found[:3]:
        text = source[int(number) - 1].strip() if int(number) <= len(source) else ""
        inside = "" if name == "<module>" else f", in {name}"
        lines.append(f"It was in line {number}{inside}: {text}")
    return list(dict.fromkeys(lines))  # a recursion says the same again and again


def _signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
