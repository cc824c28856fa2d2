"""Executes ops. Its whole state is the frames, which are data.

Not a debugger: an observer may watch every op and say where to halt. Without one it just runs.
"""

from __future__ import annotations

import sys
from types import CellType
from typing import Any, Protocol

from nnstep.engine import ops
from nnstep.engine.calls import Calls, Candidate, Result, special_method
from nnstep.engine.expressions import EXHAUSTED
from nnstep.engine.frames import Frame
from nnstep.engine.natives import NO_SIGNAL
from nnstep.engine.ops import Op, Store
from nnstep.engine.tracebacks import (
    add_comprehensions,
    add_entry,
    as_python_words,
    clean,
    forget_engine_frames,
    unbound_error,
)


class Observer(Protocol):
    """Watches a machine. Its methods are called for every op, so they should be quick."""

    def arrive(self, frame: Frame, op: Op) -> bool:
        """Before an op at which stepping may halt: whether to halt there."""

    def before(self, frame: Frame, op: Op, operands: tuple[Any, ...]) -> None:
        """The operands are read, the op is about to run."""

    def after(self, frame: Frame, op: Op, operands: tuple[Any, ...], value: Any) -> None:
        """The op has run and its value is stored."""

    def entered(self, frame: Frame, op: Op, operands: tuple[Any, ...], callee: Frame) -> None:
        """The op has called a function that is stepped into."""

    def raised(self, frame: Frame, op: Op, error: BaseException) -> None:
        """The op has raised."""


class Machine:
    """Runs a script op by op.

    Attributes:
        frame: the innermost frame, None when the script has ended.
        error: the exception that ended it; its frames are still there then.
    """

    def __init__(self, frame: Frame, calls: Calls) -> None:
        self.frame: Frame | None = frame
        self.error: BaseException | None = None
        self._calls = calls
        self._depth = 1
        self._observer: Observer | None = None
        self._rare = {
            ops.OPERATOR: self._operator, ops.ITER: self._iter, ops.WHILE: self._while,
            ops.ENTER: self._enter, ops.EXIT: self._exit, ops.SIGNAL: self._signal,
            ops.END_FINALLY: self._end_finally, ops.TRIM: self._trim, ops.MATCH: self._match,
            ops.RERAISE: self._reraise, ops.DELETE: self._delete, ops.CLEAR: self._clear,
            ops.NATIVE: self._native, ops.CELL: self._cell, ops.CATCH: self._catch,
            ops.NOP: self._nop,
        }

    @property
    def depth(self) -> int:
        """How many frames there are."""
        return self._depth

    @property
    def finished(self) -> bool:
        """Whether nothing is left to run."""
        return self.frame is None or self.error is not None

    def run(self, observer: Observer | None = None) -> None:
        """Run until the observer halts it, the script ends, or an exception is not caught."""
        self._observer = observer
        while not self.finished:
            caught: BaseException | None = None
            try:
                if self._run_handling():
                    return
            except BaseException as error:
                caught = error
            if caught is not None:
                forget_engine_frames(self._unwind(caught))

    def _run_handling(self) -> bool:
        """Run under the exception that the frame is handling, as Python would."""
        assert self.frame is not None
        handled = self.frame.excs[-1]
        if handled is None:
            return self._run(None)
        traceback, context = handled.__traceback__, handled.__context__
        try:
            raise handled
        except BaseException:
            handled.__traceback__, handled.__context__ = traceback, context
            return self._run(handled)

    def _run(self, handled: BaseException | None) -> bool:
        """Run while the handled exception stays the same; whether the observer has halted it."""
        observer = self._observer
        enter = self._calls.enter
        rare = self._rare
        frame = self.frame
        assert frame is not None
        pc = frame.pc
        result: Any
        try:
            while True:
                code, variables, temps = frame.code.ops, frame.locals, frame.temps
                while True:
                    op = code[pc]
                    if observer is not None and op.stop:
                        frame.pc, self.frame = pc, frame
                        if observer.arrive(frame, op):
                            return True
                    kind = op.kind
                    if kind == ops.COMPUTE:
                        if observer is None:
                            result = op.fn(*op.load(variables, temps))
                        else:
                            operands = self._observed(frame, op)
                            result = op.fn(*operands)
                    elif kind == ops.CALL:
                        operands = self._observed(frame, op) if observer else op.load(
                            variables, temps
                        )
                        frame.pc, self.frame = pc, frame
                        entered = enter(frame, op, operands)
                        if entered is None:
                            result = op.fn(*operands)
                        elif isinstance(entered, Result):
                            result = entered.value
                        else:
                            self._push(frame, op, operands, entered)
                            frame, pc = entered, 0
                            operands, entered = (), None
                            break
                        if observer is None:
                            operands = ()
                    elif kind == ops.BIND:
                        operands = self._observed(frame, op) if observer else op.load(
                            variables, temps
                        )
                        (result,) = operands
                        if observer is None:
                            operands = ()
                    elif kind == ops.BRANCH:
                        (result,) = op.load(variables, temps)
                        truth = result if result is True or result is False else op.fn(result)
                        result = None
                        if observer is not None and op.stop:
                            observer.after(frame, op, (truth,), truth)
                        pc = op.target if truth is op.flag else pc + 1
                        continue
                    elif kind == ops.NEXT:
                        operands = op.load(variables, temps)
                        result = op.fn(*operands)
                        if result is EXHAUSTED:
                            temps[op.slot] = operands = None
                            if observer is not None:
                                observer.after(frame, op, (), EXHAUSTED)
                            pc = op.target
                            continue
                        operands = ()
                        temps[op.slot + 1] += 1
                    elif kind == ops.JUMP:
                        if observer is not None and op.stop:
                            observer.after(frame, op, (), None)
                        pc = op.target
                        continue
                    elif kind == ops.SPILL:
                        for slot, value in zip(op.extra, op.load(variables, temps), strict=True):
                            temps[slot] = value
                        value = None
                        pc += 1
                        continue
                    elif kind == ops.RETURN:
                        (result,) = op.load(variables, temps)
                        caller = frame.back
                        if caller is None:
                            self.frame = None
                            return False
                        then, called = frame.then, frame.operands
                        # The callee's variables die before its value is bound, as in Python.
                        variables = temps = None  # type: ignore[assignment]
                        frame = self.frame = caller
                        pc = frame.pc
                        frame = self._leave(frame, then, called, result)
                        result = called = then = None
                        pc = frame.pc
                        if frame.excs[-1] is not handled:
                            self.frame = frame
                            return False
                        break
                    else:
                        frame.pc, self.frame = pc, frame
                        rare[kind](frame, op)
                        if self.frame is not frame or frame.excs[-1] is not handled:
                            frame = self.frame
                            pc = frame.pc
                            if frame.excs[-1] is not handled:
                                return False
                            break
                        pc = frame.pc
                        continue
                    how = op.how
                    if how == ops.LOCAL:
                        variables[op.to] = result
                    elif how == ops.TEMP:
                        temps[op.to] = result
                    elif how != ops.NOWHERE:
                        self._store(frame, op.store, result)
                    if observer is not None:
                        observer.after(frame, op, operands, result)
                        operands = ()
                    result = None
                    pc += 1
        except BaseException:
            frame.pc, self.frame = pc, frame
            raise

    def _observed(self, frame: Frame, op: Op) -> tuple[Any, ...]:
        """Read the operands of an op and show them to the observer."""
        assert self._observer is not None
        operands = frame.pending
        if operands is None:
            operands = op.load(frame.locals, frame.temps)
        frame.pending = None
        self._observer.before(frame, op, operands)
        return operands

    def _store(self, frame: Frame, store: Store, value: Any) -> None:
        """Put a result where it belongs."""
        how = store.how
        if how == ops.LOCAL:
            frame.locals[store.to] = value
        elif how == ops.GLOBAL:
            frame.code.module[store.to] = value
        elif how == ops.IN_CELL:
            frame.locals[store.to].cell_contents = value
        elif how == ops.TEMP:
            frame.temps[store.to] = value
        elif how == ops.TEMP_CELL:
            frame.temps[store.to].cell_contents = value
        elif how == ops.MANY:
            for part, item in zip(store.to, value, strict=True):
                self._store(frame, part, item)
        elif how == ops.BOTH:
            for part in store.to:
                self._store(frame, part, value)

    # Calls.

    def _push(self, frame: Frame, op: Op, operands: tuple[Any, ...], callee: Frame) -> None:
        """Go into a function."""
        if self._depth >= sys.getrecursionlimit():
            raise RecursionError("maximum recursion depth exceeded")
        self._depth += 1
        if self._observer is not None:
            callee.operands = operands
            self._observer.entered(frame, op, operands, callee)
        self.frame = callee

    def _leave(
        self, frame: Frame, then: tuple[Any, ...] | None, called: tuple[Any, ...] | None, value: Any
    ) -> Frame:
        """Come back into a frame from a function that it called; the frame that goes on."""
        self._depth -= 1
        op = frame.op
        if then is not None:
            kind, *rest = then
            if kind == "init":
                value = _initialised(rest[0], value)
            elif kind == "operator":
                operands, candidates, finish = rest
                if value is NotImplemented:
                    return self._next_candidate(frame, op, operands, candidates)
                value = finish(value)
            elif kind == "exit":
                self._after_exit(frame, op, value)
                return frame
        self._deliver(frame, op, called or (), value)
        return frame

    def _deliver(self, frame: Frame, op: Op, operands: tuple[Any, ...], value: Any) -> None:
        self._store(frame, op.store, value)
        frame.pc += 1
        if self._observer is not None:
            self._observer.after(frame, op, operands, value)

    def _next_candidate(
        self, frame: Frame, op: Op, operands: tuple[Any, ...], candidates: tuple[Candidate, ...]
    ) -> Frame:
        entered = self._calls.next_candidate(frame, op, operands, candidates)
        if isinstance(entered, Result):
            self._deliver(frame, op, operands, entered.value)
            return frame
        self._push(frame, op, operands, entered)
        return entered

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

    # with.

    def _enter(self, frame: Frame, op: Op) -> None:
        (manager,) = op.load(frame.locals, frame.temps)
        kind = type(manager)
        enter, leave = special_method(kind, "__enter__"), special_method(kind, "__exit__")
        if enter is None or leave is None:
            op.extra(manager)  # raises, in Python's own words
        frame.temps[op.slot + 1] = leave.__get__(manager, kind)
        self._call(frame, op, enter.__get__(manager, kind), ())

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

    # The rest, one op each. They set `frame.pc`.

    def _iter(self, frame: Frame, op: Op) -> None:
        if not op.flag:
            frame.temps[op.slot] = op.fn(*op.load(frame.locals, frame.temps))
        frame.temps[op.slot + 1] = -1
        frame.pc += 1

    def _while(self, frame: Frame, op: Op) -> None:
        frame.temps[op.slot + 1] += 1
        frame.pc += 1
        if self._observer is not None:
            self._observer.after(frame, op, (), None)

    def _signal(self, frame: Frame, op: Op) -> None:
        resume, level = op.extra
        frame.temps[op.slot] = resume.pc
        frame.trim(level)
        frame.excs.append(frame.excs[-1])
        frame.pc = op.target

    def _catch(self, frame: Frame, op: Op) -> None:
        frame.temps[op.slot] = frame.excs[-1]
        frame.pc += 1

    def _end_finally(self, frame: Frame, op: Op) -> None:
        ended = frame.temps[op.slot]
        frame.temps[op.slot] = None
        frame.trim(len(frame.excs) - 1)
        if isinstance(ended, BaseException):
            raise _Again(ended)
        frame.pc = frame.pc + 1 if ended is None else ended

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
            return
        self._store(frame, op.store, error)
        frame.pc += 1
        if self._observer is not None:
            self._observer.after(frame, op, (), error)

    def _reraise(self, frame: Frame, op: Op) -> None:
        error = frame.excs[-1]
        if error is None:
            op.fn()  # raises, in Python's own words
        raise _Again(error)

    def _delete(self, frame: Frame, op: Op) -> None:
        store: Store = op.extra
        variables = frame.code.module if store.how == ops.GLOBAL else frame.locals
        try:
            if store.how == ops.IN_CELL:
                del variables[store.to].cell_contents
            else:
                del variables[store.to]
        except (KeyError, ValueError):
            missing = store.to
        else:
            missing = None
        if missing is not None and not op.flag:
            where = frame if store.how != ops.GLOBAL else _outermost(frame)
            raise unbound_error(where, missing)
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

    # Exceptions.

    def _unwind(self, error: BaseException) -> BaseException:
        """Go to the handler of an exception, or end with it where nobody handles it."""
        frame = self.frame
        assert frame is not None
        op = frame.op
        if isinstance(error, _Again):
            error = error.error
        else:
            clean(error)
            error = as_python_words(frame, op, error)
            if error.__traceback__ is not None:
                add_comprehensions(frame, op, error)
            elif op.kind != ops.NATIVE:
                add_entry(frame, op, error)
        if self._observer is not None:
            self._observer.raised(frame, op, error)
        target = _handling(frame)
        if target is None:
            self._end(frame, error)
            return error
        left = []
        while frame is not target:
            assert frame.back is not None
            left.append(frame)
            frame.temps.clear()
            frame = frame.back
            self._depth -= 1
            add_entry(frame, frame.op, error)
        handler = frame.op.handler
        assert handler is not None
        frame.trim(handler.level)
        frame.excs.append(error)
        if left:
            frame.left[handler.level] = left
        count = len(frame.temps)
        frame.temps[handler.depth :] = [None] * (count - handler.depth)
        frame.pending = None
        frame.pc = handler.label.pc
        self.frame = frame
        return error

    def _end(self, frame: Frame, error: BaseException) -> None:
        """Stand still at an op whose exception nobody handles, with all frames alive."""
        self.frame = frame
        above = frame.back
        while above is not None:
            add_entry(above, above.op, error)
            above = above.back
        self.error = error


class _Again(BaseException):
    """Carries an exception that is raised again, which gets no traceback entry for that."""

    def __init__(self, error: BaseException) -> None:
        self.error = error


def _initialised(made: Any, value: Any) -> Any:
    if value is not None:
        raise TypeError(f"__init__() should return None, not '{type(value).__name__}'")
    return made


def _handling(frame: Frame | None) -> Frame | None:
    """The innermost frame, from this one outwards, that handles what its op raises."""
    while frame is not None and frame.op.handler is None:
        frame = frame.back
    return frame


def _outermost(frame: Frame) -> Frame:
    while frame.back is not None:
        frame = frame.back
    return frame


_PLAIN_CALL = Op(
    ops.CALL, node=None, stop=False, store=ops.DISCARD, handler=None, loops=(),  # type: ignore[arg-type]
    comprehensions=(), flag=True,
)
