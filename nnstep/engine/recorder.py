"""Makes events while a machine runs. An observer of the machine; it never changes the run."""

from __future__ import annotations

import ast
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np

from nnstep.engine import ops
from nnstep.engine.comprehensions import EXHAUSTED
from nnstep.engine.events import Event, Mutation, Operand
from nnstep.engine.frames import Frame
from nnstep.engine.memory import Before, Places, candidates, is_mutable, shares
from nnstep.engine.moments import Standing, moment, standing
from nnstep.engine.ops import Op
from nnstep.engine.rareops import NO_MATCH
from nnstep.engine.values import is_a

_KINDS = {
    ops.COMPUTE: "compute", ops.OPERATOR: "compute", ops.CALL: "compute", ops.BIND: "bind",
    ops.NEXT: "loop", ops.NATIVE: "native",
}


class Recorder:
    """Turns what a machine does into events.

    A value in an event is as it was when the op ran: before a later op changes an array in
    place, events that hold it get a copy.

    Attributes:
        last: the latest event.
    """

    def __init__(self, main: ast.AST | None, printed: Callable[[], int]) -> None:
        """Args:
        main: the loop whose iterations are the epochs.
        printed: how many characters the script has printed so far.
        """
        self.main = main
        self.last: Event | None = None
        self._printed = printed
        self._live: weakref.WeakSet[Event] = weakref.WeakSet()
        self._before: Before | None = None
        self._start = 0
        self._standing: Standing = []

    def before(self, frame: Frame, op: Op, operands: tuple[Any, ...]) -> None:
        """Note what an op may change."""
        places = candidates(frame, op, operands)
        self.protect(places)
        self._before = Before(places) if places else None

    def protect(self, places: Places) -> None:
        """Give events that hold what is about to change a copy of it."""
        if places and self._live:
            for event in list(self._live):
                _separate(event, places)

    def part_with_events(self) -> None:
        """Give all events copies of their own, before a run that isn't watched."""
        for event in list(self._live):
            _separate(event, None)

    @property
    def holds_events(self) -> bool:
        """Whether someone still holds an event."""
        return bool(self._live)

    @property
    def may_have_changed(self) -> bool:
        """Whether the op under way may change something in place."""
        return self._before is not None

    def start(self, frame: Frame) -> None:
        """An op is about to begin: note where that is, and what has been printed."""
        self._standing = standing(frame)
        self._start = self._printed()
        self._before = None

    def after(
        self, frame: Frame, op: Op, operands: tuple[Any, ...], value: Any,
        text: Callable[[int], str],
    ) -> Event:
        """The event of an op that has run."""
        mutated = self._before.mutations(frame) if self._before is not None else ()
        self._before = None
        kind = _KINDS.get(op.kind, "compute")
        names = op.store.names
        if value is EXHAUSTED:
            kind, value, names = "loop end", None, ()
        elif value is NO_MATCH:
            value, names = False, ()
        elif op.store.names and op.store.how == ops.NOWHERE:
            kind = "store"
            value = operands[0] if value is None else value
        elif op.kind == ops.NATIVE:
            value = None
        operands = tuple(_as_it_was(each, mutated) for each in operands)
        return self._event(
            frame, op, operands, kind=kind, names=names, value=value, mutated=mutated,
            printed=text(self._start),
        )

    def entered(self, frame: Frame, op: Op, operands: tuple[Any, ...]) -> Event:
        """The event of a step into a function."""
        return self._event(frame, op, operands, kind="call", names=(), value=None)

    def returned(
        self, frame: Frame, op: Op, operands: tuple[Any, ...], value: Any,
        text: Callable[[int], str],
    ) -> Event:
        """The event of a return, back in the frame that called."""
        return self._event(
            frame, op, operands, kind="return", names=op.store.names, value=value,
            printed=text(self._start),
        )

    def failed(
        self, frame: Frame, op: Op, operands: tuple[Any, ...], error: BaseException,
        text: Callable[[int], str],
    ) -> Event:
        """The event of an op that has raised."""
        return self._event(
            frame, op, operands, kind="error", names=(), value=None,
            printed=text(self._start), exception=error,
        )

    def loaded(self, frame: Frame, op: Op, at: int, value: Any) -> Event:
        """The event of a single operand that was read, when stepping stops at each."""
        self.start(frame)
        event = self._event(frame, op, (), kind="load", names=(), value=value)
        event.text = op.operands[at]
        return event

    def _event(self, frame: Frame, op: Op, operands: tuple[Any, ...], **fields: Any) -> Event:
        code = frame.code
        span = code.span(op)
        callers = sum(1 for _ in frame.stack()) - 1
        event = Event(
            text=code.text(op), line=span.line, span=span, path=code.source.path,
            function=code.name, moment=moment(self._standing, self.main), depth=callers,
            operands=tuple(
                Operand(name, value)
                for name, value in zip(op.operands, operands, strict=False)
                if name
            ),
            **fields,
        )
        self._live.add(event)
        self.last = event
        return event


def _as_it_was(value: Any, mutated: tuple[Mutation, ...]) -> Any:
    for each in mutated:
        if each.value is value and each.before is not None:
            return each.before
    return value


def _separate(event: Event, places: Places | None) -> None:
    """Copy in an event what shares memory with values that are about to change; None: with any."""
    apart = _Apart(places)
    event.value = apart.of(event.value)
    event.operands = tuple(Operand(name, apart.of(value)) for name, value in event.operands)
    event.mutated = tuple(each._replace(value=apart.of(each.value)) for each in event.mutated)


_DEEP, _LARGE = 3, 1000  # levels of containers, and items of one, that are looked into


class _Apart:
    """Copies what is about to change: each object once, for it may be large."""

    def __init__(self, places: Places | None) -> None:
        self._places = places
        self._copies: dict[int, tuple[Any, Any]] = {}  # with the objects, which so stay alive

    def of(self, value: Any, depth: int = _DEEP) -> Any:
        """The value, or a copy of it when something in it is about to change."""
        if is_mutable(value) and self._changes(value):
            if id(value) not in self._copies:
                self._copies[id(value)] = value, _copy(value)
            return self._copies[id(value)][1]
        if not depth or (is_a(value, (tuple, list, dict)) and len(value) > _LARGE):
            return value
        if type(value) in (tuple, list):
            items = [self.of(each, depth - 1) for each in value]
            changed = any(new is not old for new, old in zip(items, value, strict=True))
            return type(value)(items) if changed else value
        if type(value) is dict:
            found = {key: self.of(each, depth - 1) for key, each in value.items()}
            return found if any(found[key] is not value[key] for key in value) else value
        return value

    def _changes(self, value: Any) -> bool:
        return self._places is None or any(shares(value, each) for _, each in self._places)


def _copy(value: Any) -> Any:
    """A plain copy; a subclass's own `copy` would be the script's code."""
    if is_a(value, np.ndarray):
        return np.array(value, copy=True, subok=False)
    kinds: tuple[Callable[[Any], Any], ...] = (list, dict, set, bytearray)
    return next((kind(value) for kind in kinds if is_a(value, kind)), value)  # type: ignore[arg-type]
