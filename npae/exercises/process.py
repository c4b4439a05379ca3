"""Talks to the learner's process: starts it, hands on the arguments of calls, and stops it in time."""

from __future__ import annotations

import contextlib
import functools
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np

from npae.exercises.hearing import Hearing
from npae.exercises.worker.calls import AS_IT_IS, NotRun, Seen
from npae.exercises.worker.guards import GIGABYTE
from npae.exercises.worker.main import SHOWN
from npae.exercises.worker.tracing import Assigned, Held
from npae.exercises.worker.wire import Garbled, Reader, encode, generator, receive, send, state_of

SECONDS = 10.0
MEMORY = 4 * GIGABYTE
START_SECONDS = 30.0  # for Python and NumPy to start, on a slow and busy machine
MANY_LINES = 1000
WORKER = Path(__file__).parent / "worker"

_BOOT = """
import importlib.util, json, sys
request = json.loads(sys.argv[1])
sys.path[:] = request["path"]
spec = importlib.util.spec_from_file_location("worker", request["worker"] + "/__init__.py")
spec.submodule_search_locations = [request["worker"]]
sys.modules["worker"] = importlib.util.module_from_spec(spec)
from worker.main import main
main()
"""
_ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
_ROOMS = ("TMPDIR", "TEMP", "TMP", "NUMBA_CACHE_DIR")
_UNREADABLE = (Garbled, OSError, LookupError, TypeError, ValueError, AttributeError)


class Ended(BaseException):
    """The process has ended, or was stopped, before it has answered.

    Attributes
    ----------
    status : int or None
        Of the process; None if it had to be stopped.
    late : bool
        Whether it took too long.
    calling : str
        The function that it was computing; "" while it loaded the file.
    faults : str
        What Python wrote about where it was.
    """

    def __init__(self, status: int | None, late: bool, calling: str, faults: str):
        super().__init__("the learner's process has ended")
        self.status, self.late, self.calling, self.faults = status, late, calling, faults


class Handle:
    """Something in the learner's process that is no data; the name of its class is that of its type there."""

    def __init__(self, number: int):
        self.number = number


@functools.cache
def _named(name: str, base: type) -> type:
    return type(name[:80], (base,), {})


class Process:
    """The process of one file.

    Parameters
    ----------
    file : Path
    extra : tuple of str
        What the file may import beyond NumPy.
    seconds, memory : float, int
        What the file may take: seconds of computing, bytes in all.

    Raises
    ------
    NotRun, Ended
        From `begin`, and from all methods that ask the process.
    """

    def __init__(self, file: Path, extra: tuple[str, ...], seconds: float, memory: int):
        self.file, self.extra, self.seconds, self.memory = file, extra, seconds, memory
        self.begun, self.lines = False, 0  # printed by the file, as far as the process has told
        self.functions: dict[str, dict[str, Any]] = {}
        self._others: list[Process] = []
        self._desk = tempfile.TemporaryDirectory(prefix="npae-check-", ignore_cleanup_errors=True)
        self._faults, self._room = Path(self._desk.name) / "faults", Path(self._desk.name) / "room"
        self._room.mkdir()  # all that the file may write to, and where it is run
        boot = json.dumps({"path": _import_path(), "worker": str(WORKER)})
        own = {**dict.fromkeys(_ONE_THREAD, "1"), **dict.fromkeys(_ROOMS, str(self._room))}
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-u", "-X", "utf8", "-c", _BOOT, boot],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=self._room,
            env={**os.environ, **own, "NPAE_BACKEND": "numpy"},
            start_new_session=os.name == "posix",
        )
        assert self._process.stdin and self._process.stdout and self._process.stderr
        self._requests, self._answers = self._process.stdin, self._process.stdout
        self._heard = Hearing(self._process.stderr)
        self._calling = ""
        self._own: list[Any] = []  # what is no data, and has been sent a number of
        self._numbers: dict[int, int] = {}
        self._places: dict[
            int, tuple[Any, list]
        ] = {}  # what the process has returned, and where it stands there
        self._late, self._since, self._left = False, 0.0, START_SECONDS
        self._closed = threading.Event()
        threading.Thread(target=self._watch, daemon=True).start()

    def __enter__(self) -> Process:
        return self

    def __exit__(self, *error: Any) -> None:
        """End the process, those beside it, and all that belongs to them."""
        for other in self._others:
            other.__exit__()
        self._closed.set()
        self.end()
        self._heard.text()
        for stream in (self._requests, self._answers):
            with contextlib.suppress(OSError):
                stream.close()
        self._desk.cleanup()

    def end(self) -> None:
        """End the process, and on POSIX whatever it has started."""
        with contextlib.suppress(OSError):
            if os.name == "posix" and self._process.poll() is None:
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.kill()
        self._process.wait()

    def begin(self) -> None:
        """Load the file."""
        request = {
            "file": str(self.file),
            "extra": self.extra,
            "seconds": self.seconds,
            "memory": self.memory,
        }
        request |= {"room": str(self._room), "faults": str(self._faults), "npae": str(WORKER.parents[1])}
        self._ask(request, [])
        self.begun, self._left = True, self.seconds
        self.functions = self._ask({"do": "load"}, [])[0]["functions"]

    def printed(self) -> str:
        """Return what the file has printed, all but its middle if it was long."""
        text = self._heard.text()
        return text if self.lines <= text.count("\n") else f"{text}\n... {self.lines:,} lines in all"

    def prints_much(self) -> bool:
        """Whether printing may well be what takes the time."""
        return self._heard.count >= SHOWN or self.lines > MANY_LINES

    def call(self, name: str, args: tuple, kwargs: dict, **how: Any) -> Seen:
        """Return what a call of a function does: arrays by value, and a `Handle` for what is no data.

        ``how``: the number of the "module", and "trace" and "layout" as of `worker.calls.observed`.
        """
        self._calling = name
        blocks: list[bytes] = []
        message: dict[str, Any] = {"do": "call", "name": name, **how}
        message["args"] = encode(args, blocks, self._number, self._known)
        message["kwargs"] = encode(kwargs, blocks, self._number, self._known)
        answer, block = self._ask(message, blocks)
        try:
            return self._seen(answer, block)
        except _UNREADABLE:
            raise self._ended() from None

    def _seen(self, answer: dict[str, Any], block: bytes) -> Seen:
        def place(value: Any, path: tuple[int, ...]) -> None:
            self._places[id(value)] = value, [answer["number"], path]

        seen, reader = Seen(), Reader(block, self._of, place)
        if "error" in answer:
            kind, text, unwritten = answer["error"]
            seen.error = _named(kind, NotImplementedError if unwritten else Exception)(*[text] * bool(text))
        else:
            seen.answer = reader.value(answer["answer"])
        reader = Reader(reader.rest, self._of)
        seen.after, seen.lines = reader.value(answer["after"]), [str(line) for line in answer["where"]]
        seen.warned = [(str(text), int(line)) for text, line in answer["warned"]]
        seen.returned = [int(position) for position in answer["returned"]]
        for function, line, variable, array, runs in answer["traced"]:
            times = tuple(map(int, runs))
            seen.assigned.append(Assigned(function, int(line), variable, reader.value(array), times))
        for function, some in answer.get("kinds", {}).items():
            seen.kinds[function] = {
                n: Held(str(k), None if shape is None else tuple(shape), reader.value(value))
                for n, (k, shape, value) in some.items()
            }
        return seen

    def now(self, value: Any) -> Any:
        """Return what a value that the process has returned holds there by now."""
        if id(value) not in self._places:
            return value
        answer, block = self._ask({"do": "now", "of": self._places[id(value)][1]}, [])
        return Reader(block, self._of).value(answer["answer"])

    def anew(self, plain: bool) -> int:
        """Run the file once more, and return the number of the module; ``plain``: without Numba."""
        return self._ask({"do": "anew", "plain": plain}, [])[0]["module"]

    def edited(self, text: list[str]) -> bool:
        """Let another text be the last module, and return whether it runs; calls name that module -1."""
        return self._ask({"do": "edited", "text": text}, [])[0]["runs"]

    def described(self) -> dict[str, dict[str, Any]]:
        """Return the functions of the file as they are by now."""
        return self._ask({"do": "describe"}, [])[0]["functions"]

    def quickest(self, name: str, args: tuple, seconds: float) -> float:
        """Return the time of the quickest of many calls within some seconds, measured here."""
        blocks: list[bytes] = []
        kept = self._ask({"do": "keep", "value": encode(args, blocks, self._number)}, blocks)[0]["number"]
        request = {"do": "quietly", "name": name, "module": 0, "trace": False, "layout": AS_IT_IS}
        request["kwargs"] = {"dict": []}
        request["args"] = {"tuple": [{"kept": [kept, [k]]} for k in range(len(args))]}
        best, end = np.inf, time.perf_counter() + seconds
        while time.perf_counter() < end:
            start = time.perf_counter()
            self._ask(dict(request), [])
            best = min(best, time.perf_counter() - start)
        return best

    def beside(self, text: str) -> Process:
        """Return a process for a file of this text, under the same conditions; it ends with this one."""
        file = Path(self._desk.name) / f"beside_{len(self._others)}.py"
        file.write_text(text, encoding="utf-8")
        self._others.append(Process(file, self.extra, self.seconds, self.memory))
        self._others[-1].begin()
        return self._others[-1]

    def _known(self, value: Any) -> dict[str, Any] | None:
        return {"kept": self._places[id(value)][1]} if id(value) in self._places else None

    def _number(self, value: Any) -> dict[str, Any]:
        """Return what stands in a message for something that is no data."""
        if isinstance(value, Handle):
            return {"yours": value.number}
        if id(value) not in self._numbers:
            self._numbers[id(value)] = len(self._own)
            self._own.append(value)
        name = str(getattr(value, "__name__", type(value).__name__))
        node = {"mine": self._numbers[id(value)], "type": name, "callable": callable(value)}
        return {**node, "generator": state_of(value)} if isinstance(value, np.random.Generator) else node

    def _of(self, node: dict[str, Any]) -> Any:
        """Return what a node of a message stands for."""
        if "yours" in node:
            own = self._own[node["yours"]]
            if isinstance(own, np.random.Generator):
                own.bit_generator.state = generator(node["generator"]).bit_generator.state
            return own
        if "generator" in node:
            return generator(node["generator"])
        return _named(str(node["type"]), Handle)(int(node["mine"]))

    def _ask(self, message: dict[str, Any], blocks: list[bytes]) -> tuple[dict[str, Any], bytes]:
        """Send a request, let the process call back as often as it wants to, and return its answer."""
        complete, self._since = False, time.monotonic()
        try:
            send(self._requests, message, blocks)
            while (received := receive(self._answers)) is not None:
                answer, block = received
                self.lines = int(answer["lines"])
                if "not_run" in answer:
                    stage, key, sentence, lines = answer["not_run"]
                    raise NotRun(str(stage), str(key), str(sentence), [str(line) for line in lines])
                if "back" not in answer:
                    complete = True
                    return answer, block
                self._answer_back(answer, block)
            raise self._ended()
        except _UNREADABLE:
            raise self._ended() from None
        finally:
            self._left, self._since = self._left - (time.monotonic() - self._since), 0.0
            if not complete:  # what comes next through the pipe is no answer to the next question
                self.end()

    def _answer_back(self, asked: dict[str, Any], block: bytes) -> None:
        reader = Reader(block, self._of)
        blocks: list[bytes] = []
        args, kwargs = reader.value(asked["args"]), reader.value(asked["kwargs"])
        try:
            answer = self._own[asked["back"]](*args, **kwargs)
            message = {"answer": encode(answer, blocks, self._number)}
            drawn = [one for one in args if isinstance(one, np.random.Generator)]
            message["generators"] = encode(drawn, blocks, self._number)
        except Exception as error:
            message, blocks = {"error": [type(error).__name__, str(error)]}, []
        send(self._requests, message, blocks)

    def _watch(self) -> None:
        """Wait until time is over; then let the process write where it is, and end it."""
        while not self._closed.wait(0.05):
            since = self._since
            if since and time.monotonic() - since > self._left:
                self._late = True
                with contextlib.suppress(OSError, AttributeError):  # Windows has no such signal
                    self._process.send_signal(signal.SIGUSR1)
                time.sleep(0.2)
                self.end()
                return

    def _ended(self) -> Ended:
        status: int | None = None
        with contextlib.suppress(subprocess.TimeoutExpired):  # it lives, but what it has sent is no answer
            status = self._process.wait(1.0)
        self.end()
        faults = self._faults.read_text(errors="replace") if self._faults.exists() else ""
        return Ended(None if self._late else status, self._late, self._calling, faults)


def _import_path() -> list[str]:
    """Return where the process finds NumPy: as here, but in neither the current folder nor npae's."""
    home, here = os.path.realpath(WORKER.parents[2]), os.getcwd()
    numpy = os.path.realpath(Path(np.__file__).parents[1])
    path = [os.path.abspath(entry) for entry in sys.path if entry]
    return [
        one for one in path if os.path.realpath(one) == numpy or one != here and os.path.realpath(one) != home
    ]
