"""The ops that the machine's loop leaves to a method each: `with`, `finally`, `del` and the like.

Each method executes one op and sets `frame.pc`.
"""

from __future__ import annotations

from collections.abc import Callable
from types import CellType
from typing import Any

from nnstep.engine import ops
from nnstep.engine.calls import Calls, Candidate, Result, bound, special_method
from nnstep.engine.frames import Frame
from nnstep.engine.natives import NO_SIGNAL
from nnstep.engine.observer import Observer
from nnstep.engine.ops import Op, Store
from nnstep.engine.tracebacks import is_empty, unbound_error

NO_MATCH: Any = object()
"""What an `except` gives whose type doesn't fit."""


class Again(BaseException):
    """Carries an exception that is raised again, which gets no traceback entry for that."""

    def __init__(self, error: BaseException) -> None:
        self.error = error


class RareOps:
    """The part of the machine that executes what is rare.

    Attributes:
        frame: the innermost frame.
    """

    frame: Frame | None
    _observer: Observer | None
    _calls: Calls

    def _push(self, frame: Frame, op: Op, operands: tuple[Any, ...], callee: Frame) -> None:
        raise NotImplementedError

    def _deliver(self, frame: Frame, op: Op, operands: tuple[Any, ...], value: Any) -> None:
        raise NotImplementedError

    def _store(self, frame: Frame, store: Store, value: Any) -> None:
        raise NotImplementedError

    def _observed(self, frame: Frame, op: Op) -> tuple[Any, ...]:
        raise NotImplementedError

    def rare_ops(self) -> dict[int, Callable[[Frame, Op], None]]:
        """The methods by the kind of op."""
        return {
            ops.OPERATOR: self._operator, ops.ITER: self._iter, ops.ENTER: self._enter,
            ops.EXIT: self._exit, ops.SIGNAL: self._signal,
            ops.END_FINALLY: self._end_finally, ops.TRIM: self._trim, ops.MATCH: self._match,
            ops.RERAISE: self._reraise, ops.DELETE: self._delete, ops.CLEAR: self._clear,
            ops.NATIVE: self._native, ops.CELL: self._cell, ops.CATCH: self._catch,
            ops.NOP: self._nop,
        }

    def _operator(self, frame: Frame, op: Op) -> None:
        observed = self._observer is not None
        operands = self._observed(frame, op) if observed else op.load(frame.locals, frame.temps)
        entered = self._calls.operator(frame, op, operands)
        if entered is None:
            self._deliver(frame, op, operands, op.fn(*operands))
        elif isinstance(entered, Result):
            self._deliver(frame, op, operands, entered.value)
        else:
            self._push(frame, op, operands, entered)

    def _enter(self, frame: Frame, op: Op) -> None:
        (manager,) = op.load(frame.locals, frame.temps)
        kind = type(manager)
        enter, leave = special_method(kind, "__enter__"), special_method(kind, "__exit__")
        if enter is None or leave is None:
            op.extra(manager)  # raises, in Python's own words
        frame.temps[op.slot + 1] = bound(leave, manager)
        self._call(frame, op, bound(enter, manager), ())

    def _exit(self, frame: Frame, op: Op) -> None:
        ended = frame.temps[op.slot]
        leave = frame.temps[op.slot + 1]
        frame.temps[op.slot + 1] = None
        arguments: tuple[Any, ...] = (None, None, None)
        if isinstance(ended, BaseException):
            arguments = (type(ended), ended, ended.__traceback__)
        self._call(frame, op, leave, arguments, ("exit",))

    def _call(
        self, frame: Frame, op: Op, function: Any, arguments: tuple[Any, ...],
        then: tuple[Any, ...] | None = None,
    ) -> None:
        """Call a special method of the script natively or in a frame."""
        operands = (function, *arguments)
        if self._observer is not None:
            self._observer.before(frame, op, operands)
        entered = self._calls.enter(frame, _PLAIN_CALL, operands)
        if isinstance(entered, Frame):
            entered.then = then
            self._push(frame, op, operands, entered)
            return
        value = op.fn(*operands)
        if then is None:
            self._deliver(frame, op, operands, value)
        else:
            self._after_exit(frame, op, value)

    def _after_exit(self, frame: Frame, op: Op, value: Any) -> None:
        ended = frame.temps[op.slot]
        if isinstance(ended, BaseException) and value:
            # Suppressed: what stands behind the `with` comes next.
            frame.temps[op.slot] = None
        frame.pc += 1
        if self._observer is not None:
            self._observer.after(frame, op, (), None)

    def _iter(self, frame: Frame, op: Op) -> None:
        if not op.flag:
            frame.temps[op.slot] = op.fn(*op.load(frame.locals, frame.temps))
        frame.temps[op.slot + 1] = -1
        frame.pc += 1

    def _signal(self, frame: Frame, op: Op) -> None:
        resume, level = op.extra
        frame.temps[op.slot] = resume.pc
        frame.trim(level)
        frame.excs.append(frame.excs[-1])
        frame.pc = op.target
        if self._observer is not None and op.stop:
            self._observer.after(frame, op, (), None)

    def _catch(self, frame: Frame, op: Op) -> None:
        frame.temps[op.slot] = frame.excs[-1]
        frame.pc += 1

    def _end_finally(self, frame: Frame, op: Op) -> None:
        ended = frame.temps[op.slot]
        frame.temps[op.slot] = None
        frame.trim(len(frame.excs) - 1)
        if isinstance(ended, BaseException):
            raise Again(ended)
        frame.pc = op.target if ended is None else ended

    def _trim(self, frame: Frame, op: Op) -> None:
        frame.trim(op.extra)
        frame.pc += 1

    def _match(self, frame: Frame, op: Op) -> None:
        error = frame.excs[-1]
        assert error is not None
        traceback, context = error.__traceback__, error.__context__
        try:
            fits = op.fn(*op.load(frame.locals, frame.temps))
        finally:
            error.__traceback__, error.__context__ = traceback, context
        if not fits:
            frame.pc = op.target
            if self._observer is not None:
                self._observer.after(frame, op, (), NO_MATCH)
            return
        self._store(frame, op.store, error)
        frame.pc += 1
        if self._observer is not None:
            self._observer.after(frame, op, (), error)

    def _reraise(self, frame: Frame, op: Op) -> None:
        error = frame.excs[-1]
        if error is None:
            op.fn()  # raises, in Python's own words
        assert error is not None
        raise Again(error)

    def _delete(self, frame: Frame, op: Op) -> None:
        store: Store = op.extra
        variables = frame.code.module if store.how == ops.GLOBAL else frame.locals
        bound = store.to in variables
        if store.how == ops.IN_CELL:
            bound = not is_empty(variables[store.to])
            del variables[store.to].cell_contents
        elif bound:
            del variables[store.to]
        if not bound and not op.flag:
            where = frame if store.how != ops.GLOBAL else [*frame.stack()][-1]
            raise unbound_error(where, store.to)
        frame.pc += 1
        if self._observer is not None and op.stop:
            self._observer.after(frame, op, (), None)

    def _clear(self, frame: Frame, op: Op) -> None:
        frame.temps[op.slot] = None
        frame.pc += 1

    def _native(self, frame: Frame, op: Op) -> None:
        if self._observer is not None:
            self._observer.before(frame, op, ())
        value = op.extra.run(frame.code.module, frame.locals)
        self._store(frame, op.store, value or NO_SIGNAL)
        frame.pc += 1
        if self._observer is not None:
            self._observer.after(frame, op, (), None)

    def _cell(self, frame: Frame, op: Op) -> None:
        frame.temps[op.slot] = CellType()
        frame.pc += 1

    def _nop(self, frame: Frame, op: Op) -> None:
        frame.pc += 1
        if self._observer is not None:
            self._observer.after(frame, op, (), None)

    def _next_candidate(
        self, frame: Frame, op: Op, operands: tuple[Any, ...], candidates: tuple[Candidate, ...]
    ) -> Frame:
        entered = self._calls.next_candidate(frame, op, operands, candidates)
        if isinstance(entered, Result):
            self._deliver(frame, op, operands, entered.value)
            return frame
        self._push(frame, op, operands, entered)
        return entered


_PLAIN_CALL = Op(
    ops.CALL, node=None, stop=False, store=ops.DISCARD, handler=None, loops=(),  # type: ignore[arg-type]
    comprehensions=(), flag=True,
)
