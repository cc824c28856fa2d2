"""Signals: Ctrl-C while the script runs, and those that end the process.

Elsewhere Ctrl-C is the KeyboardInterrupt that Python makes of it.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from nnstep.engine.halted import Halted

_ENDING = [
    signal.Signals[name] for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
]


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
        for each in _ENDING:
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


def before_ending(act: Callable[[], object]) -> Callable[[], None]:
    """Have something done before a signal ends the process, such as that of a closed window.

    Args:
        act: is called from a signal handler.

    Returns:
        What takes that back.
    """
    if threading.current_thread() is not threading.main_thread():
        return lambda: None
    ending = [each for each in _ENDING if signal.getsignal(each) is signal.SIG_DFL]
    process = os.getpid()

    def undo() -> None:
        for each in ending:
            if signal.getsignal(each) is handle:
                signal.signal(each, signal.SIG_DFL)

    def handle(number: int, frame: FrameType | None) -> None:
        undo()
        try:
            if os.getpid() == process:  # one that the script has forked has nothing to do here
                act()
        finally:
            signal.raise_signal(number)

    for each in ending:
        signal.signal(each, handle)
    return undo
