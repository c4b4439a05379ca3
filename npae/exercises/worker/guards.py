"""What the learner's process may not do: write, read other files, start programs, import others' answers.

Python cannot keep out code that means harm; this catches accidents, and short cuts to an answer.
"""

from __future__ import annotations

import builtins
import contextlib
import importlib
import os
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

GIGABYTE = 1 << 30
MADE_FOR_THIS = ("autograd", "chainer", "jax", "keras", "mxnet", "tensorflow", "theano", "tinygrad", "torch")

_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_CHANGES = {  # audit events, with the positions of the paths among their arguments
    "os.chmod": (0,),
    "os.link": (0, 1),  # written to under its second name, it is written to under its first, too
    "os.mkdir": (0,),
    "os.remove": (0,),
    "os.rename": (0, 1),
    "os.rmdir": (0,),
    "os.symlink": (0, 1),
    "os.truncate": (0,),
    "shutil.rmtree": (0,),
}
_PROCESSES = {"os.exec", "os.fork", "os.forkpty", "os.kill", "os.killpg", "os.posix_spawn", "os.spawn"}
_PROCESSES |= {"os.startfile", "os.system", "pty.spawn", "subprocess.Popen"}
_PROCESSES |= {"socket.bind", "socket.connect", "socket.getaddrinfo", "socket.sendto"}
_DEVICES = (os.devnull, "/dev/random", "/dev/urandom")


class NotInAnExercise(Exception):
    """An exercise takes arrays and returns arrays; the file wanted something else of this machine."""


class Refusals:
    """What the learner's file was refused, kept even if the file itself catches the exception."""

    def __init__(self) -> None:
        self.kept: list[tuple[str, str, str]] = []  # key, sentence, where

    def refuse(self, key: str, sentence: str, where: str) -> None:
        """Remember it and raise it."""
        self.kept.append((key, sentence, where))
        raise NotInAnExercise(sentence)


def limit(seconds: float, memory: int) -> None:
    """Let the system stop what Python cannot, where it has limits (not on Windows, half on macOS)."""
    try:
        import resource
    except ImportError:
        return
    for name, value in (("RLIMIT_AS", memory), ("RLIMIT_CPU", int(seconds) + 30), ("RLIMIT_CORE", 0)):
        kind = getattr(resource, name, None)
        if kind is None:
            continue
        hard = resource.getrlimit(kind)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(kind, (value, hard))


def guarded_imports(file: str, extra: tuple[str, ...], refusals: Refusals) -> Callable:
    """Return ``__import__`` as the learner's file is to have it; importlib judges by the same rule."""
    plain_import, plain_import_module = builtins.__import__, importlib.import_module
    allowed = {"numpy", "__future__", *sys.stdlib_module_names, *extra}

    def judge(name: str, frame: FrameType) -> None:
        root = name.partition(".")[0]
        if root not in allowed:
            refusals.refuse(*_no_import(root, extra), f"line {frame.f_lineno}: it imports {name}")

    def guarded(
        name: str, globals: Any = None, locals: Any = None, fromlist: Any = (), level: int = 0
    ) -> Any:
        if level == 0:
            judge(name, sys._getframe(1))
        return plain_import(name, globals, locals, fromlist, level)

    def import_module(name: str, package: str | None = None) -> Any:
        if sys._getframe(1).f_code.co_filename == file:
            judge(name, sys._getframe(1))
        return plain_import_module(name, package)

    importlib.import_module = import_module
    return guarded


def _no_import(root: str, extra: tuple[str, ...]) -> tuple[str, str]:
    if root == "npae":
        return "imports_npae", "imports npae: then npae would be compared with npae, and not with your answer"
    tools = " and ".join(("NumPy", *(name.capitalize() for name in extra)))
    if root in MADE_FOR_THIS:
        return "imports_framework", f"imports {root}, which has the answers in it; use nothing but {tools}"
    return "imports_other", f"imports {root}; an exercise stands on its own, and uses nothing but {tools}"


def watch(refusals: Refusals, room: str, file: str, npae: str) -> None:
    """Refuse what would change or tell of this machine, by Python's audit events; nothing takes this back.

    Parameters
    ----------
    refusals : Refusals
    room : str
        The folder that may be written to.
    file : str
        The learner's.
    npae : str
        The folder of npae, of which nothing is read.
    """
    realpath, isdir, join, fsdecode = os.path.realpath, os.path.isdir, os.path.join, os.fsdecode
    room, npae = join(realpath(room), ""), join(realpath(npae), "")
    ctypes_folder = join(os.path.dirname(os.__file__), "ctypes", "")
    installed = {realpath(place) for place in (*sys.path, sys.prefix, sys.base_prefix) if place}
    own = realpath(file)
    readable = (room, own, *(join(place, "") for place in installed if place != os.sep))

    def is_in(folders: tuple[str, ...], path: Any) -> bool:
        if not isinstance(path, (str, bytes, os.PathLike)):
            return False
        return realpath(fsdecode(path)).startswith(folders)

    def opened(path: Any, mode: Any, flags: Any) -> None:
        if isinstance(path, int) or path is None or path in _DEVICES:
            return
        where = _where(file)
        # a folder that is opened may stand before the name of what is written to next
        if (flags or 0) & _WRITES or (mode is None and isdir(path) and where):
            if not is_in((room,), path):
                refusals.refuse(
                    "writes_files", f"wants to write to {path!r}; an exercise only computes", where
                )
        elif is_in((npae,), path) and realpath(fsdecode(path)) != own:
            refusals.refuse("reads_solution", "reads files of npae instead of having its own answer", where)
        elif where and not is_in(readable, path):
            refusals.refuse("reads_files", f"wants to read {path!r}; an exercise only computes", where)

    def hook(event: str, args: tuple) -> None:
        if event == "open":
            opened(*args)
        elif event in _CHANGES:
            for position in _CHANGES[event]:
                if not is_in((room,), args[position]):
                    sentence = f"wants to change {args[position]!r} ({event}); an exercise only computes"
                    refusals.refuse("writes_files", sentence, _where(file))
        elif event in _PROCESSES:
            refusals.refuse("starts_processes", f"wants {event}; an exercise only computes", _where(file))
        elif event == "ctypes.dlsym" and _asked_by(file, ctypes_folder):
            refusals.refuse("calls_c", f"calls {args[1]} of a C library; use nothing but NumPy", _where(file))

    sys.addaudithook(hook)


def _asked_by(file: str, through: str) -> bool:
    """Whether the learner's file is the innermost caller, not counting functions in files of a folder."""
    frame = sys._getframe(2)
    while (
        frame.f_back and frame.f_code.co_filename.startswith(through) and frame.f_code.co_name != "<module>"
    ):
        frame = frame.f_back
    return frame.f_code.co_filename == file


def _where(file: str) -> str:
    """Return the line of the learner's file that is being run, or ""."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        if frame.f_code.co_filename == file:
            return f"line {frame.f_lineno}, in {frame.f_code.co_name}"
        frame = frame.f_back
    return ""
