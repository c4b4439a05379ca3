"""What happens in the process that runs a learner's file: limits, the file, its check, and the answer.

`npae.exercises.sandbox` starts that process. It runs code that is unfinished by its nature, so it expects
everything: the answer goes into a file of its own, with a word that only the sandbox knows.
"""

from __future__ import annotations

import builtins
import codecs
import faulthandler
import importlib
import json
import linecache
import os
import sys
import traceback
import types
from pathlib import Path
from typing import Any

from npae.exercises.belongings import Belongings
from npae.exercises.result import Result

GIGABYTE = 1 << 30
MADE_FOR_THIS = ("autograd", "chainer", "jax", "keras", "mxnet", "tensorflow", "theano", "tinygrad", "torch")
EXTRA = {"numba_kernel": ("numba",)}  # what an exercise may import beyond NumPy

_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_CHANGES = {  # audit events, with the positions of the paths among their arguments
    "os.chmod": (0,),
    "os.link": (0, 1),  # written to under its second name, it is written to under its first, too
    "os.mkdir": (0,),
    "os.remove": (0,),
    "os.rename": (0, 1),
    "os.rmdir": (0,),
    "os.symlink": (1,),
    "os.truncate": (0,),
    "shutil.rmtree": (0,),
}
_PROCESSES = {"os.exec", "os.fork", "os.forkpty", "os.kill", "os.killpg", "os.posix_spawn", "os.spawn"}
_PROCESSES |= {"os.startfile", "os.system", "pty.spawn", "subprocess.Popen", "socket.bind", "socket.connect"}


class NotInAnExercise(Exception):
    """An exercise takes arrays and returns arrays; the file wanted something else of this machine."""


class Refusals:
    """What the learner's file was refused, kept even if the file itself catches the exception."""

    def __init__(self):
        self.kept: list[tuple[str, str, str]] = []  # key, sentence, where

    def refuse(self, key: str, sentence: str, where: str) -> None:
        """Remember it and raise it."""
        self.kept.append((key, sentence, where))
        raise NotInAnExercise(sentence)


def main(request: dict[str, Any]) -> None:
    """Check one file as `npae.exercises.sandbox` asks, write the answer, and end this process.

    Parameters
    ----------
    request : dict
        "exercise", "file", "seconds", "memory" (bytes), "answer" and "faults" (files to write), "room" (the
        folder that may be written to), "word" (goes into the answer, so that nobody else can give it).
    """
    write, leave, dumps = _writer(request["answer"]), os._exit, json.dumps  # the file may replace any of them
    name, word, file = request["exercise"], request.pop("word"), Path(request["file"])
    refusals = Refusals()
    try:
        report = _report(request, file, refusals)
    except BaseException as error:  # a KeyboardInterrupt that the file raises, or a fault of the check's own
        report = _unexpected(name, error, file)
    if refusals.kept:
        key, sentence, where = refusals.kept[0]
        report = failure(name, key, f"{file.name} {sentence}.", [where] * bool(where), "run")
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except Exception:  # closed, or replaced by the file
            pass
    write(dumps({"word": word, "report": {**report, "exercise": name}}).encode())
    leave(0)  # threads that the file has left behind are nobody's business


def _report(request: dict[str, Any], file: Path, refusals: Refusals) -> dict[str, Any]:
    from npae.exercises import catalogue
    from npae.exercises.checking import check_file

    exercise = catalogue.get(request["exercise"])
    extra = EXTRA.get(exercise.name, ())
    for name in extra:  # before the limits: what it does while it is imported is not the file's business
        try:
            importlib.import_module(name)
        except Exception as error:  # a Numba too old for this Python or NumPy fails in ways of its own
            return _unavailable(exercise.name, name, error)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)  # nobody answers an input()
    faults = os.open(request["faults"], os.O_WRONLY | os.O_CREAT)
    faulthandler.enable(faults)
    faulthandler.dump_traceback_later(request["seconds"], exit=True, file=faults)
    _limit(request["seconds"], request["memory"])
    sys.dont_write_bytecode = True  # from here on, nothing is written but the answer
    _watch(refusals, Path(request["room"]), file)
    belongings = Belongings("numpy", "npae")
    _, importlib.import_module = guarded_imports(file, extra, refusals)
    module = load(file, extra, refusals)
    report = module if isinstance(module, dict) else check_file(exercise, module).as_dict()
    replaced = belongings.replaced()
    if replaced:
        sentence = f"{file.name} replaces {replaced[0]}, on which the check and everybody else relies."
        also = [f"also {name}" for name in replaced[1:4]]
        return failure(exercise.name, "replaces_others", sentence, also, "run")
    return report


def _unavailable(exercise: str, name: str, error: Exception) -> dict[str, Any]:
    sentence = (
        f"{name.capitalize()} cannot be imported here, so this exercise cannot be checked: "
        f"pip install {name}. It counts neither as right nor as wrong."
    )
    return failure(exercise, f"{name}_missing", sentence, [says(error)], "unavailable")


def load(file: Path, extra: tuple[str, ...], refusals: Refusals) -> types.ModuleType | dict[str, Any]:
    """Run a learner's file and return its module, or a report of why it cannot be run."""
    module = types.ModuleType(f"exercise_{file.stem}")
    module.__file__ = str(file)
    guarded, _ = guarded_imports(file, extra, refusals)
    module.__builtins__ = {**vars(builtins), "__import__": guarded}
    sys.modules[module.__name__] = module  # dataclasses and pickle look there
    try:
        source = file.read_bytes()
        if source.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            raise ValueError("it is saved as UTF-16; Python reads UTF-8, so let your editor save it as that")
        code = compile(source, str(file), "exec", dont_inherit=True)
    except OSError as error:
        return failure("", "cannot_read", f"{file.name} cannot be read.", [says(error)])
    except (SyntaxError, ValueError) as error:
        return failure("", "syntax_error", f"{file.name} is not valid Python yet.", syntax_lines(error, file))
    try:
        exec(code, vars(module))
    except BaseException as error:  # SystemExit, too
        lines = [*frames(error, file), says(error)]
        if isinstance(error, SystemExit):
            sentence = "{} calls sys.exit when it is imported; leave that out, or put it into a function."
            return failure("", "exit", sentence.format(file.name), lines[:-1])
        return failure("", "import_error", f"{file.name} stops with an error when it is imported.", lines)
    return module


def failure(
    exercise: str, key: str, sentence: str, evidence: list[str], stage: str = "load"
) -> dict[str, Any]:
    """Return the report of a file that could not be checked, in the form of every other report."""
    found = {"stage": stage, "diagnosis": key, "sentence": sentence, "evidence": evidence, "confident": True}
    return Result(exercise, **found).as_dict()


def frames(error: BaseException, file: Path) -> list[str]:
    """Return the lines of the learner's file that an exception went through, and no others."""
    lines = []
    for frame, number in traceback.walk_tb(error.__traceback__):
        if frame.f_code.co_filename == str(file):
            name = frame.f_code.co_name
            inside = "" if name == "<module>" else f", in {name}"
            lines.append(f"line {number}{inside}: {linecache.getline(str(file), number).strip()}")
    if len(lines) > 6:  # a recursion without an end
        lines[3:-3] = [f"... {len(lines) - 6} more of the same file ..."]
    return lines


def says(error: BaseException) -> str:
    """Return "TypeError: what it says", on one line."""
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text[:300]}" if text else type(error).__name__


def syntax_lines(error: Exception, file: Path) -> list[str]:
    """Return where the syntax is wrong, the line, and a caret below the place."""
    if not isinstance(error, SyntaxError) or error.lineno is None:
        return [says(error)]
    lines = [f"line {error.lineno}: {error.msg}"]
    if error.text:
        text = error.text.rstrip("\n")
        indent = len(text) - len(text.lstrip())
        lines += ["    " + text.strip(), "    " + " " * max((error.offset or 1) - 1 - indent, 0) + "^"]
    return lines


def _unexpected(exercise: str, error: BaseException, file: Path) -> dict[str, Any]:
    lines = frames(error, file)
    if lines:
        return failure(
            exercise, "exception", f"{file.name} stops with an error.", [*lines, says(error)], "run"
        )
    last = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{Path(last.filename).name}, line {last.lineno}, in {last.name}"
    sentence = "The check itself has stopped with an error: that is a mistake in npae, and not in your file."
    return failure(exercise, "checker_error", sentence, [place, says(error)], "run")


def _limit(seconds: float, memory: int) -> None:
    """Let the system stop what Python cannot, where it has limits (not on Windows, half on macOS)."""
    try:
        import resource
    except ImportError:
        return
    for name, value in (("RLIMIT_AS", memory), ("RLIMIT_CPU", int(seconds) + 5), ("RLIMIT_CORE", 0)):
        kind = getattr(resource, name, None)
        if kind is None:
            continue
        hard = resource.getrlimit(kind)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        try:
            resource.setrlimit(kind, (value, hard))
        except (ValueError, OSError):
            pass


def guarded_imports(file: Path, extra: tuple[str, ...], refusals: Refusals):
    """Return ``__import__`` and ``importlib.import_module`` such as the learner's file is to have them."""
    plain_import = builtins.__import__
    plain_import_module = importlib.import_module
    allowed = {"numpy", "__future__", *sys.stdlib_module_names, *extra}

    def judge(name, line):
        root = name.partition(".")[0]
        if root not in allowed:
            refusals.refuse(*_no_import(root, extra), f"line {line}: it imports {name}")

    def guarded(name, globals=None, locals=None, fromlist=(), level=0):
        if level == 0:
            judge(name, sys._getframe(1).f_lineno)
        return plain_import(name, globals, locals, fromlist, level)

    def import_module(name, package=None):
        caller = sys._getframe(1)
        if caller.f_code.co_filename == str(file):
            judge(name, caller.f_lineno)
        return plain_import_module(name, package)

    return guarded, import_module


def _no_import(root: str, extra: tuple[str, ...]) -> tuple[str, str]:
    if root == "npae":
        return "imports_npae", "imports npae: then npae would be compared with npae, and not with your answer"
    tools = " and ".join(("NumPy", *(name.capitalize() for name in extra)))
    if root in MADE_FOR_THIS:
        return "imports_framework", f"imports {root}, which has the answers in it; use nothing but {tools}"
    return "imports_other", f"imports {root}; an exercise stands on its own, and uses nothing but {tools}"


def _watch(refusals: Refusals, room: Path, file: Path) -> None:
    """Refuse whatever would change this machine, by Python's audit events; nothing can take this back."""
    room_prefix = os.path.join(os.path.realpath(room), "")
    answers = os.path.join(os.path.realpath(Path(__file__).parent / "path"), "")
    realpath, isdir, where = os.path.realpath, os.path.isdir, _where(file)

    ctypes_folder = os.path.join(os.path.dirname(os.__file__), "ctypes", "")

    def is_in(folder, path) -> bool:
        return isinstance(path, (str, bytes, os.PathLike)) and realpath(os.fsdecode(path)).startswith(folder)

    def hook(event, args):
        if event == "open":
            path, mode, flags = args
            if isinstance(path, int) or path is None:
                return
            # a folder that is opened may stand before the name of what is written to next
            writes = (flags or 0) & _WRITES or (mode is None and isdir(path) and where())
            if writes and not is_in(room_prefix, path) and path != os.devnull:
                refusals.refuse(
                    "writes_files", f"wants to write to {path!r}; an exercise only computes", where()
                )
            if where() and is_in(answers, path):
                refusals.refuse(
                    "reads_solution", "reads the solution of npae instead of having its own", where()
                )
        elif event in _CHANGES:
            for position in _CHANGES[event]:
                if not is_in(room_prefix, args[position]):
                    sentence = f"wants to change {args[position]!r} ({event}); an exercise only computes"
                    refusals.refuse("writes_files", sentence, where())
        elif event in _PROCESSES:
            refusals.refuse("starts_processes", f"wants {event}; an exercise only computes", where())
        elif event == "ctypes.dlsym" and _asked_by(file, ctypes_folder):
            refusals.refuse("calls_c", f"calls {args[1]} of a C library; use nothing but NumPy", where())

    sys.addaudithook(hook)


def _asked_by(file: Path, through: str) -> bool:
    """Whether the learner's file is the innermost caller, not counting functions in files of a folder."""
    frame = sys._getframe(2)
    while (
        frame.f_back and frame.f_code.co_filename.startswith(through) and frame.f_code.co_name != "<module>"
    ):
        frame = frame.f_back
    return frame.f_code.co_filename == str(file)


def _where(file: Path):
    """Return a function that tells the line of the learner's file that is being run, or ""."""
    name = str(file)

    def where() -> str:
        frame = sys._getframe(1)
        while frame is not None:
            if frame.f_code.co_filename == name:
                return f"line {frame.f_lineno}, in {frame.f_code.co_name}"
            frame = frame.f_back
        return ""

    return where


def _writer(path: str):
    """Return a function that writes bytes into a file that is opened now, before anybody can meddle."""
    target, write = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), os.write

    def write_all(data: bytes) -> None:
        while data:
            data = data[write(target, data) :]

    return write_all
