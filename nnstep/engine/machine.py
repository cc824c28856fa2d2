"""Executes ops. Its whole state is the frames, which are data.

Not a debugger: an observer may watch every op and say where to halt. Without one it just runs.
"""

from __future__ import annotations

import sys
from types import FunctionType
from typing import Any

from nnstep.engine import ops
from nnstep.engine.calls import Calls, Entered, Result
from nnstep.engine.comprehensions import EXHAUSTED
from nnstep.engine.frames import Frame
from nnstep.engine.halted import Halted
from nnstep.engine.observer import Boundary, Observer, Refused
from nnstep.engine.ops import (
    BIND,
    BRANCH,
    CALL,
    COMPUTE,
    JUMP,
    LOCAL,
    NEXT,
    NOWHERE,
    RETURN,
    SPILL,
    TEMP,
    WHILE,
    Op,
    Store,
)
from nnstep.engine.rareops import Again, RareOps
from nnstep.engine.tracebacks import (
    add_comprehensions,
    add_entry,
    as_python_words,
    clean,
    forget_engine_frames,
)

_SHALLOW = 50  # frames; no recursion limit is as low, and asking for it takes time


class Machine(RareOps):
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
        self._boundary: Boundary | None = None
        self._rare = self.rare_ops()
        self._halting = False

    def stand(self, frame: Frame | None, depth: int) -> None:
        """Go on from other frames than those that it has run to."""
        self.frame, self._depth, self.error = frame, depth, None

    def halt(self) -> None:
        """Halt where the next function begins or ends; for signal handlers."""
        self._halting = True

    @property
    def depth(self) -> int:
        """How many frames there are."""
        return self._depth

    @property
    def finished(self) -> bool:
        """Whether nothing is left to run."""
        return self.frame is None or self.error is not None

    def run(self, observer: Observer | None = None, boundary: Boundary | None = None) -> None:
        """Run until the script ends, or an exception is not caught, or somebody halts it.

        Args:
            observer: watches every op.
            boundary: is asked where an iteration of a loop is about to begin, and may run it.

        Raises:
            Halted: an op was broken off; what it has done by then is done.
            Refused: the observer's own.
        """
        self._observer = observer
        self._boundary = boundary
        self._halting = False
        while not self.finished:
            caught: BaseException | None = None
            try:
                if self._run_handling():
                    return
            except (Halted, Refused):
                raise
            except BaseException as error:
                caught = error
            if caught is not None:
                forget_engine_frames(self._unwind(caught), self.error is not None)

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
        observer, boundary = self._observer, self._boundary
        enter = self._calls.enter
        native_types = self._calls.native_types
        codes = self._calls.codes
        rare = self._rare
        frame = self.frame
        assert frame is not None
        pc = frame.pc
        result: Any
        entered: Entered
        try:
            while True:
                if self._halting:
                    frame.pc, self.frame = pc, frame
                    return True
                code, variables, temps = frame.code.ops, frame.locals, frame.temps
                while True:
                    op = code[pc]
                    if observer is not None and op.stop:
                        frame.pc, self.frame = pc, frame
                        if observer.arrive(frame, op):
                            return True
                    kind = op.kind
                    if kind == COMPUTE:
                        if observer is None:
                            result = op.fn(*op.load(variables, temps))
                        else:
                            operands = self._observed(frame, op)
                            result = op.fn(*operands)
                    elif kind == CALL:
                        operands = self._observed(frame, op) if observer else op.load(
                            variables, temps
                        )
                        function = operands[0]
                        if id(type(function)) in native_types:
                            entered = None
                        elif (
                            # The frequent case of `Calls.enter`, without the way through it.
                            op.flag
                            and type(function) is FunctionType
                            and (known := codes.get(id(function.__code__))) is not None
                            and (names := known.quick) is not None
                            and len(names) == len(operands) - 1
                            and known.module is function.__globals__
                        ):
                            frame.pc = pc
                            entered = Frame(
                                known, dict(zip(names, operands[1:])), frame, handled  # noqa: B905
                            )
                        else:
                            frame.pc, self.frame = pc, frame
                            entered = enter(frame, op, operands)
                        if entered is None:
                            result = op.fn(*operands)
                        elif isinstance(entered, Result):
                            result = entered.value
                        else:
                            self._push(frame, op, operands, entered)
                            frame, pc = entered, 0
                            operands, entered, function = (), None, None
                            break
                        function = None
                        if observer is None:
                            operands = ()
                    elif kind == BIND:
                        operands = self._observed(frame, op) if observer else op.load(
                            variables, temps
                        )
                        (result,) = operands
                        if observer is None:
                            operands = ()
                    elif kind == BRANCH:
                        (result,) = op.load(variables, temps)
                        truth = result if result is True or result is False else op.fn(result)
                        result = None
                        if observer is not None and op.stop:
                            observer.after(frame, op, (truth,), truth)
                        pc = op.target if truth is op.flag else pc + 1
                        continue
                    elif kind == NEXT:
                        if boundary is not None:
                            frame.pc, self.frame = pc, frame
                            if boundary(frame, op):
                                return True
                            if frame.pc != pc:  # iterations were run natively, to the loop's end
                                pc = frame.pc
                                continue
                        operands = op.load(variables, temps)
                        result = op.fn(*operands)
                        operands = ()
                        if result is EXHAUSTED:
                            temps[op.slot] = None
                            if observer is not None:
                                observer.after(frame, op, (), EXHAUSTED)
                            pc = op.target
                        else:
                            temps[op.slot + 1] += 1
                            self._store(frame, op.store, result)
                            pc += 1
                            if observer is not None:
                                observer.after(frame, op, (), result)
                        result = None
                        continue
                    elif kind == WHILE:
                        if boundary is not None:
                            frame.pc, self.frame = pc, frame
                            if boundary(frame, op):
                                return True
                            if frame.pc != pc:
                                pc = frame.pc
                                continue
                        temps[op.slot + 1] += 1
                        pc += 1
                        if observer is not None:
                            observer.after(frame, op, (), None)
                        continue
                    elif kind == JUMP:
                        if observer is not None and op.stop:
                            observer.after(frame, op, (), None)
                        pc = op.target
                        continue
                    elif kind == SPILL:
                        for slot, value in zip(op.extra, op.load(variables, temps), strict=True):
                            temps[slot] = value
                        value = None
                        pc += 1
                        continue
                    elif kind == RETURN:
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
                        op = frame.code.ops[pc]
                        if then is None and observer is None and op.how == LOCAL:
                            self._depth -= 1
                            frame.locals[op.to] = result
                            pc += 1
                        elif then is None and observer is None and op.how == TEMP:
                            self._depth -= 1
                            frame.temps[op.to] = result
                            pc += 1
                        else:
                            frame = self._leave(frame, then, called, result)
                            pc = frame.pc
                        result = called = then = None
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
                    if how == LOCAL:
                        variables[op.to] = result
                    elif how == TEMP:
                        temps[op.to] = result
                    elif how != NOWHERE:
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
        if self._depth > _SHALLOW and self._depth >= sys.getrecursionlimit():
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

    # Exceptions.

    def _unwind(self, error: BaseException) -> BaseException:
        """Go to the handler of an exception, or end with it where nobody handles it."""
        frame = self.frame
        assert frame is not None
        op = frame.op
        if isinstance(error, Again):
            error = error.error
        else:
            clean(error)
            error = as_python_words(frame, op, error, _handling(frame) is not None)
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
            frame.left = {**(frame.left or {}), handler.level: left}
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


def _initialised(made: Any, value: Any) -> Any:
    if value is not None:
        raise TypeError(f"__init__() should return None, not '{type(value).__name__}'")
    return made


def _handling(frame: Frame | None) -> Frame | None:
    """The innermost frame, from this one outwards, that handles what its op raises."""
    while frame is not None and frame.op.handler is None:
        frame = frame.back
    return frame
