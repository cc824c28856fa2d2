"""Ctrl-C while the script runs, and while a file is written.

Elsewhere it is the KeyboardInterrupt that Python makes of it.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from nnstep.engine.halted import Halted

_ENDING = ("SIGINT", "SIGTERM", "SIGHUP")  # Windows hasn't all of them


@contextmanager
def halting(halt: Callable[[], bool]) -> Iterator[None]:
    """Let Ctrl-C ask for a halt, and a second one break off the op that is under way.

    Args:
        halt: asks for a halt, and says whether the op may be broken off; called from a signal
            handler.

    Raises:
        KeyboardInterrupt: the second one came when no op was under way.
    """
    if threading.current_thread() is not threading.main_thread():
        yield  # Only the main thread may handle signals.
        return
    asked = False

    def handle(number: int, frame: FrameType | None) -> None:
        nonlocal asked
        may_break_off = halt()
        if asked and may_break_off:
            raise Halted
        asked = True

    before = signal.signal(signal.SIGINT, handle)
    try:
        yield
    except Halted:
        raise KeyboardInterrupt from None
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def undisturbed() -> Iterator[None]:
    """Let the signals that would break off what is under way come when it is done."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []
    before: dict[signal.Signals, Callable[[int, FrameType | None], object] | int] = {}
    try:
        for each in (signal.Signals[name] for name in _ENDING if hasattr(signal, name)):
            handler = signal.getsignal(each)
            if handler is not None:  # else it isn't Python's, and couldn't be put back
                before[each] = handler
                signal.signal(each, lambda number, frame: came.append(number))
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
        for number in came:
            signal.raise_signal(number)
