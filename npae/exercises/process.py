"""Talks to the learner's process: starts it, hands on what functions are called with, and stops it in time."""

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
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import numpy as np

from npae.exercises.worker.guards import GIGABYTE
from npae.exercises.worker.main import SHOWN
from npae.exercises.worker.tracing import Assigned
from npae.exercises.worker.wire import Garbled, Reader, encode, generator, receive, send, state_of

SECONDS = 10.0
MEMORY = 4 * GIGABYTE
START_SECONDS = 30.0  # for Python and NumPy to start, on a slow and busy machine
KEPT_BYTES = 1 << 12
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


class Refused(BaseException):
    """The learner's file wanted what it may not do: ``key``, ``sentence`` and ``where`` say what."""

    def __init__(self, key: str, sentence: str, where: str):
        super().__init__(sentence)
        self.key, self.sentence, self.where = key, sentence, where


class Unavailable(BaseException):
    """This machine lacks a package that the exercise needs; ``package`` and ``reason``."""

    def __init__(self, package: str, reason: str):
        super().__init__(reason)
        self.package, self.reason = package, reason


class CannotBeLoaded(BaseException):
    """The learner's file cannot be run: ``key``, ``sentence`` and ``lines`` say why."""

    def __init__(self, key: str, sentence: str, lines: list[str]):
        super().__init__(sentence)
        self.key, self.sentence, self.lines = key, sentence, lines


class Handle:
    """Something in the learner's process that is no data; the name of its class is that of its type there."""

    def __init__(self, number: int):
        self.number = number


@functools.cache
def _handle(kind: str) -> type[Handle]:
    return type(kind, (Handle,), {})


@dataclass
class Reply:
    """What a call did.

    Attributes
    ----------
    answer : object
        Arrays and numbers by value; what is no data is a `Handle`.
    after : list
        The arguments as they are after the call; None for what an earlier call returned.
    warned : list of (str, int)
        What NumPy warned of, and the line in the learner's file.
    error : tuple of (str, str, list of str, bool), or None
        Type, message, lines, and whether it is a NotImplementedError.
    assigned : list of Assigned
    """

    answer: Any
    after: list[Any]
    warned: list[tuple[str, int]]
    error: tuple[str, str, list[str], bool] | None = None
    assigned: list[Assigned] = field(default_factory=list)


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
    Ended, Refused, Unavailable, CannotBeLoaded
        From here and from all methods that ask the process.
    """

    def __init__(self, file: Path, extra: tuple[str, ...], seconds: float, memory: int):
        self.file, self.extra, self.seconds, self.memory = file, extra, seconds, memory
        self.begun, self.lines = False, 0  # printed by the file, as far as the process has told
        self.functions: dict[str, dict[str, Any]] = {}
        self._others: list[Process] = []
        self._desk = tempfile.TemporaryDirectory(prefix="npae-check-", ignore_cleanup_errors=True)
        self._faults, room = Path(self._desk.name) / "faults", Path(self._desk.name) / "room"
        room.mkdir()  # all that the file may write to, and where it is run
        boot = json.dumps({"path": _import_path(), "worker": str(WORKER)})
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-u", "-X", "utf8", "-c", _BOOT, boot],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=room,
            env={**os.environ, **dict.fromkeys(_ONE_THREAD, "1"), **_rooms(room), "NPAE_BACKEND": "numpy"},
            start_new_session=os.name == "posix",
        )
        assert self._process.stdin and self._process.stdout and self._process.stderr
        self._requests, self._answers = self._process.stdin, self._process.stdout
        self._heard = _Ear(self._process.stderr)
        self._clock = _Clock(START_SECONDS, self._time_is_over)
        self._calling, self._objects = "", _Objects()
        self._places: dict[int, tuple[int, tuple[int, ...]]] = {}  # of what the process has returned
        self._request = {"file": str(file), "extra": extra, "seconds": seconds, "memory": memory}
        self._request |= {
            "room": str(room),
            "faults": str(self._faults),
            "npae": str(Path(__file__).parents[1]),
        }

    def __enter__(self) -> Process:
        return self

    def __exit__(self, *error) -> None:
        self.close()

    def begin(self) -> None:
        """Load the file."""
        answer, _ = self._ask(self._request, [])
        if "unavailable" in answer:
            raise Unavailable(*answer["unavailable"])
        self._clock.allow(self.seconds)
        self.begun = True
        answer, _ = self._ask({"do": "load"}, [])
        if "cannot_load" in answer:
            raise CannotBeLoaded(*answer["cannot_load"])
        self.functions = answer["functions"]

    def printed(self) -> str:
        """Return what the file has printed, all but its middle if it was long."""
        text = self._heard.text()
        return text if self.lines <= text.count("\n") else f"{text}\n... {self.lines:,} lines in all"

    def prints_much(self) -> bool:
        """Whether printing may well be what takes the time."""
        return self._heard.count >= SHOWN or self.lines > MANY_LINES

    def end(self) -> None:
        """End the process, and on POSIX whatever it has started."""
        with contextlib.suppress(OSError):
            if os.name == "posix" and self._process.poll() is None:
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.kill()
        self._process.wait()

    def close(self) -> None:
        """End the process, those beside it, and all that belongs to them."""
        for other in self._others:
            other.close()
        self._clock.stop()
        self.end()
        self._heard.text()
        for stream in (self._requests, self._answers):
            with contextlib.suppress(OSError):
                stream.close()
        self._desk.cleanup()

    def call(self, name: str, args: tuple, kwargs: dict, module: int = 0, trace: bool = False) -> Reply:
        """Return what a call of a function does."""
        blocks: list[bytes] = []
        message = {"do": "call", "name": name, "module": module, "trace": trace}
        message["args"] = encode(args, blocks, self._objects.number, self._known)
        message["kwargs"] = encode(kwargs, blocks, self._objects.number, self._known)
        self._calling = name
        answer, block = self._ask(message, blocks)
        try:
            return self._reply(answer, block)
        except (Garbled, LookupError, TypeError, ValueError, AttributeError):
            raise self._ended() from None

    def _reply(self, answer: dict[str, Any], block: bytes) -> Reply:
        reader = Reader(
            block, self._objects.of, lambda value, path: self._place(value, answer["number"], path)
        )
        warned = [(str(text), int(line)) for text, line in answer["warned"]]
        error, result = None, None
        if "error" in answer:
            kind, text, lines, unwritten = answer["error"]
            error = str(kind), str(text), [str(line) for line in lines], bool(unwritten)
        else:
            result = reader.value(answer["answer"])
        reader = Reader(reader.rest, self._objects.of)
        after = reader.value(answer["after"])
        arrays = [Assigned(name, line, to, reader.value(one)) for name, line, to, one in answer["assigned"]]
        return Reply(result, after, warned, error, arrays)

    def now(self, value: Any) -> Any:
        """Return what a value that the process has returned holds there by now."""
        if id(value) not in self._places:
            return value
        answer, block = self._ask({"do": "now", "of": self._places[id(value)]}, [])
        return Reader(block, self._objects.of).value(answer["answer"])

    def anew(self, plain: bool) -> int:
        """Run the file once more, and return the number of the module; ``plain``: without Numba."""
        return self._ask({"do": "anew", "plain": plain}, [])[0]["module"]

    def described(self) -> dict[str, dict[str, Any]]:
        """Return the functions of the file as they are by now."""
        return self._ask({"do": "functions"}, [])[0]["functions"]

    def quickest(self, name: str, args: tuple, seconds: float) -> float:
        """Return the time of the quickest of many calls within some seconds, measured here."""
        blocks: list[bytes] = []
        kept = self._ask({"do": "keep", "value": encode(args, blocks, self._objects.number)}, blocks)[0][
            "number"
        ]
        places = {"tuple": [{"kept": [kept, [k]]} for k in range(len(args))]}
        request = {"do": "quietly", "name": name, "args": places, "kwargs": {"dict": []}}
        best, end = np.inf, time.perf_counter() + seconds
        while time.perf_counter() < end:
            start = time.perf_counter()
            self._ask({**request, "module": 0, "trace": False}, [])
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
        place = self._places.get(id(value))
        return None if place is None else {"kept": place}

    def _place(self, value: Any, number: int, path: tuple[int, ...]) -> None:
        self._objects.keep(value)
        self._places[id(value)] = number, path

    def _ask(self, message: dict[str, Any], blocks: list[bytes]) -> tuple[dict[str, Any], bytes]:
        """Send a request, let the process call back as often as it wants to, and return its answer."""
        complete = False
        try:
            with self._clock.running():
                send(self._requests, message, blocks)
                while True:
                    received = receive(self._answers)
                    if received is None:
                        raise self._ended()
                    answer, block = received
                    self.lines = int(answer["lines"])
                    if answer["refused"]:
                        raise Refused(*map(str, answer["refused"][0]))
                    if "back" not in answer:
                        complete = True
                        return answer, block
                    self._answer_back(answer, block)
        except (OSError, ValueError, Garbled, LookupError, TypeError):
            raise self._ended() from None
        finally:
            if not complete:  # what comes next through the pipe is no answer to the next question
                self.end()

    def _answer_back(self, asked: dict[str, Any], block: bytes) -> None:
        reader, blocks = Reader(block, self._objects.of), []
        args, kwargs = reader.value(asked["args"]), reader.value(asked["kwargs"])
        try:
            answer = self._objects.of({"yours": asked["back"]})(*args, **kwargs)
            message = {"answer": encode(answer, blocks, self._objects.number)}
            generators = [one for one in args if isinstance(one, np.random.Generator)]
            message["generators"] = encode(generators, blocks, self._objects.number)
        except Exception as error:
            message = {"error": [type(error).__name__, str(error)]}
        send(self._requests, message, blocks)

    def _time_is_over(self) -> None:
        """Let the process write where it is, and end it."""
        if hasattr(signal, "SIGUSR1"):
            with contextlib.suppress(OSError):
                self._process.send_signal(signal.SIGUSR1)
        time.sleep(0.2)
        self.end()

    def _ended(self) -> Ended:
        try:
            status = self._process.wait(1.0)
        except subprocess.TimeoutExpired:  # it lives, but what it has sent is no answer
            status = None
        self.end()
        faults = self._faults.read_text(errors="replace") if self._faults.exists() else ""
        return Ended(None if self._clock.over else status, self._clock.over, self._calling, faults)


class _Objects:
    """What is no data, by numbers: this process's own things, and what stands for those of the other."""

    def __init__(self):
        self._own: list[Any] = []
        self._numbers: dict[int, int] = {}
        self._alive: list[Any] = []

    def keep(self, value: Any) -> None:
        """Keep something alive, so that its identity is its own."""
        self._alive.append(value)

    def number(self, value: Any) -> dict[str, Any]:
        """Return what stands for a value in a message."""
        if isinstance(value, Handle):
            return {"yours": value.number}
        if id(value) not in self._numbers:
            self._numbers[id(value)] = len(self._own)
            self._own.append(value)
        name = str(getattr(value, "__name__", type(value).__name__))
        node = {"mine": self._numbers[id(value)], "type": name, "callable": callable(value)}
        return {**node, "generator": state_of(value)} if isinstance(value, np.random.Generator) else node

    def of(self, node: dict[str, Any]) -> Any:
        """Return the value that a node stands for."""
        if "yours" in node:
            own = self._own[node["yours"]]
            if isinstance(own, np.random.Generator):
                own.bit_generator.state = generator(node["generator"]).bit_generator.state
            return own
        if "generator" in node:
            return generator(node["generator"])
        return _handle(str(node["type"])[:80])(int(node["mine"]))


class _Clock:
    """Counts the seconds for which the process is waited for, and rings once when they are over."""

    def __init__(self, seconds: float, ring: Callable[[], None]):
        self.over = False
        self._left, self._ring, self._since = seconds, ring, 0.0
        self._changed, self._stopped = threading.Condition(), False
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """Let the time run."""
        self._since = time.monotonic()
        try:
            yield
        finally:
            self._left -= time.monotonic() - self._since
            self._since = 0.0

    def allow(self, seconds: float) -> None:
        """Set the time that is left."""
        self._left = seconds

    def stop(self) -> None:
        """End the thread."""
        with self._changed:
            self._stopped = True
            self._changed.notify()

    def _watch(self) -> None:
        with self._changed:
            while not self._stopped:
                since = self._since
                if since and time.monotonic() - since > self._left:
                    self.over = True
                    break
                self._changed.wait(0.05)
        if self.over:
            self._ring()


class _Ear:
    """Listens to what a process prints until it ends, and keeps the beginning and the end."""

    def __init__(self, stream: IO[bytes]):
        self.count = 0  # bytes
        self._stream, self._head, self._tail, self._lost = stream, b"", b"", 0
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            while chunk := self._stream.read1(1 << 16):  # type: ignore[attr-defined]
                self.count += len(chunk)
                room = KEPT_BYTES - len(self._head)
                self._head += chunk[:room]
                self._tail += chunk[room:]
                if len(self._tail) > 2 * KEPT_BYTES:
                    self._lost += len(self._tail) - KEPT_BYTES
                    self._tail = self._tail[-KEPT_BYTES:]
            self._stream.close()

    def text(self) -> str:
        """Return what was heard."""
        self._thread.join(1.0)
        gap = f"\n... {self._lost:,} bytes ...\n".encode() if self._lost else b""
        return (self._head + gap + self._tail).decode(errors="replace")


def _rooms(room: Path) -> dict[str, str]:
    return {name: str(room) for name in ("TMPDIR", "TEMP", "TMP", "NUMBA_CACHE_DIR")}


def _import_path() -> list[str]:
    """Return where the process finds NumPy: as here, but neither in the current folder nor in a checkout of npae."""
    home, here = os.path.realpath(Path(__file__).parents[2]), os.getcwd()
    numpy = os.path.realpath(Path(np.__file__).parents[1])
    path = [os.path.abspath(entry) for entry in sys.path if entry]
    return [
        one for one in path if os.path.realpath(one) == numpy or one != here and os.path.realpath(one) != home
    ]
