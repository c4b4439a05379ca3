"""What Ctrl-C, SIGTERM and SIGHUP do: end with one line and 128 + the signal's number, after a step is saved.

A signal that the caller has told this process to ignore, as ``nohup`` does, stays ignored.
"""

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Timer, current_thread, main_thread
from typing import Any, NoReturn

SIGNALS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
Handler = Callable[[int, Any], None]


class Interrupted(KeyboardInterrupt):
    """A signal ends the program; ``number`` is the signal's."""

    def __init__(self, number: int):
        super().__init__(signal.Signals(number).name)
        self.number = number


def status_of(interrupt: KeyboardInterrupt) -> int:
    """Return the exit status: 130 for Ctrl-C, 143 for SIGTERM, 129 for SIGHUP."""
    return 128 + getattr(interrupt, "number", signal.SIGINT)


@contextmanager
def handled(handler: Handler) -> Iterator[None]:
    """Call ``handler(number, frame)`` for a signal during the ``with`` block.

    A thread other than the main one cannot set handlers, and sets none.
    """
    before = {}
    try:
        if current_thread() is main_thread():
            for number in SIGNALS:
                if signal.getsignal(number) not in (signal.SIG_IGN, None):
                    before[number] = signal.signal(number, handler)
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old)


@contextmanager
def raised() -> Iterator[None]:
    """Raise `Interrupted` for a signal during the ``with`` block.

    An exception that a signal raises can get lost: a destructor prints and drops it, and a library may turn
    it into an error of its own. So a dropped one is sent again, and an error after a signal is `Interrupted`.
    """
    came: list[int] = []
    hook = sys.unraisablehook

    def end(number: int, _: object) -> NoReturn:
        came.append(number)
        raise Interrupted(number)

    def again(dropped: Any) -> None:
        if isinstance(dropped.exc_value, Interrupted):
            Timer(0.02, signal.raise_signal, [dropped.exc_value.number]).start()
        else:
            hook(dropped)

    try:
        sys.unraisablehook = again
        with handled(end):
            yield
    except Exception:
        if came:
            raise Interrupted(came[0]) from None
        raise
    finally:
        sys.unraisablehook = hook


@contextmanager
def postponed() -> Iterator[Callable[[], Interrupted | None]]:
    """Note signals during the ``with`` block, which asks for them when it can end.

    A second Ctrl-C ends at once.

    Yields
    ------
    A function that returns the noted signal as an exception to raise, or None.
    """
    came: list[int] = []

    def note(number: int, _: object) -> None:
        came.append(number)
        if came.count(signal.SIGINT) > 1 and number == signal.SIGINT:
            raise Interrupted(number)

    def noted() -> Interrupted | None:
        return Interrupted(came[0]) if came else None

    with handled(note):
        yield noted
    if interrupt := noted():
        raise interrupt
