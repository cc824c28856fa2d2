"""The whole visible state of a session as data, so that two states can be compared to the bit.

Values are compared by value, objects with an identity also by which of them is which: each gets
a number where it is met first, and is named by it from then on. Functions and classes of libraries
are named only; those of the script are looked into, for they hold state. Nothing of the script's
own code is run.
"""

from __future__ import annotations

import builtins
import gc
import hashlib
import os
import random
import sys
import types
import warnings
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import oracle

from nnstep.engine.events import Moment
from nnstep.engine.frames import Frame
from nnstep.session import Position, Session

_OF_PYTHON = {"__builtins__", "__loader__", "__spec__", "__warningregistry__"}
_LONG = 256  # bytes of an array that are kept as they are; of more only a digest


class Fingerprint(NamedTuple):
    """A state.

    Attributes:
        position: where the session stands, its moment included.
        ended: whether it has ended, and the exception that ended it.
        module: the script's variables, frozen, in their order.
        frames: of each function in progress, innermost first, name, line and variables.
        output: what was printed.
        random: NumPy's and Python's global generators.
        around: how NumPy treats errors and prints, and where the script stands in the file system.
    """

    position: Position
    ended: tuple[Any, ...]
    module: tuple[Any, ...]
    frames: tuple[Any, ...]
    output: str
    random: tuple[Any, ...]
    around: tuple[Any, ...]


def fingerprint(session: Session) -> Fingerprint:
    """All that can be seen of a session where it stands."""
    freeze = Freezer()
    error = session.error
    return Fingerprint(
        session.position,
        (session.finished, None if error is None else freeze(error)),
        _names(session._program.globals, freeze),
        tuple(_frame(frame, freeze) for frame in _stack(session)),
        session.output,
        (_numpy_random(), _python_random(session)),
        (
            tuple(np.geterr().items()), repr(np.get_printoptions()), os.getcwd(),
            sys.getrecursionlimit(),
        ),
    )


def differences(here: Fingerprint, wanted: Fingerprint) -> list[str]:
    """What differs, one text for each; empty when both are the same."""
    found = []
    for field, mine, other in zip(Fingerprint._fields, here, wanted, strict=True):
        if mine == other:
            continue
        if field == "module":
            found += _different_names(dict(mine), dict(other))
            if not found:
                found.append(f"order of names: {[n for n, _ in mine]}, not {[n for n, _ in other]}")
        else:
            found.append(f"{field}: {mine!r}, not {other!r}")
    return found


def _different_names(mine: dict[str, Any], other: dict[str, Any]) -> list[str]:
    return [
        f"{name}: {mine.get(name, 'unbound')!r}, not {other.get(name, 'unbound')!r}"
        for name in {**mine, **other}
        if mine.get(name, "unbound") != other.get(name, "unbound")
    ]


def _stack(session: Session) -> Iterator[Frame]:
    frame = session._machine.frame
    return frame.stack() if frame is not None else iter(())


def _frame(frame: Frame, freeze: Freezer) -> tuple[Any, ...]:
    handled = [None if each is None else freeze(each) for each in frame.excs]
    names = () if frame.code.is_module else _names(frame.visible(), freeze)
    return frame.code.name, frame.code.span(frame.op).line, names, tuple(handled)


def _names(variables: dict[str, Any], freeze: Freezer) -> tuple[Any, ...]:
    items = list(variables.items())
    return tuple((name, freeze(value)) for name, value in items if name not in _OF_PYTHON)


def _python_random(session: Session) -> int:
    """The state of the module `random`; 0 if the script doesn't use it, for libraries may."""
    uses = any(each is random for each in session._program.globals.values())
    return hash(random.getstate()) if uses else 0


def _numpy_random() -> tuple[Any, ...]:
    _, bits, *rest = np.random.get_state()
    return (hashlib.blake2b(bits.tobytes(), digest_size=8).hexdigest(), *rest)


class Freezer(oracle.Freezer):
    """Names what belongs to libraries, and shortens what is long."""

    def _instance(self, value: Any, kind: type) -> tuple[Any, ...]:
        if value is vars(builtins):
            return ("builtins",)
        if issubclass(kind, OrderedDict):  # whose order is not that of the dictionary below
            items = OrderedDict.items(value)
            return kind.__qualname__, [(self(key), self(each)) for key, each in items]
        return super()._instance(value, kind)

    def _parts(self, value: Any, kind: type) -> tuple[Any, ...]:
        if kind is types.CodeType:
            return "code", value.co_qualname, value.co_firstlineno
        return super()._parts(value, kind)

    def _function(self, value: types.FunctionType) -> tuple[Any, ...]:
        if value.__globals__.get("__name__") != "__main__":
            return "function", value.__module__, value.__qualname__
        return super()._function(value)

    def _array(self, value: np.ndarray[Any, Any]) -> tuple[Any, ...]:
        frozen = super()._array(value)
        data = frozen[4]
        if isinstance(data, bytes) and len(data) > _LONG:
            short = hashlib.blake2b(data, digest_size=16).hexdigest()
            frozen = (*frozen[:4], short, *frozen[5:])
        if type(value) is not np.ndarray:  # a masked array has its mask there
            inside = getattr(value, "__dict__", {})
            return (*frozen, [(name, self(each)) for name, each in inside.items()])
        return frozen


Key = tuple[tuple[int, ...], bool]
"""What tells states of one run apart: the moment's path, empty at the end, and whether it ended."""


def key(session: Session) -> Key:
    """Which state of its run a session is in."""
    moment = session.position.moment
    return (() if moment is None else moment.path), session.finished


class Course(NamedTuple):
    """All states of a run, as plain stepping passes through them.

    Attributes:
        path: the script.
        keys: of the states, in their order.
        moments: at which one can stand.
        states: by key.
    """

    path: Path
    keys: list[Key]
    moments: list[Moment]
    states: dict[Key, Fingerprint]

    @property
    def end(self) -> Fingerprint:
        """The last state."""
        return self.states[self.keys[-1]]

    def wrong(self, session: Session) -> list[str]:
        """What is wrong with the state of a session; empty when it is one of these."""
        here = self.states.get(key(session))
        if here is None:
            return [f"stepping never stands at {session.position}"]
        return differences(fingerprint(session), here)


class TooLong(Exception):
    """A run has more ops than a test should step through."""


def stepped(path: Path, edits: Sequence[tuple[Key, str]] = (), limit: int = 3000) -> Course:
    """Step through a script; what is to be typed in is typed where it was.

    Raises:
        TooLong: there is no end.
    """
    course = Course(path, [], [], {})
    todo = list(edits)
    with same_start():
        session = Session(path)
        while True:
            here = key(session)
            while todo and todo[0][0] == here:
                session.execute(todo.pop(0)[1])
            course.keys.append(here)
            course.states[here] = fingerprint(session)
            if session.finished:
                break
            if session.position.moment is not None:
                course.moments.append(session.position.moment)
            if len(course.keys) > limit:
                raise TooLong(path.name)
            session.step()
        session.close()
    assert not todo, f"never came to where {todo} was typed"
    return course


@contextmanager
def same_start() -> Iterator[None]:
    """Begin as in a new process, and leave nothing behind: for what sessions share."""
    errors, printing, folder = np.geterr(), np.get_printoptions(), os.getcwd()
    limit, modules = sys.getrecursionlimit(), set(sys.modules)
    environment, hooks = dict(os.environ), (sys.excepthook, sys.unraisablehook)
    drawn = np.random.get_state(), random.getstate()
    np.random.seed(0)
    random.seed(0)
    sys.setrecursionlimit(max(limit, 3000))
    gc.freeze()  # what is there by now needn't be looked at each time
    np.seterr(divide="warn", over="warn", under="ignore", invalid="warn")
    with warnings.catch_warnings():
        warnings.resetwarnings()
        warnings.simplefilter("ignore")
        try:
            yield
        finally:
            gc.collect()  # what a script leaves behind must not print into the next one
            np.random.set_state(drawn[0])
            random.setstate(drawn[1])
            np.seterr(**errors)
            np.set_printoptions(**printing)
            os.chdir(folder)
            sys.setrecursionlimit(limit)
            sys.excepthook, sys.unraisablehook = hooks
            oracle._forget(modules)
            if dict(os.environ) != environment:
                os.environ.clear()
                os.environ.update(environment)
