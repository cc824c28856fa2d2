"""Tracebacks as CPython would have made them.

A frame of the machine is no native frame, so an exception that leaves one gets its traceback
entry here: a tiny function at the op's place, with the op's function name, raises it.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from types import CellType, CodeType, FrameType, FunctionType, TracebackType
from typing import Any

from nnstep.engine.fragments import compile_functions, function, parameter, place, read, rename
from nnstep.engine.frames import Frame
from nnstep.engine.ops import NATIVE, Op
from nnstep.engine.scopes import comprehension_name

_PACKAGE = str(Path(__file__).parents[1])
_LOCAL = "cannot access local variable {!r} where it is not associated with a value"
_FREE = (
    "cannot access free variable {!r} where it is not associated with a value in enclosing scope"
)


def clean(error: BaseException) -> None:
    """Take the engine's own entries out of an exception's traceback."""
    entries = list(_entries(error.__traceback__))
    kept = [each for each in entries if not _is_ours(each.tb_frame)]
    if len(kept) != len(entries):
        error.__traceback__ = _chain(kept)


def _entries(traceback: TracebackType | None) -> Iterable[TracebackType]:
    while traceback is not None:
        yield traceback
        traceback = traceback.tb_next


def _is_ours(frame: FrameType) -> bool:
    return frame.f_code.co_filename.startswith(_PACKAGE)


def _chain(entries: list[TracebackType]) -> TracebackType | None:
    chained: TracebackType | None = None
    for each in reversed(entries):
        chained = TracebackType(chained, each.tb_frame, each.tb_lasti, each.tb_lineno)
    return chained


def operands_of(op: Op, error: BaseException) -> tuple[Any, ...]:
    """The operands of an op that has raised, read off its fragment's frame."""
    for entry in _entries(error.__traceback__):
        if entry.tb_frame.f_code is getattr(op.fn, "__code__", None):
            values = entry.tb_frame.f_locals
            return tuple(values[parameter(at)] for at in range(entry.tb_frame.f_code.co_argcount))
    return ()


def forget_engine_frames(error: BaseException, ends: bool) -> None:
    """Clear the engine's own finished frames behind a traceback, and in it what an op was given.

    What was given to an op with which the script `ends` is still to be shown.

    A native frame in a traceback keeps those that called it, with all that they hold: values
    of the script would live longer than under plain Python, and NumPy refuse to resize them.
    """
    for entry in _entries(error.__traceback__):
        if not ends and entry.tb_frame.f_code.co_varnames[:1] == (parameter(0),):
            with suppress(RuntimeError):  # a generator that goes on, closed by nobody here
                entry.tb_frame.clear()
        frame = entry.tb_frame.f_back
        while frame is not None and _is_ours(frame):
            try:
                frame.clear()
            except RuntimeError:  # still running, and so are those that called it
                break
            frame = frame.f_back


def add_entry(frame: Frame, op: Op, error: BaseException) -> None:
    """Add the entry of a frame that an exception leaves at an op."""
    if op.at is not None:
        names = [comprehension_name(each) for each in op.comprehensions]
        _add(frame, op.at, names[-1] if names and _COMPREHENSION_FRAMES else None, error)
    add_comprehensions(frame, op, error)


_COMPREHENSION_FRAMES = sys.version_info < (3, 12)


def add_comprehensions(frame: Frame, op: Op, error: BaseException) -> None:
    """Add the entries of the comprehensions around an op, where they are functions."""
    if not _COMPREHENSION_FRAMES:
        return
    for at in reversed(range(len(op.comprehensions))):
        outer = comprehension_name(op.comprehensions[at - 1]) if at else None
        _add(frame, op.comprehensions[at], outer, error)


def _add(
    frame: Frame, at: ast.AST, inside: str | None, error: BaseException,
    names: Iterable[str] = (),
) -> None:
    """Raise an exception at a place of the script, and keep the entry that this gives."""
    variables = frame.variables() if names else {}
    raiser = FunctionType(_raiser(frame, at, inside, tuple(names)), frame.code.module)
    before, error.__traceback__ = error.__traceback__, None
    context = error.__context__
    try:
        raiser([error], *(variables[name] for name in names))
    except BaseException:
        entry = error.__traceback__
    while entry is not None and _is_ours(entry.tb_frame):
        entry = entry.tb_next
    assert entry is not None
    error.__context__ = context
    error.__traceback__ = TracebackType(before, entry.tb_frame, entry.tb_lasti, entry.tb_lineno)


_PLACE = ("lineno", "col_offset", "end_lineno", "end_col_offset")


def _raiser(frame: Frame, at: ast.AST, inside: str | None, names: tuple[str, ...]) -> CodeType:
    key = *(getattr(at, each) for each in _PLACE), inside, names
    made = frame.code.raisers.get(key)
    if made is not None:
        return made
    # The error is taken out of its box, so that the entry's frame doesn't hold it.
    pop = ast.Attribute(read(".box", at), "pop", ast.Load())
    raised = place(ast.Raise(place(ast.Call(pop, [], []), at)), at)
    definition = function(".raise", [".box", *names], [raised], at)
    native = frame.code.native
    compiled = compile_functions([definition], native.co_filename, 0)[".raise"]
    made = frame.code.raisers[key] = rename(compiled, native, inside)
    return made


def as_python_words(
    frame: Frame, op: Op, error: BaseException, caught: bool
) -> BaseException:
    """An exception as Python would have raised it.

    Reading an unbound variable of a frame gives a KeyError or an empty cell's ValueError, since
    frames are data: it becomes the NameError that it stands for. A NameError gets an entry that
    knows the frame's variables, from which Python makes its suggestions.
    """
    unbound = _unbound(frame, op, error)
    if unbound is not None:
        new = _unbound_error(frame, unbound)
        new.__traceback__, new.__context__ = error.__traceback__, error.__context__
        error = new
    outermost = error.__traceback__
    if isinstance(error, NameError) and outermost is not None and outermost.tb_next is None:
        error.__traceback__ = None
        at = _raised_at(outermost) or op.at
        if at is not None:
            names = list(frame.variables()) if not frame.code.is_module else []
            # The interpreter's own printer knows fewer names than `traceback` did in 3.12.
            if sys.version_info < (3, 12) or (sys.version_info < (3, 13) and not caught):
                names = [name for name in names if name in frame.code.native.co_varnames]
            plain = [name for name in names if name.isidentifier()]
            _add(frame, at, _inside(op), error, plain)
    return error


def _inside(op: Op) -> str | None:
    if _COMPREHENSION_FRAMES and op.comprehensions:
        return comprehension_name(op.comprehensions[-1])
    return None


def _raised_at(entry: TracebackType) -> ast.AST | None:
    """A node at the place of the instruction that raised."""
    positions = list(entry.tb_frame.f_code.co_positions())
    line, end_line, column, end_column = positions[entry.tb_lasti // 2]
    if line is None or end_line is None or column is None or end_column is None:
        return None
    return ast.Pass(
        lineno=line, end_lineno=end_line, col_offset=column, end_col_offset=end_column
    )


def _unbound(frame: Frame, op: Op, error: BaseException) -> str | None:
    """The variable that was read before it was bound, if that is what happened."""
    last = error.__traceback__
    if last is None or last.tb_next is not None or frame.code.is_module:
        return None
    if op.kind == NATIVE and isinstance(error, NameError):
        return error.name if _is_local(frame, error.name) else None
    if last.tb_frame.f_code is not getattr(op.load, "__code__", None):
        return None
    if type(error) is KeyError and error.args[0] not in frame.locals:
        return str(error.args[0])
    if type(error) is ValueError and str(error) == "Cell is empty":
        native = frame.code.native
        own = {*native.co_cellvars, *native.co_freevars}  # the script may read cells of others
        for name in last.tb_frame.f_code.co_consts:
            if name in own and is_empty(frame.locals.get(name)):
                return str(name)
    return None


def _is_local(frame: Frame, name: str | None) -> bool:
    native = frame.code.native
    return name in native.co_varnames or name in native.co_cellvars


def is_empty(cell: Any) -> bool:
    """Whether it is a cell with nothing in it."""
    if not isinstance(cell, CellType):
        return False
    try:
        cell.cell_contents  # noqa: B018
    except ValueError:
        return True
    return False


def _unbound_error(frame: Frame, name: str) -> NameError:
    if name in frame.code.native.co_freevars:
        return NameError(_FREE.format(name), name=name)
    return UnboundLocalError(_LOCAL.format(name))


def unbound_error(frame: Frame, name: str) -> NameError:
    """What Python raises where a variable is deleted that isn't bound."""
    if frame.code.is_module:
        return NameError(f"name {name!r} is not defined", name=name)
    return _unbound_error(frame, name)
