"""The learner's process, from its first request to its last."""

from __future__ import annotations

import builtins
import faulthandler
import importlib
import io
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from .calls import EDITED, NotRun, anew, described, load, observed, run, says, text_of
from .guards import Refusals, guarded_imports, limit, watch
from .wire import Garbled, Reader, at, encode, generator, receive, send, state_of

SHOWN = 16_000  # characters of what the file prints; more is counted, and dropped


def main() -> None:
    """Answer the requests that come through the standard input, on the standard output, until it closes.

    What the file prints goes where errors go.
    """
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)  # there is no keyboard for an input()
    os.dup2(2, 1)
    printed = Printed(os.dup(2))
    sys.stdout = sys.stderr = printed
    first = receive(requests)
    if first is None:
        return
    worker = Worker(requests, answers, printed)
    worker.send(worker.begin(first[0]), [])
    while (message := receive(requests)) is not None:
        worker.answer(*message)
    os._exit(0)  # and do not wait for threads that the file has left behind


class Printed(io.TextIOBase):
    """Takes what the file prints: the first part of it goes on, all of it is counted."""

    def __init__(self, target: int):
        self._target, self.characters, self.lines = target, 0, 0

    def write(self, text: str) -> int:
        """Write a part of the text, as long as there is room."""
        if self.characters < SHOWN:
            os.write(self._target, text[: SHOWN - self.characters].encode(errors="replace"))
        self.characters += len(text)
        self.lines += text.count("\n")
        return len(text)

    def writable(self) -> bool:
        """Return True."""
        return True

    def fileno(self) -> int:
        """Return where the text goes."""
        return self._target


class Theirs:
    """Something of npae's process that is no data: here it can be kept, and handed back."""

    __slots__ = ("number",)

    def __init__(self, number: int):
        self.number = number

    def __copy__(self) -> Theirs:
        return self

    def __deepcopy__(self, memo: dict) -> Theirs:
        return self


class Worker:
    """One file, the modules made of it, and what its functions have returned."""

    def __init__(self, requests: Any, answers: Any, printed: Printed):
        self._requests, self._answers, self._printed = requests, answers, printed
        self._refusals = Refusals()
        self._modules: list[Any] = []
        self._returned: list[Any] = []  # all answers, since caches and states come back as arguments
        self._kept: list[Any] = []  # what is no data, and has been told of
        self._theirs: dict[int, Any] = {}  # functions, generators and others of npae's process

    def begin(self, request: dict[str, Any]) -> dict[str, Any]:
        """Set limits and guards, before anything of the file runs."""
        file, extra = request["file"], tuple(request["extra"])
        for name in extra:  # before the limits: what it does while it is imported is not the file's doing
            try:
                importlib.import_module(name)
            except Exception as error:  # a Numba too old for this Python or NumPy fails in ways of its own
                sentence = (
                    f"{name.capitalize()} cannot be imported here, so this exercise cannot be checked: "
                    f"pip install {name}. It counts neither as right nor as wrong."
                )
                return {"not_run": ["unavailable", f"{name}_missing", sentence, [says(error)]]}
        faults = os.open(request["faults"], os.O_WRONLY | os.O_CREAT)
        faulthandler.enable(faults)
        if hasattr(faulthandler, "register"):
            faulthandler.register(signal.SIGUSR1, faults)
        else:  # the line of an endless loop is told in time, without having been asked
            faulthandler.dump_traceback_later(request["seconds"], file=faults)
        limit(request["seconds"], request["memory"])
        sys.dont_write_bytecode = True
        watch(self._refusals, request["room"], file, request["npae"])
        self._file, self._imports = Path(file), guarded_imports(file, extra, self._refusals)
        return {}

    def send(self, message: dict[str, Any], blocks: list[bytes]) -> None:
        """Write an answer, with what has been refused and printed."""
        message["lines"] = self._printed.lines
        if self._refusals.kept:
            key, sentence, where = self._refusals.kept[0]
            message["not_run"] = ["run", key, f"{self._file.name} {sentence}.", [where] * bool(where)]
        try:
            send(self._answers, message, blocks)
        except Garbled as error:
            text = f"the answer is too large to be checked ({error})"
            message = {
                "error": ["MemoryError", text, False],
                "after": {"list": []},
                "traced": [],
                "kinds": {},
                "returned": [],
                "warned": [],
            }
            send(self._answers, {**message, "where": [], "lines": 0}, [])

    def answer(self, request: dict[str, Any], block: bytes) -> None:
        """Do what is asked for.

        "load" the file; "call" a function; "quietly": keep its answer here; "keep" a value, to be an argument
        later; "now": tell what an earlier answer holds by now; "anew": run the file again; "edited": run
        another text in its place; "describe" functions.
        """
        do = request["do"]
        blocks: list[bytes] = []
        message: dict[str, Any] = {}
        if do == "load":
            try:
                self._modules.append(load(self._file, self._imports))
            except NotRun as error:
                message = {"not_run": [error.stage, error.key, error.sentence, error.lines]}
        elif do in ("call", "quietly"):
            message = self._call(request, block, blocks, do == "quietly")
        elif do == "keep":
            self._returned.append(Reader(block, self._other).value(request["value"]))
            message = {"number": len(self._returned) - 1}
        elif do == "now":
            number, path = request["of"]
            message = {"answer": self._encoded(at(self._returned[number], path), blocks)}
        elif do == "anew":
            self._modules.append(anew(self._modules[0], request["plain"]))
            message = {"module": len(self._modules) - 1}
        elif do == "edited":
            message = {"runs": self._edited(request["text"])}
        if do in ("load", "describe") and self._modules:
            message = {"functions": described(self._modules[0])}
        self.send(message, blocks)

    def _edited(self, text: list[str]) -> bool:
        """Let another text be the last module, in the place of the one before; return whether it runs."""
        try:
            module = run(text, EDITED, self._imports)
        except (Exception, SystemExit):
            return False
        if self._modules[-1].__file__ == EDITED:
            self._modules.pop()
        self._modules.append(module)
        return True

    def _call(self, request: dict, block: bytes, blocks: list[bytes], quietly: bool) -> dict[str, Any]:
        reader, module = Reader(block, self._other), self._modules[request["module"]]
        args, kwargs = reader.value(request["args"]), reader.value(request["kwargs"])
        seen = observed(request["name"], args, kwargs, module, request["trace"], request["layout"])
        self._returned.append(seen.answer)
        message: dict[str, Any] = {"number": len(self._returned) - 1}
        if quietly:
            return message
        if seen.error is None:
            message["answer"] = self._encoded(seen.answer, blocks)
        else:
            unwritten = isinstance(seen.error, NotImplementedError)
            message["error"] = [type(seen.error).__name__, text_of(seen.error), unwritten]
        for position, node in enumerate(request["args"]["tuple"]):
            if isinstance(node, dict) and "kept" in node:
                seen.after[position] = None
        message |= {"after": self._encoded(seen.after, blocks), "warned": seen.warned, "where": seen.lines}
        message["returned"] = seen.returned
        traced = [
            [a.function, a.line, a.name, self._encoded(a.array, blocks), list(a.runs)] for a in seen.assigned
        ]
        kinds = {
            function: {
                name: [one.kind, one.shape, self._encoded(one.value, blocks)] for name, one in some.items()
            }
            for function, some in seen.kinds.items()
        }
        return {**message, "traced": traced, "kinds": kinds}

    def _encoded(self, value: Any, blocks: list[bytes]) -> Any:
        return encode(value, blocks, self._mine)

    def _mine(self, value: Any) -> dict[str, Any]:
        """Return what stands for something that is no data."""
        state = {"generator": state_of(value)} if isinstance(value, np.random.Generator) else {}
        number = next((n for n, one in self._theirs.items() if one is value), None)
        if number is not None:
            return {"yours": number, **state}
        self._kept.append(value)
        return {"mine": len(self._kept) - 1, "type": type(value).__name__, **state}

    def _other(self, node: dict[str, Any]) -> Any:
        if "kept" in node:
            number, path = node["kept"]
            return at(self._returned[number], path)
        if "yours" in node:
            return self._kept[node["yours"]]
        number = node["mine"]
        if number not in self._theirs:
            made = generator(node["generator"]) if "generator" in node else Theirs(number)
            self._theirs[number] = self._asking(number, node["type"]) if node["callable"] else made
        if "generator" in node:
            self._theirs[number].bit_generator.state = node["generator"]
        return self._theirs[number]

    def _asking(self, number: int, name: str) -> Callable:
        """Return a function that has npae's process call one of its own."""

        def function(*args: Any, **kwargs: Any) -> Any:
            blocks: list[bytes] = []
            message = {
                "back": number,
                "args": self._encoded(args, blocks),
                "kwargs": self._encoded(kwargs, blocks),
            }
            self.send(message, blocks)
            received = receive(self._requests)
            if received is None:
                os._exit(0)
            answer, block = received
            if "error" in answer:
                kind, text = answer["error"]
                raise getattr(builtins, kind, RuntimeError)(text)
            reader = Reader(block, self._other)
            value = reader.value(answer["answer"])
            reader.value(answer["generators"])  # may have drawn numbers there
            return value

        function.__name__ = name
        return function
