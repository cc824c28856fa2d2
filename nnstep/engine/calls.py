"""What a call steps into: functions, methods, classes and operators of the script.

Decides, and prepares the new frame; the machine runs it. Anything else is called natively.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from types import BuiltinFunctionType, FunctionType, MethodType
from typing import Any

from nnstep.engine.frames import Frame, bind
from nnstep.engine.ops import Code, Op
from nnstep.engine.specials import SPECIALS

Lookup = Callable[[FunctionType], Code | None]


class Result:
    """The value of a call that needed no frame."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value


Entered = Frame | Result | None
"""A frame to run, a value that is there already, or None: call it natively."""


def _collect(*args: Any, **kwargs: Any) -> tuple[tuple[Any, ...], dict[str, Any]]:
    return args, kwargs


def arguments(op: Op, operands: tuple[Any, ...]) -> tuple[tuple[Any, ...], dict[str, Any]] | None:
    """The arguments of a call op, or None when Python refuses them.

    Raises:
        Exception: what one of them has raised when it was asked for its items.
    """
    if op.flag:
        return operands[1:], {}
    try:
        found: tuple[tuple[Any, ...], dict[str, Any]] = op.fn(_collect, *operands[1:])
    except TypeError as error:
        if not str(error).startswith(_REFUSALS):
            raise
        return None
    return found


_REFUSALS = (f"{_collect.__module__}.{_collect.__qualname__}()", "keywords must be strings")


class Calls:
    """Knows which calls are stepped into.

    Attributes:
        native_types: the types, by identity, of callables that never are, as far as met.
        codes: the ops of functions, as far as they have been met, by the identity of their
            native code.
    """

    def __init__(self, lookup: Lookup, codes: Mapping[int, Code | None]) -> None:
        self._lookup = lookup
        self.codes = codes
        self.native_types: set[int] = set()
        # By identity: a class may well be unhashable.
        self._by_type: dict[int, Callable[[Frame, Op, tuple[Any, ...]], Entered]] = {
            id(FunctionType): self._function,
            id(MethodType): self._method,
            id(BuiltinFunctionType): self._builtin,
            id(type): self._class,
        }
        self._types: list[type] = []  # kept, so that no identity is used twice

    def enter(self, frame: Frame, op: Op, operands: tuple[Any, ...]) -> Entered:
        """Prepare the call of the first operand."""
        kind = type(operands[0])
        way = self._by_type.get(id(kind))
        if way is None:
            way = self._by_type[id(kind)] = self._way(kind)
            self._types.append(kind)
            if way == self._native:
                self.native_types.add(id(kind))
        return way(frame, op, operands)

    def _way(self, kind: type) -> Callable[[Frame, Op, tuple[Any, ...]], Entered]:
        if issubclass(kind, type):
            return self._class if kind.__call__ is type.__call__ else self._native
        method = getattr(kind, "__call__", None)  # noqa: B004
        if isinstance(method, FunctionType) and self._lookup(method):
            return self._instance
        return self._native

    @staticmethod
    def _native(frame: Frame, op: Op, operands: tuple[Any, ...]) -> Entered:
        return None

    def _builtin(self, frame: Frame, op: Op, operands: tuple[Any, ...]) -> Entered:
        special = SPECIALS.get(id(operands[0]))
        if special is None:
            return None
        found = arguments(op, operands)
        if found is None:
            return None
        value: Any = NotImplemented

        def call(*_: Any, **__: Any) -> Any:
            return special(frame, op, *found)

        # Called through the op, so that a traceback shows where.
        value = op.fn(call, *operands[1:])
        return None if value is NotImplemented else Result(value)

    def _function(self, frame: Frame, op: Op, operands: tuple[Any, ...]) -> Entered:
        code = self._lookup(operands[0])
        if code is None:
            return self._builtin(frame, op, operands) if id(operands[0]) in SPECIALS else None
        found = arguments(op, operands)
        return self.frame(frame, code, operands[0], *found) if found else None

    def _method(self, frame: Frame, op: Op, operands: tuple[Any, ...]) -> Entered:
        method = operands[0]
        function = method.__func__
        if type(function) is not FunctionType:
            return None
        code = self._lookup(function)
        found = arguments(op, operands) if code else None
        if code is None or found is None:
            return None
        return self.frame(frame, code, function, (method.__self__, *found[0]), found[1])

    def _instance(self, frame: Frame, op: Op, operands: tuple[Any, ...]) -> Entered:
        function: Any = type(operands[0]).__call__
        if type(function) is not FunctionType:  # replaced since the type was met
            return None
        found = arguments(op, operands)
        code = self._lookup(function)
        if code is None or found is None:
            return None
        return self.frame(frame, code, function, (operands[0], *found[0]), found[1])

    def _class(self, frame: Frame, op: Op, operands: tuple[Any, ...]) -> Entered:
        """A new instance, made natively, and then its `__init__` in a frame."""
        cls = operands[0]
        if id(cls) in SPECIALS:
            return self._builtin(frame, op, operands)
        init = cls.__init__
        if type(init) is not FunctionType or isinstance(cls.__new__, FunctionType):
            return None
        code = self._lookup(init)
        found = arguments(op, operands) if code else None
        if code is None or found is None or getattr(cls, "__abstractmethods__", None):
            return None
        args, kwargs = found
        made = op.fn(lambda *args, **kwargs: cls.__new__(cls, *args, **kwargs), *operands[1:])
        if not isinstance(made, cls):
            return Result(made)
        if type(made).__init__ is not init:
            return None
        return self.frame(frame, code, init, (made, *args), kwargs, ("init", made))

    def frame(
        self, back: Frame, code: Code, function: FunctionType, args: tuple[Any, ...],
        kwargs: dict[str, Any], then: tuple[Any, ...] | None = None,
    ) -> Frame | None:
        """A frame for a call, or None when the arguments don't fit."""
        variables = bind(code, function, args, kwargs)
        if variables is None:
            return None
        return Frame(code, variables, back, back.excs[-1], then)

    # Operators.

    def operator(self, frame: Frame, op: Op, operands: tuple[Any, ...]) -> Entered:
        """Prepare an operator whose first method belongs to the script."""
        candidates = list(_candidates(op.extra, operands))
        for candidate in candidates:
            if self._steppable(candidate.function):
                return self.next_candidate(frame, op, operands, tuple(candidates))
            # A number's own method may be asked first without harm; others are Python's affair.
            if type(candidate.args[0]) not in _NUMBERS:
                return None
        return None

    def _steppable(self, function: Any) -> Code | None:
        return self._lookup(function) if type(function) is FunctionType else None

    def next_candidate(
        self, frame: Frame, op: Op, operands: tuple[Any, ...], candidates: tuple[Candidate, ...]
    ) -> Frame | Result:
        """The first method of an operator, or the next when those before gave NotImplemented."""
        while candidates:
            candidate, *rest = candidates
            candidates = tuple(rest)
            code = self._steppable(candidate.function)
            if code is not None:
                then = ("operator", operands, candidates, candidate.finish)
                made = self.frame(frame, code, candidate.function, candidate.args, {}, then)
                if made is not None:
                    return made
            value = candidate.call()
            if value is not NotImplemented:
                return Result(candidate.finish(value))
        return Result(_no_method(op, operands))


def _as_it_is(value: Any) -> Any:
    return value


class Candidate:
    """One method that may carry out an operator.

    Attributes:
        function: the method, unbound.
        args: what it is called with.
        finish: its return value -> the operator's value.
    """

    __slots__ = ("args", "finish", "function")

    def __init__(
        self, function: Any, args: tuple[Any, ...], finish: Callable[[Any], Any] = _as_it_is
    ) -> None:
        self.function = function
        self.args = args
        self.finish = finish

    def call(self) -> Any:
        """Call the method natively, bound as Python binds it."""
        owner, *rest = self.args
        return bound(self.function, owner)(*rest)


_NUMBERS = (int, float, complex, bool)

_BINARY = {
    ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.MatMult: "matmul", ast.Div: "truediv",
    ast.FloorDiv: "floordiv", ast.Mod: "mod", ast.Pow: "pow", ast.LShift: "lshift",
    ast.RShift: "rshift", ast.BitOr: "or", ast.BitXor: "xor", ast.BitAnd: "and",
}
_UNARY = {ast.USub: "__neg__", ast.UAdd: "__pos__", ast.Invert: "__invert__"}
_COMPARE = {
    ast.Eq: ("__eq__", "__eq__"), ast.NotEq: ("__ne__", "__ne__"),
    ast.Lt: ("__lt__", "__gt__"), ast.LtE: ("__le__", "__ge__"),
    ast.Gt: ("__gt__", "__lt__"), ast.GtE: ("__ge__", "__le__"),
}
OPERATOR_METHODS = frozenset(
    [f"__{way}{name}__" for name in _BINARY.values() for way in ("", "r", "i")]
    + list(_UNARY.values())
    + [name for names in _COMPARE.values() for name in names]
    + ["__getitem__", "__setitem__", "__delitem__", "__contains__"]
)
"""The methods whose presence in a class of the script makes operators worth stepping into."""


def _candidates(node: Any, operands: tuple[Any, ...]) -> Iterator[Candidate]:
    match node:
        case ast.AugAssign(target=ast.Name()):
            name = _BINARY[type(node.op)]
            if _is_barred(type(operands[0]), f"__i{name}__"):
                return  # Python says so in its own words
            yield from _methods(f"__i{name}__", operands[:1], operands)
            yield from _both(f"__{name}__", f"__r{name}__", *operands)
        case ast.BinOp() if len(operands) == 2:
            name = _BINARY[type(node.op)]
            yield from _both(f"__{name}__", f"__r{name}__", *operands)
        case ast.UnaryOp(op=ast.USub() | ast.UAdd() | ast.Invert()):
            yield from _methods(_UNARY[type(node.op)], operands, operands)
        case ast.Compare() if len(operands) == 2 and len(node.ops) == 1:
            yield from _compare(node.ops[0], *operands)
        case ast.Subscript() if _plain_index(node, operands):
            yield from _subscript(node, operands)


def _plain_index(node: ast.Subscript, operands: tuple[Any, ...]) -> bool:
    """Whether the index is one operand, so that the method's arguments are at hand."""
    expected = 3 if isinstance(node.ctx, ast.Store) else 2
    inlined = isinstance(node.slice, ast.Slice | ast.Tuple)
    return not inlined and len(operands) == expected


def _subscript(node: ast.Subscript, operands: tuple[Any, ...]) -> Iterator[Candidate]:
    if isinstance(node.ctx, ast.Store):
        value, container, key = operands
        for each in _methods("__setitem__", (container,), (container, key, value)):
            yield Candidate(each.function, each.args, lambda _: None)
    else:
        name = "__delitem__" if isinstance(node.ctx, ast.Del) else "__getitem__"
        yield from _methods(name, operands[:1], operands)


def bound(method: Any, owner: Any) -> Any:
    """A special method, bound as Python binds it: by its `__get__`, if it has one."""
    get = getattr(type(method), "__get__", None)
    return method if get is None else get(method, owner, type(owner))


def _methods(
    name: str, owners: tuple[Any, ...], args: tuple[Any, ...]
) -> Iterator[Candidate]:
    for owner in owners[:1]:
        method = special_method(type(owner), name)
        if method is not None:
            yield Candidate(method, args)


def special_method(kind: type, name: str) -> Any:
    """A method as Python looks it up for an operator: on the type."""
    for cls in kind.__mro__:
        if name in cls.__dict__:
            return cls.__dict__[name]
    return None


def _is_barred(kind: type, name: str) -> bool:
    """Whether a class has None in the place of a method: Python then looks no further."""
    return any(cls.__dict__.get(name, name) is None for cls in kind.__mro__)


def _both(name: str, reflected: str, left: Any, right: Any) -> Iterator[Candidate]:
    """The left operand's method and the right one's, a subclass's override first."""
    if _is_barred(type(left), name) or _is_barred(type(right), reflected):
        return
    mine, theirs = special_method(type(left), name), special_method(type(right), reflected)
    first = [Candidate(mine, (left, right))] if mine is not None else []
    second = [Candidate(theirs, (right, left))] if theirs is not None else []
    if type(left) is type(right):
        second = []
    elif _overrides(type(right), type(left), reflected):
        first, second = second, first
    yield from (*first, *second)


def _overrides(kind: type, base: type, method: str) -> bool:
    """Whether a subclass has a method of its own, so that it is asked before its base class."""
    own = special_method(kind, method)
    return issubclass(kind, base) and own is not special_method(base, method)


def _compare(operator: ast.cmpop, left: Any, right: Any) -> Iterator[Candidate]:
    if isinstance(operator, ast.In | ast.NotIn):
        negate = isinstance(operator, ast.NotIn)
        for each in _methods("__contains__", (right,), (right, left)):
            yield Candidate(each.function, each.args, lambda value: bool(value) is not negate)
    elif type(operator) in _COMPARE:
        name, reflected = _COMPARE[type(operator)]
        mine, theirs = special_method(type(left), name), special_method(type(right), reflected)
        first = [Candidate(mine, (left, right))] if mine is not None else []
        second = [Candidate(theirs, (right, left))] if theirs is not None else []
        if type(left) is not type(right) and issubclass(type(right), type(left)):
            first, second = second, first
        yield from (*first, *second)


def _no_method(op: Op, operands: tuple[Any, ...]) -> Any:
    """What comes of an operator all of whose methods gave NotImplemented.

    The op itself, on stand-ins that have no methods, raises the error in Python's own words.
    """
    node = op.extra
    if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Eq | ast.NotEq):
        return (operands[0] is operands[1]) is isinstance(node.ops[0], ast.Eq)
    kinds = {kind: type(kind.__name__, (), {}) for kind in map(type, operands)}
    return op.fn(*(kinds[type(each)]() for each in operands))
