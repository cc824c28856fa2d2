"""What an op applies to what, read off its text and its operands: `np.sum` to `X`, over axis 0.

Only reading: nothing is evaluated but literals, and no value is changed. What the shapes and the
values mean is for shapes.py and health.py.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import BuiltinFunctionType, FunctionType, MappingProxyType, MethodType
from typing import Any

import numpy as np

from nnstep.engine.events import Operand
from nnstep.insight.arrays import is_array, summarize

Shape = tuple[int, ...]


class _Unknown:
    """Stands for a value that an op's operands don't tell."""

    def __repr__(self) -> str:
        return "unknown"


UNKNOWN: Any = _Unknown()
"""The value of a part that isn't known."""


@dataclass(frozen=True, slots=True)
class Part:
    """One argument of what was applied.

    Attributes:
        text: as Python writes it.
        value: its value, `UNKNOWN` where the op doesn't tell; for a list or tuple that is
            written out, the tuple of its parts.
        shape: the shape of an array, `()` for a number, else None.
        node: its place in the op.
    """

    text: str
    value: Any
    shape: Shape | None
    node: ast.expr

    @property
    def bracketed(self) -> str:
        """Its text as a method can be called on it."""
        atoms = ast.Name | ast.Attribute | ast.Call | ast.Subscript
        return self.text if isinstance(self.node, atoms) else f"({self.text})"


@dataclass(frozen=True, slots=True)
class Applied:
    """An operator, function or subscript, and what it was applied to.

    Attributes:
        how: `operator`, `call`, `index`, `attribute`, or `value` when nothing was applied.
        what: the operator's sign, or the bare name of the function or attribute.
        parts: the positional arguments; the array of a method is the first.
        keywords: the others.
        node: the expression.
        known: whether the function is NumPy's.
        elementwise: whether it is one that works element by element.
        in_place: whether the op is an augmented assignment, such as `b -= db`.
        target: what is assigned to, or an empty string.
    """

    how: str
    what: str
    parts: tuple[Part, ...]
    node: ast.expr
    keywords: Mapping[str, Part] = field(default_factory=lambda: MappingProxyType({}))
    known: bool = False
    elementwise: bool = False
    in_place: bool = False
    target: str = ""

    @property
    def node_text(self) -> str:
        """The expression as Python writes it."""
        return ast.unparse(self.node)

    @property
    def is_product(self) -> bool:
        """Whether it is `@`, `dot` or `matmul`."""
        sign = self.how == "operator" and self.what == "@"
        return (sign or self.calls("dot", "matmul")) and len(self.parts) >= 2

    @property
    def shaped(self) -> list[Part]:
        """The parts that take part in broadcasting."""
        parts = [*self.parts, *(self.keywords.get(each) for each in ("a_min", "a_max"))]
        return [each for each in parts if each is not None and each.shape is not None]

    def calls(self, *names: str) -> bool:
        """Whether it is one of these functions of NumPy."""
        return self.how == "call" and self.known and self.what in names

    def argument(self, name: str, position: int, default: Any = None) -> Any:
        """The value of an argument by its keyword or its position; `UNKNOWN` where not told."""
        if name in self.keywords:
            return self.keywords[name].value
        if position < len(self.parts):
            return self.parts[position].value
        return default


def read(text: str, operands: Sequence[Operand]) -> Applied | None:
    """What an op applies.

    Args:
        text: the op, as an event has it.
        operands: what it worked on.

    Returns:
        None where the text is no expression and no assignment.
    """
    found = _expression(text)
    if found is None:
        return None
    node, target, in_place = found
    values = {_key(each.name): each.value for each in operands}
    return _Reader(values, target, in_place).applied(node)


def worked_on(operands: Sequence[Operand]) -> list[Operand]:
    """The operands worth telling: each once, neither functions nor modules nor constants.

    For an array's method it is the array: its shape is what one wants to know.
    """
    found = {each.name: each for each in map(_receiver, operands)}
    return [
        each for each in found.values()
        if is_array(each.value) or (is_data(each.value) and not _is_constant(each.name))
    ]


def is_data(value: object) -> bool:
    """Whether it is neither a function nor a module nor a class."""
    return is_array(value) or summarize(value).kind not in ("function", "module", "class")


def _receiver(operand: Operand) -> Operand:
    owner = owner_of(operand.value)
    name, dot, _ = operand.name.rpartition(".")
    return Operand(name, owner) if dot and is_array(owner) else operand


def _is_constant(text: str) -> bool:
    try:
        ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return False
    return True


def shape_of(value: object) -> Shape | None:
    """The shape of an array, `()` for a number; None for anything else."""
    if is_array(value):
        return tuple(np.asarray(value).shape)
    return () if issubclass(type(value), (bool, int, float, complex, np.generic)) else None


def broadcast(parts: Sequence[Part]) -> Shape | None:
    """The shape that several stretch to; None where they don't fit."""
    try:
        return np.broadcast_shapes(*(each.shape for each in parts if each.shape is not None))
    except ValueError:
        return None


def called(node: ast.expr) -> str:
    """The bare name of a function, an attribute or an entry: `dW1` of `grads["dW1"]`."""
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        return str(node.slice.value)
    return node.id if isinstance(node, ast.Name) else ""


def _expression(text: str) -> tuple[ast.expr, str, bool] | None:
    """The expression that an op computes, what it is assigned to, and whether in place."""
    try:
        body = ast.parse(text.strip()).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    if len(body) != 1:
        return None
    match body[0]:
        case ast.Expr(value=ast.NamedExpr(target=target, value=node)):
            return node, ast.unparse(target), False
        case ast.Expr(value=node):
            return node, "", False
        case ast.Assign(targets=targets, value=node):
            return node, ast.unparse(targets[0]), False
        case ast.AnnAssign(target=place, value=ast.expr() as node):
            return node, ast.unparse(place), False
        case ast.AugAssign(target=place, op=op, value=value):
            left: Any = place
            return ast.BinOp(left, op, value), ast.unparse(place), True
    return None


def _key(text: str) -> str:
    """An expression's text, however it was laid out and bracketed."""
    try:
        return ast.unparse(ast.parse(text.strip(), mode="eval"))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return text


class _Reader:
    """Reads one op, its operands known by their text."""

    def __init__(self, values: Mapping[str, Any], target: str, in_place: bool) -> None:
        self._values = values
        self._more: dict[str, Any] = {"target": target, "in_place": in_place}

    def applied(self, node: ast.expr) -> Applied:
        """What an expression applies to what."""
        if ast.unparse(node) in self._values and not self._more["in_place"]:
            return self._bound(node)
        match node:
            case ast.BinOp(left=left, op=op, right=right):
                sign = _SIGNS[type(op)]
                return self._operator(sign, (left, right), node)
            case ast.UnaryOp(op=op, operand=operand):
                return self._operator(_SIGNS[type(op)], (operand,), node)
            case ast.Compare(left=left, ops=[op], comparators=[right]):
                sign = _SIGNS.get(type(op), "")
                return self._operator(sign, (left, right), node)
            case ast.Call():
                return self._call(node)
            case ast.Subscript(value=base):
                return self._make("index", "", (base, node.slice), node)
        return self._bound(node)

    def _bound(self, node: ast.expr) -> Applied:
        """An attribute, or a value that only gets another name."""
        if isinstance(node, ast.Attribute):
            return self._make("attribute", node.attr, (node,), node)
        return self._make("value", "", (node,), node)

    def _operator(self, sign: str, nodes: Sequence[ast.expr], node: ast.expr) -> Applied:
        return self._make("operator", sign, nodes, node, elementwise=sign not in ("@", ""))

    def _make(
        self, how: str, what: str, nodes: Sequence[ast.expr], node: ast.expr, **more: Any
    ) -> Applied:
        parts = tuple(self.part(each) for each in nodes)
        return Applied(how, what, parts, node, **self._more, **more)

    def _call(self, node: ast.Call) -> Applied:
        function = self._values.get(ast.unparse(node.func), UNKNOWN)
        name, owner = _name(function), owner_of(function)
        parts = [self.part(each) for each in node.args if not isinstance(each, ast.Starred)]
        if is_array(owner) and isinstance(node.func, ast.Attribute):
            at = node.func.value
            parts.insert(0, Part(ast.unparse(at), owner, shape_of(owner), at))
        keywords = {each.arg: self.part(each.value) for each in node.keywords if each.arg}
        known = is_array(owner) or _is_numpys(function)
        ufunc = type(function) is np.ufunc and name != "matmul"
        return Applied(
            "call", name or called(node.func), tuple(parts), node, keywords, known,
            ufunc or (known and name in _ELEMENTWISE), **self._more,
        )

    def part(self, node: ast.expr) -> Part:
        """One argument, with all that is known of it."""
        text = ast.unparse(node)
        if text in self._values:
            value = self._values[text]
            return Part(text, value, shape_of(value), node)
        if isinstance(node, ast.List | ast.Tuple):
            items = tuple(self.part(each) for each in node.elts)
            return Part(text, items, None, node)
        if called(node) == "newaxis":
            return Part(text, None, None, node)
        try:
            value = ast.literal_eval(node)
        except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
            return Part(text, UNKNOWN, () if _is_arithmetic(node) else None, node)
        return Part(text, value, shape_of(value), node)


def _is_arithmetic(node: ast.expr) -> bool:
    """Whether it is a number written as a calculation, such as `1 / 2`."""
    kinds = (ast.Constant, ast.BinOp, ast.UnaryOp, ast.operator, ast.unaryop)
    return all(isinstance(each, kinds) for each in ast.walk(node))


def owner_of(function: Any) -> Any:
    """What a method is bound to, None for anything else. A script's own callables aren't asked."""
    return function.__self__ if type(function) in _METHODS else None


def _name(function: Any) -> str:
    """What a function of NumPy calls itself, so that `from numpy import dot as d` is `dot`."""
    if _is_numpys(function) or is_array(owner_of(function)):
        name = str(function.__name__)
        return {"amax": "max", "amin": "min"}.get(name, name)
    return ""


def _is_numpys(function: Any) -> bool:
    if type(function) not in (*_METHODS, FunctionType, type(np.dot), np.ufunc):
        return False
    if type(function) is np.ufunc:
        return True
    module = function.__module__ or type(owner_of(function)).__module__
    return isinstance(module, str) and module.split(".")[0] == "numpy"


_METHODS = (BuiltinFunctionType, MethodType)
_ELEMENTWISE = frozenset(
    ("where", "clip", "round", "around", "isclose", "nan_to_num", "real", "imag", "copy", "astype",
     "conj", "sinc", "fix", "array", "asarray", "heaviside")
)

_SIGNS: dict[type, str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%",
    ast.Pow: "**", ast.MatMult: "@", ast.BitAnd: "&", ast.BitOr: "|", ast.BitXor: "^",
    ast.LShift: "<<", ast.RShift: ">>", ast.UAdd: "+", ast.USub: "-", ast.Invert: "~",
    ast.Not: "", ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">",
    ast.GtE: ">=",
}
