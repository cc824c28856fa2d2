"""Builtins that look at the frame that calls them.

Called from a fragment they would see the fragment's frame, so the machine gives them what they
would have seen. They are recognised by identity: a script may well have a `vars` of its own.
"""

from __future__ import annotations

import ast
import builtins
import sys
import traceback
import warnings
from collections.abc import Callable, Mapping
from types import FunctionType
from typing import Any

from nnstep.engine.fragments import compile_functions, function, parameter, place, rename
from nnstep.engine.frames import Frame
from nnstep.engine.ops import Op
from nnstep.engine.tracebacks import is_empty, unbound_error

Args = tuple[Any, ...]
Special = Callable[[Frame, Op, Args, dict[str, Any]], Any]


def frame_locals(frame: Frame) -> dict[str, Any]:
    """What `locals()` gives in a frame.

    Up to Python 3.12 a function has one such dictionary, brought up to date by each call; from
    3.13 on (PEP 667) each call makes a new one.
    """
    if frame.op.scope:
        return frame.visible()
    if frame.code.is_module:
        return frame.locals
    variables = frame.variables()
    if sys.version_info >= (3, 13):
        return variables
    mapping = frame.mapping
    if mapping is None:
        mapping = frame.mapping = {}
    native = frame.code.native
    for name in (*native.co_varnames, *native.co_cellvars, *native.co_freevars):
        if name in variables:
            mapping[name] = variables[name]
        else:
            mapping.pop(name, None)
    return mapping


def _locals(frame: Frame, op: Op, args: Args, kwargs: dict[str, Any]) -> Any:
    if args or kwargs:
        return NotImplemented
    return frame_locals(frame)


def _dir(frame: Frame, op: Op, args: Args, kwargs: dict[str, Any]) -> Any:
    if args or kwargs:
        return NotImplemented
    return sorted(frame_locals(frame))


def _evaluate(name: str) -> Special:
    native = getattr(builtins, name)

    def evaluate(frame: Frame, op: Op, args: Args, kwargs: dict[str, Any]) -> Any:
        keys = {"globals", "locals"} & kwargs.keys()
        if not 1 <= len(args) <= 3 or keys or isinstance(args[0], Mapping):
            return NotImplemented
        if len(args) > 1 and args[1] is not None:
            return NotImplemented
        scope = args[2] if len(args) == 3 and args[2] is not None else frame_locals(frame)
        return native(args[0], frame.code.module, scope, **kwargs)

    return evaluate


def _super(frame: Frame, op: Op, args: Args, kwargs: dict[str, Any]) -> Any:
    native = frame.code.native
    if args or kwargs or frame.code.is_module:
        return NotImplemented
    if not native.co_argcount:
        raise RuntimeError("super(): no arguments")
    first = frame.variables().get(native.co_varnames[0], _MISSING)
    cell = frame.locals.get("__class__") if "__class__" in native.co_freevars else None
    if first is not _MISSING and not is_empty(cell):
        return NotImplemented if cell is None else super(cell.cell_contents, first)
    if cell is not None and _is_asked_at_once(op):
        raise unbound_error(frame, "__class__" if is_empty(cell) else native.co_varnames[0])
    missing = "arg[0] deleted" if first is _MISSING else "empty __class__ cell"
    raise RuntimeError(f"super(): {missing}")


def _is_asked_at_once(op: Op) -> bool:
    """Whether `super()` is asked for an attribute, for which 3.12 reads the variables itself."""
    return sys.version_info >= (3, 12) and any(
        isinstance(each, ast.Attribute) and each.value is op.node for each in ast.walk(op.statement)
    )


_MISSING = object()


def _warn(frame: Frame, op: Op, args: Args, kwargs: dict[str, Any]) -> Any:
    """`warnings.warn` counts frames to find the line to blame."""
    level = args[2] if len(args) > 2 else kwargs.get("stacklevel", 1)
    if not isinstance(level, int) or level <= 1:
        return NotImplemented
    if level > sum(1 for _ in frame.stack()):
        # Past the script's first frame: past all of ours as well.
        level = sys.maxsize
    args, kwargs = args[:2] + (level,) * (len(args) > 2) + args[3:], dict(kwargs)
    if "stacklevel" in kwargs:
        kwargs["stacklevel"] = level
    return _mirrored(frame, warnings.warn, args, kwargs)


def _stack(name: str, module: Any) -> Special:
    """A function that looks at the native stack: it gets one that mirrors the frames."""
    native = getattr(module, name)

    def look(frame: Frame, op: Op, args: Args, kwargs: dict[str, Any]) -> Any:
        return _mirrored(frame, native, args, kwargs)

    return look


def _mirrored(frame: Frame, native: Any, args: Args, kwargs: dict[str, Any]) -> Any:
    """Call something on top of native frames that stand where the script's frames stand."""
    inner: tuple[Any, ...] = (native, args, kwargs)
    for each in frame.stack():
        inner = (_through(each), inner, {})
    outermost, rest, _ = inner
    return outermost(*rest)


def _through(frame: Frame) -> FunctionType:
    """A function at a frame's op that calls what it is given."""
    at = frame.op.at
    assert at is not None
    names = [parameter(number) for number in range(3)]
    called = ast.Call(
        ast.Name(names[0], ast.Load()),
        [ast.Starred(ast.Name(names[1], ast.Load()), ast.Load())],
        [ast.keyword(None, ast.Name(names[2], ast.Load()))],
    )
    definition = function(".through", names, [place(ast.Return(place(called, at)), at)], at)
    native = frame.code.native
    code = compile_functions([definition], native.co_filename, 0)[".through"]
    return FunctionType(rename(code, native), frame.code.module)


SPECIALS: dict[int, Special] = {
    id(builtins.locals): _locals,
    id(builtins.vars): _locals,
    id(builtins.dir): _dir,
    id(builtins.eval): _evaluate("eval"),
    id(builtins.exec): _evaluate("exec"),
    id(builtins.super): _super,
    id(warnings.warn): _warn,
    id(sys._getframe): _stack("_getframe", sys),
    id(traceback.extract_stack): _stack("extract_stack", traceback),
    id(traceback.format_stack): _stack("format_stack", traceback),
    id(traceback.print_stack): _stack("print_stack", traceback),
}
"""What to do instead, by the identity of the builtin; NotImplemented for: nothing special."""
