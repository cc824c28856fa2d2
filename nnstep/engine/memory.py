"""What an op may change in place, what it did change, and who else knows that memory."""

from __future__ import annotations

import ast
import copy
import types
import zlib
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from nnstep.engine import ops
from nnstep.engine.calls import arguments
from nnstep.engine.events import Mutation
from nnstep.engine.frames import Frame
from nnstep.engine.ops import Op

Places = list[tuple[str, Any]]
"""Names, or other texts of the script, with the mutable values behind them."""

COPY_LIMIT = 64 << 20
"""Bytes: a larger array isn't copied to say later what changed, only fingerprinted."""

_CONTAINERS = (list, dict, set, bytearray)
_ARRAY_METHODS = {
    "sort", "fill", "put", "partition", "resize", "setfield", "setflags", "itemset", "byteswap",
    "__setitem__",
}
_CONTAINER_METHODS = {
    "append", "extend", "insert", "remove", "pop", "clear", "sort", "reverse", "update",
    "setdefault", "popitem", "add", "discard", "__setitem__", "__delitem__",
}
_NUMPY_MUTATES = {
    "copyto", "put", "place", "putmask", "fill_diagonal", "put_along_axis", "shuffle",
}
_BUILTIN_MUTATES = {"next", "setattr", "delattr", "exec", "eval"}


def is_mutable(value: Any) -> bool:
    """Whether it is an array or container that an op may change in place."""
    return isinstance(value, np.ndarray) or isinstance(value, _CONTAINERS)


def candidates(frame: Frame, op: Op, operands: tuple[Any, ...]) -> Places:
    """What an op that is about to run may change in place, under the op's own names."""
    if op.kind == ops.CALL:
        return [(name, value) for name, value in _call(op, operands) if is_mutable(value)]
    if op.kind == ops.NATIVE:
        return list(_of_statement(frame, op.node))
    node = op.extra
    places: list[int] = []
    match node:
        case ast.AugAssign(target=ast.Subscript()):
            places = [2]
        case ast.AugAssign():
            places = [0]
        case ast.Subscript(ctx=ast.Store()):
            places = [1]
        case ast.Subscript(ctx=ast.Del()):
            places = [0]
    return [
        (op.operands[at], operands[at])
        for at in places
        if at < len(operands) and is_mutable(operands[at])
    ]


def _call(op: Op, operands: tuple[Any, ...]) -> Iterable[tuple[str, Any]]:
    """What a call may change: its receiver, its `out=`, or its arguments when it is unknown."""
    function = operands[0]
    owner = getattr(function, "__self__", None)
    name = getattr(function, "__name__", "")
    if is_mutable(owner):
        array = isinstance(owner, np.ndarray)
        if name in (_ARRAY_METHODS if array else _CONTAINER_METHODS):
            yield op.operands[0].rpartition(".")[0] or op.operands[0], owner
        yield from _out(op, operands)
        return
    if isinstance(owner, np.ufunc):  # np.add.at
        yield from zip(op.operands[1:2], operands[1:2], strict=False)
    elif isinstance(function, np.ufunc):
        yield from _out(op, operands)
        yield from _extra_outputs(function, op, operands)
    elif _is_numpy(function, owner):
        yield from _out(op, operands)
        if name in _NUMPY_MUTATES:
            yield from zip(op.operands[1:2], operands[1:2], strict=False)
    elif not _changes_nothing(function, name):
        yield from zip(op.operands[1:], operands[1:], strict=False)


def _is_numpy(function: Any, owner: Any) -> bool:
    if owner is not None and not isinstance(owner, types.ModuleType):
        return type(owner).__module__.startswith("numpy")
    return str(getattr(function, "__module__", None)).startswith("numpy")


def _changes_nothing(function: Any, name: str) -> bool:
    if isinstance(function, type):
        return True
    builtin = getattr(function, "__module__", None) == "builtins"
    return builtin and name not in _BUILTIN_MUTATES


def _out(op: Op, operands: tuple[Any, ...]) -> Iterable[tuple[str, Any]]:
    keywords = op.extra.keywords if isinstance(op.extra, ast.Call) else []
    if not any(each.arg == "out" for each in keywords):
        return
    found = arguments(op, operands)
    out = found[1].get("out") if found else None
    for each in out if isinstance(out, tuple) else (out,):
        yield _text_of(op, operands, each), each


def _extra_outputs(
    function: np.ufunc, op: Op, operands: tuple[Any, ...]
) -> Iterable[tuple[str, Any]]:
    if len(operands) - 1 > function.nin and (found := arguments(op, operands)):
        for each in found[0][function.nin :]:
            yield _text_of(op, operands, each), each


def _text_of(op: Op, operands: tuple[Any, ...], value: Any) -> str:
    for name, operand in zip(op.operands, operands, strict=False):
        if operand is value:
            return name
    return "out"


def _of_statement(frame: Frame, node: ast.AST) -> Iterator[tuple[str, Any]]:
    """The mutable values of the names in a statement that runs natively."""
    variables = frame.variables()
    names = dict.fromkeys(each.id for each in ast.walk(node) if isinstance(each, ast.Name))
    for name in names:
        value = variables.get(name, frame.code.module.get(name))
        if is_mutable(value):
            yield name, value


class Before:
    """What mutable values were like before an op."""

    def __init__(self, places: Places) -> None:
        self._kept = [(name, value, _keep(value)) for name, value in places]

    def mutations(self, frame: Frame) -> tuple[Mutation, ...]:
        """What has changed since, with every other name that knows the same memory."""
        changed = []
        for name, value, kept in self._kept:
            if _differs(kept, value):
                before = None if isinstance(kept, _Fingerprint) else kept
                aliases = tuple(other_names(frame, name, value))
                changed.append(Mutation(name, aliases, before, value))
        return tuple(changed)


class _Fingerprint:
    """Stands for an array that is too large to keep."""

    def __init__(self, array: np.ndarray[Any, Any]) -> None:
        self.shape = array.shape
        self.sum = _checksum(array)


def _checksum(array: np.ndarray[Any, Any]) -> int:
    total = 0
    for part in np.array_split(array.reshape(-1) if array.flags.c_contiguous else array, 64):
        total = zlib.crc32(np.ascontiguousarray(part).view(np.uint8).data, total)
    return total


def _keep(value: Any) -> Any:
    if not isinstance(value, np.ndarray):
        return copy.copy(value)
    if value.nbytes > COPY_LIMIT and not value.dtype.hasobject:
        return _Fingerprint(value)
    return np.array(value, copy=True, subok=False)


def _differs(before: Any, after: Any) -> bool:
    if isinstance(before, _Fingerprint):
        return before.shape != after.shape or before.sum != _checksum(after)
    if isinstance(after, np.ndarray):
        if before.shape != after.shape or before.dtype != after.dtype:
            return True
        if after.dtype.hasobject:
            pairs = zip(before.ravel().tolist(), after.ravel().tolist(), strict=True)
            return any(one is not other for one, other in pairs)
        return bool(before.tobytes() != after.tobytes())
    return not _same_items(before, after)


def _same_items(before: Any, after: Any) -> bool:
    """Whether containers hold the very same things; `==` might call the script's code."""
    if len(before) != len(after):
        return False
    if isinstance(before, dict):
        return all(
            one is other and before[one] is after[other]
            for one, other in zip(before, after, strict=True)
        )
    if isinstance(before, bytearray):
        return bool(before == after)
    if isinstance(before, set):
        return {id(each) for each in before} == {id(each) for each in after}
    return all(one is other for one, other in zip(before, after, strict=True))


def other_names(frame: Frame, name: str, value: Any) -> Iterator[str]:
    """The names under which the script knows the same memory, besides the given one."""
    seen = {name}
    for label, other in known_values(frame):
        if label not in seen and shares(value, other):
            seen.add(label)
            yield label


_WORK: Any = 10_000  # steps of an exact answer, before the bounds have to do


def shares(value: Any, other: Any) -> bool:
    """Whether two values are the same container or overlap in memory."""
    if isinstance(value, np.ndarray) and isinstance(other, np.ndarray):
        try:
            return bool(np.shares_memory(value, other, max_work=_WORK))
        except (np.exceptions.TooHardError, TypeError):
            return bool(np.may_share_memory(value, other))
    return value is other


def known_values(frame: Frame) -> Iterator[tuple[str, Any]]:
    """What can be reached by a name from a frame: its variables, then those of the module."""
    variables = frame.variables()
    yield from _below(variables.items())
    if not frame.code.is_module:
        hidden = {name: each for name, each in frame.code.module.items() if name not in variables}
        yield from _below(hidden.items())
    if frame.back is not None and not frame.back.code.is_module:
        for label, value in _below(frame.back.variables().items()):
            yield f"{label} in {frame.back.code.name}", value


_MANY = 64  # items of a container looked at, levels down: 2


def _below(items: Iterable[tuple[str, Any]], depth: int = 2) -> Iterator[tuple[str, Any]]:
    for label, value in list(items):
        if label.startswith("__"):
            continue
        yield label, value
        if depth and not isinstance(value, np.ndarray | types.ModuleType | type):
            yield from _below(_items(label, value), depth - 1)


def _items(label: str, value: Any) -> Iterable[tuple[str, Any]]:
    if isinstance(value, dict) and len(value) <= _MANY:
        return [(f"{label}[{key!r}]", each) for key, each in value.items() if _is_plain(key)]
    if isinstance(value, list | tuple) and len(value) <= _MANY:
        return [(f"{label}[{at}]", each) for at, each in enumerate(value)]
    attributes = getattr(value, "__dict__", None)
    if type(attributes) is dict and not callable(value):
        return [(f"{label}.{name}", each) for name, each in attributes.items()]
    return []


def _is_plain(key: Any) -> bool:
    return isinstance(key, str | int | float | bool)
