"""Ends what takes too long in this process, without tearing what is exchanged for a while."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np

CONTEXTS, CONTEXT_FRAMES = (
    ("contextlib.py", "listening.py", "_ufunc_config.py"),
    5,
)  # the innermost frames' files


class _OutOfTime(BaseException):
    """The time for explanations is over."""


@contextlib.contextmanager
def alarm(seconds: float) -> Iterator[None]:
    """End what is done inside after some seconds, where the system can; an edited program may take long."""
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def ring(_, frame):
        for _ in range(CONTEXT_FRAMES):
            if frame is not None and Path(frame.f_code.co_filename).name in CONTEXTS:
                signal.setitimer(signal.ITIMER_VIRTUAL, 0.001)  # what begins or ends there is not to be torn
                return
            frame = frame and frame.f_back
        raise _OutOfTime

    before = signal.signal(signal.SIGVTALRM, ring)
    with np.errstate():  # the alarm may ring while an errstate inside ends, which then leaves its own behind
        signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
        try:
            yield
        except _OutOfTime:
            pass
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
            signal.signal(signal.SIGVTALRM, before)
