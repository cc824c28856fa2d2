"""What an op may change in place, what it did change, and who else knows that memory."""

from __future__ import annotations

import ast
import types
import weakref
import zlib
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

import numpy as np

from nnstep.engine import ops
from nnstep.engine.calls import arguments
from nnstep.engine.events import Mutation
from nnstep.engine.frames import Frame
from nnstep.engine.ops import Op
from nnstep.engine.values import attributes, is_a

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
# Others may be the script's, and would run its code when they are asked for an attribute.
_CALLABLES = (
    types.FunctionType, types.MethodType, types.BuiltinFunctionType, types.MethodWrapperType,
    type(np.dot),
)
_BUILTIN_MUTATES = {"next", "setattr", "delattr", "exec", "eval"}


def is_mutable(value: Any) -> bool:
    """Whether it is an array or container that an op may change in place."""
    return is_a(value, (np.ndarray, *_CONTAINERS))


class Resizing(list[tuple[str, Any]]):
    """What may change while nothing may refer to it, not even weakly: NumPy then refuses."""


def candidates(frame: Frame, op: Op, operands: tuple[Any, ...]) -> Places:
    """What an op that is about to run may change in place, under the op's own names."""
    if op.kind == ops.CALL:
        known = type(operands[0]) in _CALLABLES
        resizing = known and getattr(operands[0], "__name__", "") == "resize"
        found = [(name, value) for name, value in _call(op, operands) if is_mutable(value)]
        return Resizing(found) if resizing else found
    if op.kind == ops.NATIVE:
        return list(_of_statement(frame, op.node))
    node = op.extra
    places: list[int] = []
    match node:
        case ast.AugAssign(target=ast.Subscript()):
            places = _of_item(operands)
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


def _of_item(operands: tuple[Any, ...]) -> list[int]:
    """What `container[key] op= ...` may change: the container, and the item that it holds.

    The item of an array is a copy, or a view that changes with the array.
    """
    old, container = operands[0], operands[2] if len(operands) > 2 else None
    if isinstance(container, np.ndarray):
        apart = container.dtype.hasobject and not shares(container, old)
        return [2, 0] if apart else [2]
    return [0, 2]


def _call(op: Op, operands: tuple[Any, ...]) -> Iterable[tuple[str, Any]]:
    """What a call may change: its receiver, its `out=`, or its arguments when it is unknown."""
    function = operands[0]
    known = type(function) in _CALLABLES or is_a(function, np.ufunc)
    owner = getattr(function, "__self__", None) if known else None
    name = getattr(function, "__name__", "") if known else ""
    if is_mutable(owner):
        array = is_a(owner, np.ndarray)
        if name in (_ARRAY_METHODS if array else _CONTAINER_METHODS):
            yield op.operands[0].rpartition(".")[0] or op.operands[0], owner
        yield from _out(op, operands)
        return
    if is_a(owner, np.ufunc):  # np.add.at
        yield from zip(op.operands[1:2], operands[1:2], strict=False)
    elif is_a(function, np.ufunc):
        yield from _out(op, operands)
        yield from _extra_outputs(function, op, operands)
    elif _is_numpy(function, owner):
        yield from _out(op, operands)
        if name in _NUMPY_MUTATES:
            yield from zip(op.operands[1:2], operands[1:2], strict=False)
    elif not _changes_nothing(function, name):
        yield from zip(op.operands[1:], operands[1:], strict=False)


def _is_numpy(function: Any, owner: Any) -> bool:
    if owner is not None and not is_a(owner, types.ModuleType):
        return type(owner).__module__.startswith("numpy")
    return _module_of(function).startswith("numpy")


def _changes_nothing(function: Any, name: str) -> bool:
    if is_a(function, type):
        return True
    return _module_of(function) == "builtins" and name not in _BUILTIN_MUTATES


def _module_of(function: Any) -> str:
    """Where a function comes from; an instance of the script's isn't asked."""
    return str(getattr(function, "__module__", "")) if type(function) in _CALLABLES else ""


def _given(op: Op, operands: tuple[Any, ...]) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """The arguments of a call; none where to unpack them might run the script's code."""
    node = op.extra
    unpacks = isinstance(node, ast.Call) and (
        any(isinstance(each, ast.Starred) for each in node.args)
        or any(each.arg is None for each in node.keywords)
    )
    if unpacks and not all(_unpacks_alike(each) for each in operands[1:]):
        return (), {}
    return arguments(op, operands) or ((), {})


def _unpacks_alike(value: Any) -> bool:
    """Whether it gives the same items however often it is asked."""
    return type(value) in (list, tuple, dict, np.ndarray, int, float, bool, str, type(None))


def _out(op: Op, operands: tuple[Any, ...]) -> Iterable[tuple[str, Any]]:
    keywords = op.extra.keywords if isinstance(op.extra, ast.Call) else []
    if not any(each.arg in ("out", None) for each in keywords):
        return
    out = _given(op, operands)[1].get("out")
    for each in out if isinstance(out, tuple) else (out,):
        yield _text_of(op, operands, each), each


def _extra_outputs(
    function: np.ufunc, op: Op, operands: tuple[Any, ...]
) -> Iterable[tuple[str, Any]]:
    # Constants among the arguments aren't operands.
    for each in _given(op, operands)[0][function.nin :]:
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
    """What mutable values were like before an op.

    It keeps no array alive, and lets arrays be resized.
    """

    def __init__(self, places: Places) -> None:
        resizing = isinstance(places, Resizing)
        self._kept = [
            (name, _by_identity(value) if resizing else _reference(value), _keep(value))
            for name, value in places
        ]

    def mutations(self, frame: Frame) -> tuple[Mutation, ...]:
        """What has changed since, with every other name that knows the same memory."""
        changed = []
        for name, find, kept in self._kept:
            value = find(frame)
            if value is not None and _differs(kept, value):
                before = None if isinstance(kept, _Fingerprint) else kept
                aliases = tuple(other_names(frame, name, value))
                changed.append(Mutation(name, aliases, before, value))
        return tuple(changed)


_Find = Callable[[Frame], Any]


def _reference(value: Any) -> _Find:
    """Finds a value again: an array only as long as the script keeps it."""
    if is_a(value, np.ndarray):
        weak = weakref.ref(value)
        return lambda _: weak()
    return lambda _: value


def _by_identity(value: Any) -> _Find:
    """Finds an array again, by the names that the script has for it, without a reference."""
    number = id(value)

    def find(frame: Frame) -> Any:
        known = (each for _, each in known_values(frame))
        return next((each for each in known if id(each) == number and is_mutable(each)), None)

    return find


class _Fingerprint:
    """Stands for an array that is too large to keep."""

    def __init__(self, array: np.ndarray[Any, Any]) -> None:
        self.shape = array.shape
        self.sum = _checksum(array)


def _checksum(array: np.ndarray[Any, Any]) -> int:
    array = np.asarray(array)
    total = 0
    for part in np.array_split(array.reshape(-1) if array.flags.c_contiguous else array, 64):
        total = zlib.crc32(np.ascontiguousarray(part).reshape(-1).view(np.uint8).data, total)
    return total


def _keep(value: Any) -> Any:
    if not is_a(value, np.ndarray):
        return _plain_copy(value)
    if value.nbytes > COPY_LIMIT and not value.dtype.hasobject:
        return _Fingerprint(value)
    return np.array(value, copy=True, subok=False)


def _plain_copy(container: Any) -> Any:
    """A shallow copy that runs none of the script's code, also of a subclass."""
    kind: Any = next(each for each in _CONTAINERS if is_a(container, each))
    return kind.copy(container)


def _differs(before: Any, after: Any) -> bool:
    if isinstance(before, _Fingerprint):
        return before.shape != after.shape or before.sum != _checksum(after)
    if is_a(after, np.ndarray):
        return not _same_array(before, np.asarray(after))
    return not _same_items(before, _plain_copy(after))


def _same_array(before: np.ndarray[Any, Any], after: np.ndarray[Any, Any]) -> bool:
    """Whether arrays hold the same bytes, or the very same objects."""
    if before.shape != after.shape or before.dtype != after.dtype:
        return False
    if after.dtype.names:  # between fields may lie bytes that mean nothing
        return all(_same_array(before[each], after[each]) for each in after.dtype.names)
    if after.dtype.hasobject:
        pairs = zip(before.ravel().tolist(), after.ravel().tolist(), strict=True)
        return all(one is other for one, other in pairs)
    return bool(before.tobytes() == after.tobytes())


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
    seen = {name, _spelled(name)}
    for label, other in known_values(frame):
        if label not in seen and shares(value, other):
            seen.add(label)
            yield label


def _spelled(name: str) -> str:
    """A name with quotes and spaces as `known_values` has them."""
    try:
        return ast.unparse(ast.parse(name, mode="eval"))
    except SyntaxError:
        return name


_WORK: Any = 10_000  # steps of an exact answer, before the bounds have to do


def shares(value: Any, other: Any) -> bool:
    """Whether two values are the same container or overlap in memory."""
    if is_a(value, np.ndarray) and is_a(other, np.ndarray):
        try:
            return bool(np.shares_memory(value, other, max_work=_WORK))
        except (np.exceptions.TooHardError, TypeError):
            return bool(np.may_share_memory(value, other))
    return value is other


def known_values(frame: Frame) -> Iterator[tuple[str, Any]]:
    """What can be reached by a name: a frame's variables, the module's, those of all callers."""
    variables = frame.variables()
    yield from _reached(variables)
    if not frame.code.is_module:
        module = frame.code.module
        yield from _reached({name: each for name, each in module.items() if name not in variables})
    caller = frame.back
    while caller is not None:
        if not caller.code.is_module:
            # An object under the same name, such as `self`, is no other way to reach it.
            others = {
                name: each for name, each in caller.variables().items()
                if is_mutable(each) or variables.get(name) is not each
            }
            for label, value in _reached(others):
                yield f"{label} in {caller.code.name}", value
        caller = caller.back


_MANY = 64  # items of a container looked at, levels down: 3
_TOO_MANY = 20_000  # values looked at in a frame
_CLOSED = (
    np.ndarray, types.ModuleType, type, types.FunctionType, types.MethodType,
    types.BuiltinFunctionType,
)


def _reached(variables: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    return islice(_below(variables.items()), _TOO_MANY)


def _below(items: Iterable[tuple[str, Any]], depth: int = 3) -> Iterator[tuple[str, Any]]:
    for label, value in list(items):
        if label.startswith("__"):
            continue
        yield label, value
        if depth and not is_a(value, _CLOSED):
            yield from _below(_items(label, value), depth - 1)


def _items(label: str, value: Any) -> Iterable[tuple[str, Any]]:
    if is_a(value, dict) and dict.__len__(value) <= _MANY:
        pairs = dict.items(value)
        return [(f"{label}[{key!r}]", each) for key, each in pairs if _is_plain(key)]
    if is_a(value, (list, tuple)) and len(value) <= _MANY:
        return [(f"{label}[{at}]", each) for at, each in enumerate(value)]
    return [(f"{label}.{name}", each) for name, each in list(attributes(value).items())]


def _is_plain(key: Any) -> bool:
    return isinstance(key, str | int | float | bool)
