"""Faults for the bench: training scripts whose backward part has been spoilt in one place.

The mistakes are those of people who derive gradients by hand. Which statements compute gradients
or updates is told by their names; the forward pass and the cost are never touched. All but the
spoilt segment stays as it was, to the byte, and what can't run for two epochs is left out.
"""

from __future__ import annotations

import ast
import contextlib
import io
import random
import re
import sys
import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from types import FrameType
from typing import Any, NamedTuple

import numpy as np

# What fits several kinds is of the first of them.
KINDS = {
    "activated_slope": "the derivative is taken at the activated value, or at the other of the two",
    "dropped_transpose": "a matrix is used without its transpose",
    "sign_flipped": "a gradient has the wrong sign",
    "minus_to_plus": "a difference became a sum",
    "difference_turned": "a difference is taken the other way round",
    "factor_doubled": "a gradient is twice what it should be",
    "count_dropped": "the number of points, or another constant factor, is missing",
    "slope_dropped": "the derivative of the activation is missing",
    "mask_missing": "what was silent in the forward pass gets a gradient all the same",
    "mask_inverted": "what was silent gets the gradient, what was not gets none",
    "wrong_axis": "a sum runs along another axis",
    "mean_for_sum": "a mean was taken instead of a sum",
    "sum_for_mean": "a sum was taken instead of a mean",
    "sum_dropped": "not all points are summed up",
    "keepdims_dropped": "a sum loses a dimension",
    "one_minus_missing": "the `1 -` of a derivative is missing",
    "power_changed": "a power is off by one",
    "regulariser_sign": "the penalty's derivative has the wrong sign",
    "regulariser_factor": "the penalty's derivative has a factor too many",
    "regulariser_dropped": "the penalty's derivative is missing",
    "label_off": "the 1 is taken from the class beside the right one",
    "label_missing": "the 1 isn't taken from the right class at all",
    "layer_index_off": "a layer or a moment beside the right one is read",
    "accumulation_lost": "what should be added up is overwritten",
    "through_time_dropped": "what comes back from later moments is missing",
    "updated_too_early": "the gradient passes through a parameter that has moved already",
    "update_uphill": "the step goes the wrong way",
    "update_entry": "what enters the step or the optimiser isn't the gradient",
    "factor_dropped": "a factor of the chain rule is missing",
    "wrong_delta": "the gradient of something else, of the same shape, stands in its place",
    "swapped_operand": "another value of the forward pass, of the same shape, stands in its place",
}

# Of words that begin with d, those that don't speak of a derivative.
_PLAIN = (
    r"at[ae]|im|ist|iff|rop|ot$|igit|ecay|epth|type|evice|one$|elay|ense|oc|irect|own|ay|uration"
    r"|efault|omain|etail|isplay|ev$|evi|\d|t$|raws?_"
)
_GRADIENT = re.compile(
    rf"_*(d(?!{_PLAIN})\w+|grads?|grad(?=[_\dA-Z])\w+|gradients?\w*|slopes?|g|gs"
    r"|\w+_(delta|grad|gradient|slope)s?)"
)
_BACKWARD = re.compile(r"_*(back|grad|update|step|d_)|\w*(_der|prime|deriv|_grad|gradient|slope)")
_DERIVATIVE = re.compile(r"_*d_\w+|\w*(_der|prime|deriv|_grad|slope)\w*")
_SLOPE = re.compile(r"\w*slope\w*|d(a|y|h)\w*_d(z|a)\w*")
_RATE = re.compile(r"\w*(lr|learning_rate|eta|epsilon|alpha|step_size|rate)")
_PENALTY = re.compile(r"(reg|lam|lmbda|l2_reg|weight_decay)\w*|wd")
_COUNT = re.compile(r"n|m|N|count|places|batch_size|n(um)?_\w+")
_COST = re.compile(r"\w*(loss|cost|acc|score_sum)\w*")
_LATER = re.compile(r"\w*_?(next|later)\w*")
_EPOCHS = re.compile(r"^(epochs|num_passes) = .*$", re.MULTILINE)
_FILE = "<faults>"

Shapes = dict[str, tuple[tuple[int, ...], int]]


@dataclass(frozen=True, slots=True)
class Fault:
    """A script with one mistake.

    Attributes:
        kind: which mistake, one of `KINDS`.
        line: where it begins.
        text: the whole spoilt script.
        where: the segment as it was.
        became: the segment as it is.
    """

    kind: str
    line: int
    text: str
    where: str
    became: str


class _Change(NamedTuple):
    kind: str
    start: int
    end: int
    became: str


class _Task(NamedTuple):
    """An expression to spoil: it computes a `gradient`, or it is an `update`."""

    role: str
    statement: ast.stmt
    root: ast.expr


def faults(text: str, most: int = 4) -> Iterator[Fault]:
    """The script, spoilt in one place at a time, in the order of the lines.

    Args:
        text: the script; it must run without input.
        most: how many of each kind at most, evenly drawn.
    """
    order = list(KINDS)
    changes: dict[str, _Change] = {}
    for change in sorted(_Script(text).changes(), key=lambda each: order.index(each.kind)):
        became = text[: change.start] + change.became + text[change.end :]
        if became != text:
            changes.setdefault(became, change)
    found: list[tuple[_Change, str]] = []
    for kind in KINDS:
        candidates = [(each, became) for became, each in changes.items() if each.kind == kind]
        random.Random(kind).shuffle(candidates)
        running = (each for each in candidates if runs(each[1]))
        found += islice(running, most)
    for change, became in sorted(found, key=lambda each: (each[0].start, each[0].kind)):
        line = text.count("\n", 0, change.start) + 1
        yield Fault(change.kind, line, became, text[change.start : change.end], change.became)


def runs(text: str) -> bool:
    """Whether a script runs for two epochs without an exception. What it prints is lost."""
    try:
        _run(text)
    except Exception:
        return False
    return True


def _run(text: str) -> None:
    state = np.random.get_state()
    names = {"__name__": "__main__"}
    try:
        with (
            warnings.catch_warnings(),
            np.errstate(all="ignore"),
            contextlib.redirect_stdout(io.StringIO()),
        ):
            warnings.simplefilter("ignore")
            np.random.seed(0)
            exec(compile(_EPOCHS.sub(r"\1 = 2", text), _FILE, "exec", dont_inherit=True), names)
    finally:
        np.random.set_state(state)


def _shapes(text: str) -> dict[int, Shapes]:
    """By line, the shape and identity of all arrays in sight when it is first reached."""
    found: dict[int, Shapes] = {}

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        if frame.f_code.co_filename != _FILE:
            return None
        if event == "line" and frame.f_lineno not in found:
            found[frame.f_lineno] = dict(_arrays(frame.f_locals))
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        _run(text)
    finally:
        sys.settrace(before)
    return found


def _arrays(names: dict[str, Any]) -> Iterator[tuple[str, tuple[tuple[int, ...], int]]]:
    for name, value in names.items():
        inside = {name: value}
        if name == "self":
            inside = {f"self.{key}": each for key, each in vars(value).items()}
        elif isinstance(value, dict):
            inside = {f"{name}[{key!r}]": value[key] for key in value if isinstance(key, str)}
        for place, each in inside.items():
            if isinstance(each, np.ndarray) and each.ndim and each.dtype.kind == "f":
                yield place, (each.shape, id(each))


class _Script:
    """A script, its statements of the backward part, and all that could go wrong in them."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tree = ast.parse(text)
        self.shapes = _shapes(text)
        self._lines = text.split("\n")
        self._starts = [0]
        for line in self._lines:
            self._starts.append(self._starts[-1] + len(line) + 1)
        self._pairs = dict(self._activations())
        self._optimised = {
            _place(target)
            for statement in ast.walk(self.tree)
            if isinstance(statement, ast.Assign)
            for target in statement.targets
            if _is_optimiser(target, statement.value)
        }

    # Segments.

    def span(self, node: ast.AST) -> tuple[int, int]:
        """Where a node begins and ends in the text."""
        assert isinstance(node, ast.expr | ast.stmt)
        assert node.end_lineno is not None and node.end_col_offset is not None
        return (
            self._offset(node.lineno, node.col_offset),
            self._offset(node.end_lineno, node.end_col_offset),
        )

    def _offset(self, line: int, column: int) -> int:
        ahead = self._lines[line - 1].encode()[:column].decode()
        return self._starts[line - 1] + len(ahead)

    def of(self, node: ast.AST) -> str:
        """The text of a node."""
        start, end = self.span(node)
        return self.text[start:end]

    def atom(self, node: ast.expr) -> str:
        """The text of a node, in parentheses if it needs any."""
        whole = ast.BinOp | ast.UnaryOp | ast.Compare | ast.BoolOp | ast.IfExp | ast.Lambda
        return f"({self.of(node)})" if isinstance(node, whole) else self.of(node)

    def kept(self, node: ast.expr) -> str:
        """The text of a factor that is to stand where the whole product stood."""
        return self.of(node) if _is_product(node) else self.atom(node)

    def put(self, kind: str, node: ast.AST, became: str) -> _Change:
        """A node that becomes another text."""
        return _Change(kind, *self.span(node), became)

    def rewritten(self, kind: str, node: ast.AST, parts: Iterable[tuple[ast.AST, str]]) -> _Change:
        """A node of which some parts become other texts."""
        start, end = self.span(node)
        said = self.text[start:end]
        for part, became in sorted(parts, key=lambda each: -self.span(each[0])[0]):
            first, last = self.span(part)
            said = said[: first - start] + became + said[last - start :]
        return _Change(kind, start, end, said)

    def operator(
        self, kind: str, node: ast.AST, sides: tuple[ast.AST, ast.AST], old: str, new: str
    ) -> _Change:
        """A node with another operator between two of its parts."""
        start, end = self.span(node)
        first, last = self.span(sides[0])[1], self.span(sides[1])[0]
        between = self.text[first:last].replace(old, new, 1)
        return _Change(kind, start, end, self.text[start:first] + between + self.text[last:end])

    # Statements.

    def changes(self) -> Iterator[_Change]:
        """All that could go wrong."""
        for body, loose in self._bodies():
            for statement in body:
                yield from self._statement(statement, loose)
                for task in self._tasks(statement, loose):
                    yield from self._task(task)
            yield from self._early(body)

    def _bodies(self) -> Iterator[tuple[list[ast.stmt], bool]]:
        """Each block in a loop or function; whether what it returns is a gradient."""

        def inside(node: ast.AST, counts: bool, loose: bool) -> Iterator[tuple[Any, bool]]:
            if isinstance(node, ast.FunctionDef):
                counts, loose = True, bool(_BACKWARD.match(node.name))
            elif isinstance(node, ast.For | ast.While):
                counts = True
            elif isinstance(node, ast.If) and "deriv" in ast.unparse(node.test):
                loose = True
            for field in ("body", "orelse"):
                body = getattr(node, field, None)
                if isinstance(body, list):
                    if counts:
                        yield body, loose
                    for each in body:
                        yield from inside(each, counts, loose)

        return inside(self.tree, False, False)

    def _tasks(self, statement: ast.stmt, loose: bool) -> Iterator[_Task]:
        if isinstance(statement, ast.Assign):
            for target, value in _assigned(statement):
                role = self._role(target, value)
                if role:
                    yield from self._roots(role, statement, value)
        elif isinstance(statement, ast.AugAssign):
            role = self._role(statement.target, statement.value, step=True)
            if role:
                yield _Task(role, statement, statement.value)
        elif isinstance(statement, ast.Return) and statement.value is not None and loose:
            yield from self._roots("gradient", statement, statement.value)
        elif isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
            call = statement.value
            if _name(call.func) in ("insert", "append", "at"):
                for each in call.args:
                    if not isinstance(each, ast.Name) and _speaks(each):
                        yield _Task("gradient", statement, each)

    def _roots(self, role: str, statement: ast.stmt, value: ast.expr) -> Iterator[_Task]:
        """The expression, or those within a dictionary, list or tuple."""
        if isinstance(value, ast.Dict):
            parts = value.values
        elif isinstance(value, ast.List | ast.Tuple):
            parts = value.elts
        elif isinstance(value, ast.ListComp):
            parts = [value.elt]
        else:
            parts = [value]
        for part in parts:
            if len(parts) == 1 or not isinstance(part, ast.Name):
                yield _Task(role, statement, part)

    def _role(self, target: ast.expr, value: ast.expr, step: bool = False) -> str:
        """What an assignment does: `gradient`, `update`, `inline` for both, or nothing."""
        name = _name(target)
        if _GRADIENT.fullmatch(name):
            return "gradient"
        if _COST.fullmatch(name):
            return ""
        sum_ = value.elt if isinstance(value, ast.ListComp) else value
        steps = step or (
            isinstance(sum_, ast.BinOp)
            and isinstance(sum_.op, ast.Add | ast.Sub)
            and not isinstance(sum_.left, ast.Constant)
        )
        if steps and (_mentions(sum_, _RATE) or (step and (_speaks(sum_) or _product(sum_)))):
            return "inline" if _product(sum_) else "update"
        if steps and (_is_optimiser(target, value) or self._reads_optimised(value)):
            return "update"
        return "gradient" if _speaks(value) and not isinstance(value, ast.ListComp) else ""

    def _reads_optimised(self, value: ast.expr) -> bool:
        return any(_place(each) in self._optimised for each in ast.walk(value))

    def _statement(self, statement: ast.stmt, loose: bool) -> Iterator[_Change]:
        """What can go wrong with a statement as a whole."""
        if isinstance(statement, ast.AugAssign):
            yield from self._stepwise(statement)
        elif isinstance(statement, ast.Assign) and len(statement.targets) == 1:
            target = statement.targets[0]
            if (
                isinstance(target, ast.Subscript)
                and _GRADIENT.fullmatch(_name(target))
                and isinstance(statement.value, ast.Constant)
            ):
                yield self.put("mask_missing", statement, "pass")
                yield from self._inverted(target.slice)

    def _stepwise(self, statement: ast.AugAssign) -> Iterator[_Change]:
        target, value = statement.target, statement.value
        sides = (target, value)
        role = self._role(target, value, step=True)
        adds = isinstance(statement.op, ast.Add)
        old, new = ("+=", "-=") if adds else ("-=", "+=")
        summed = isinstance(statement.op, ast.Add | ast.Sub)
        if role in ("update", "inline") and summed:
            yield self.operator("update_uphill", statement, sides, old, new)
        if role != "gradient":
            return
        if isinstance(statement.op, ast.Div):
            yield self.put("count_dropped", statement, "pass")
        if not summed:
            return
        if _mentions(value, _PENALTY):
            yield self.operator("regulariser_sign", statement, sides, old, new)
            yield self.put("regulariser_factor", value, f"2 * {self.kept(value)}")
            yield self.put("regulariser_dropped", statement, "pass")
        elif isinstance(target, ast.Subscript) and isinstance(value, ast.Constant):
            yield self.operator("minus_to_plus", statement, sides, old, new)
            yield self.put("label_missing", statement, "pass")
            yield from self._labels(target)
        if adds:
            yield self.operator("accumulation_lost", statement, sides, "+=", "=")

    def _labels(self, target: ast.Subscript) -> Iterator[_Change]:
        index = target.slice
        if isinstance(index, ast.Tuple) and isinstance(index.elts[-1], ast.Name):
            yield self.put("label_off", index.elts[-1], f"{self.of(index.elts[-1])} - 1")

    def _early(self, body: list[ast.stmt]) -> Iterator[_Change]:
        """An update, with what it needs, ahead of a gradient that reads the parameter."""
        for last, update in enumerate(body):
            for target, _ in _assigned(update):
                if self._is_update(update) and last:
                    parameter = _place(target)
                    yield from self._moved(body[:last], update, parameter)

    def _is_update(self, statement: ast.stmt) -> bool:
        step = isinstance(statement, ast.AugAssign)
        return any(
            self._role(target, value, step) in ("update", "inline")
            and _place(target) not in self._optimised
            for target, value in _assigned(statement)
        )

    def _moved(
        self, before: Sequence[ast.stmt], update: ast.stmt, parameter: str
    ) -> Iterator[_Change]:
        for first, reader in enumerate(before):
            reads = [value for _, value in _assigned(reader)]
            if not any(parameter in _places(each) for each in reads) or self._is_update(reader):
                continue
            if not any(_GRADIENT.fullmatch(_name(each)) for each, _ in _assigned(reader)):
                continue
            needed = {place for _, value in _assigned(update) for place in _places(value)}
            moved = [update]
            for each in reversed(before[first:]):
                if any(_place(target) in needed for target, _ in _assigned(each)):
                    moved.insert(0, each)
                    for _, value in _assigned(each):
                        needed |= _places(value)
            if reader in moved:
                continue
            assert update.end_lineno is not None
            rows = range(reader.lineno, update.end_lineno + 1)
            ahead = [
                row for each in moved for row in range(each.lineno, (each.end_lineno or 0) + 1)
            ]
            order = [*ahead, *(row for row in rows if row not in ahead)]
            start, end = self._starts[rows[0] - 1], self._starts[rows[-1]] - 1
            became = "\n".join(self._lines[row - 1] for row in order)
            yield _Change("updated_too_early", start, end, became)

    # Expressions.

    def _task(self, task: _Task) -> Iterator[_Change]:
        if task.role in ("update", "inline"):
            yield from self._updating(task)
        penalty = isinstance(task.statement, ast.AugAssign) and _mentions(task.root, _PENALTY)
        if task.role in ("gradient", "inline"):
            if task.role == "gradient" and _computes(task.root) and not penalty:
                atom = self.atom(task.root)
                yield self.put("sign_flipped", task.root, f"-{atom}")
                yield self.put("factor_doubled", task.root, f"2 * {atom}")
                if any(_LATER.fullmatch(_name(each)) for each, _ in _assigned(task.statement)):
                    yield self.put("through_time_dropped", task.root, f"0 * {atom}")
            start = task.root
            if task.role == "inline" and isinstance(start, ast.BinOp):
                if isinstance(start.op, ast.Add | ast.Sub):
                    start = start.right  # What stands before it is the parameter.
            for node in ast.walk(start):
                yield from self._node(node)
            yield from self._operands(task, start)

    def _updating(self, task: _Task) -> Iterator[_Change]:
        root = task.root
        squared = _powered(root)
        if isinstance(root, ast.BinOp) and not isinstance(task.statement, ast.AugAssign):
            if not squared:
                yield from self._uphill(root)
        for node in _maximal(root) if task.role == "update" and not squared else ():
            if _GRADIENT.fullmatch(_name(node)):
                said = self.of(node)
                for became in (f"np.abs({said})", f"np.sign({said})", f"{said} ** 3", f"-{said}"):
                    became = became if became.startswith("np") else f"({became})"
                    yield self.put("update_entry", node, became)
        yield from self._operands(task, root)

    def _uphill(self, root: ast.BinOp) -> Iterator[_Change]:
        sides = (root.left, root.right)
        if isinstance(root.op, ast.Sub):
            yield self.operator("update_uphill", root, sides, "-", "+")
        elif isinstance(root.op, ast.Add):
            yield self.operator("update_uphill", root, sides, "+", "-")

    def _node(self, node: ast.AST) -> Iterator[_Change]:
        if isinstance(node, ast.BinOp):
            yield from self._slope(node)
            if isinstance(node.op, ast.Mult):
                yield from self._factors(node)
            elif isinstance(node.op, ast.Div):
                if _factor(node.right) == "count" and not isinstance(node.left, ast.Constant):
                    yield self.put("count_dropped", node, self.kept(node.left))
            elif isinstance(node.op, ast.Add | ast.Sub):
                yield from self._terms(node)
            elif isinstance(node.op, ast.Pow) and isinstance(node.right, ast.Constant):
                yield from self._powers(node, node.right)
        elif isinstance(node, ast.Call):
            yield from self._call(node)
        elif isinstance(node, ast.Attribute) and node.attr == "T":
            yield self.put("dropped_transpose", node, self.of(node.value))
        elif isinstance(node, ast.Compare):
            yield from self._inverted(node)
        elif isinstance(node, ast.Subscript):
            yield from self._index(node)

    def _inverted(self, node: ast.AST) -> Iterator[_Change]:
        turned = {ast.Gt: (">", "<="), ast.LtE: ("<=", ">"), ast.Lt: ("<", ">="),
                  ast.GtE: (">=", "<")}
        if isinstance(node, ast.Compare) and type(node.ops[0]) in turned:
            old, new = turned[type(node.ops[0])]
            sides = (node.left, node.comparators[0])
            yield self.operator("mask_inverted", node, sides, old, new)

    def _factors(self, node: ast.BinOp) -> Iterator[_Change]:
        left, right = node.left, node.right
        if _mentions(node, _PENALTY):
            return
        if _same(left, right):
            yield self.put("power_changed", node, self.atom(left))
            return
        named = {
            "count": "count_dropped", "mask": "mask_missing", "slope": "slope_dropped",
            "other": "factor_dropped",
        }
        role = _factor(right)
        value = _complement(right)
        if isinstance(left, ast.BinOp) and isinstance(left.op, ast.Mult) and value is not None:
            if ast.unparse(left.right) == ast.unparse(value):
                yield self.put("slope_dropped", node, self.kept(left.left))
        elif role in named and _factor(left) != "count" and not _same(left, value):
            yield self.put(named[role], node, self.kept(left))
        role = _factor(left)
        if role in named and not (role == "other" and _is_product(left)):
            yield self.put(named[role], node, self.atom(right))

    def _terms(self, node: ast.BinOp) -> Iterator[_Change]:
        left, right = node.left, node.right
        if isinstance(node.op, ast.Sub):
            one = isinstance(left, ast.Constant)
            if one:
                yield self.put("one_minus_missing", node, self.atom(right))
            yield self.operator("minus_to_plus", node, (left, right), "-", "+")
            if not one:
                became = f"{self.atom(right)} - {self.atom(left)}"
                yield self.put("difference_turned", node, became)
            return
        for term, rest in ((right, left), (left, right)):
            if _LATER.fullmatch(_name(term)):
                yield self.put("through_time_dropped", node, self.kept(rest))
            elif _mentions(term, _PENALTY):
                yield self.put("regulariser_dropped", node, self.kept(rest))
                yield self.put("regulariser_factor", term, f"2 * {self.kept(term)}")
                if term is right:
                    yield self.operator("regulariser_sign", node, (left, right), "+", "-")

    def _powers(self, node: ast.BinOp, power: ast.Constant) -> Iterator[_Change]:
        if isinstance(power.value, int):
            yield self.put("power_changed", node, f"{self.atom(node.left)} ** {power.value + 1}")
            yield self.put("power_changed", node, self.atom(node.left))

    def _slope(self, node: ast.BinOp) -> Iterator[_Change]:
        """`1 - a**2` and `a * (1 - a)`, at what was activated instead of what came of it."""
        value = _complement(node.right if isinstance(node.op, ast.Mult) else node)
        if value is None or ast.unparse(value) not in self._pairs:
            return
        became = self._pairs[ast.unparse(value)]
        if isinstance(node.op, ast.Sub):
            simple = ast.unparse(node.right) == ast.unparse(value)
            inside = [each for each in ast.walk(node.right) if _same(each, value)]
            if not simple:
                yield self.rewritten("activated_slope", node, [(each, became) for each in inside])
            return
        left = node.left
        last = left.right if isinstance(left, ast.BinOp) and _is_product(left) else left
        if _same(last, value):
            inside = [each for each in ast.walk(node.right) if _same(each, value)]
            yield self.rewritten(
                "activated_slope", node, [(each, became) for each in [last, *inside]]
            )

    def _call(self, node: ast.Call) -> Iterator[_Change]:
        called = _name(node.func)
        marked = any(each.arg and "deriv" in each.arg for each in node.keywords)
        if node.args and (marked or _DERIVATIVE.fullmatch(called)):
            other = self._other(node.args[0])
            if other:
                yield self.rewritten("activated_slope", node, [(node.args[0], other)])
        if called in ("power", "square") and node.args:
            base = self.atom(node.args[0])
            yield self.put("power_changed", node, base)
            yield self.put("power_changed", node, f"{base} ** 3")
        if called == "transpose":
            inner = node.args[0] if node.args else node.func
            if isinstance(inner, ast.Attribute) and not node.args:
                inner = inner.value
            yield self.put("dropped_transpose", node, self.atom(inner))
        if called in ("sum", "mean") and isinstance(node.func, ast.Attribute):
            yield from self._sums(node, node.func)

    def _sums(self, node: ast.Call, func: ast.Attribute) -> Iterator[_Change]:
        owner = func.value
        plain = isinstance(owner, ast.Name) and owner.id == "np"
        summed = node.args[0] if plain else owner
        start = self.of(owner)
        if isinstance(owner, ast.BinOp):
            start = self.atom(owner)
        other = "mean" if func.attr == "sum" else "sum"
        kind = "mean_for_sum" if func.attr == "sum" else "sum_for_mean"
        yield self.rewritten(kind, node, [(func, f"{start}.{other}")])
        positional = node.args[1:] if plain else node.args
        axes = [*positional, *(each.value for each in node.keywords if each.arg == "axis")]
        for axis in axes:
            if isinstance(axis, ast.Constant) and axis.value in (0, 1):
                yield self.rewritten("wrong_axis", node, [(axis, str(1 - axis.value))])
        inner = self.atom(summed)
        yield self.put("sum_dropped", node, inner)
        kept = [each for each in node.keywords if each.arg == "keepdims"]
        across = any(isinstance(axis, ast.Constant) and axis.value == 1 for axis in axes)
        first = ":, :1" if across and kept else ":, 0" if across else ":1" if kept else "0"
        if axes:
            yield self.put("sum_dropped", node, f"{inner}[{first}]")
        if kept:
            before, (start_, end_) = self.span(node), self.span(kept[0].value)
            said = self.text[before[0] : before[1]]
            head = said[: start_ - before[0]].removesuffix("keepdims=").rstrip().removesuffix(",")
            yield self.put("keepdims_dropped", node, head + said[end_ - before[0] :])

    def _index(self, node: ast.Subscript) -> Iterator[_Change]:
        index = node.slice
        if isinstance(index, ast.Name) and not re.search("name|key|^k$", index.id):
            if index.id in ("i", "j", "l", "t", "layer"):
                yield self.put("layer_index_off", index, f"{index.id} - 1")
        elif isinstance(index, ast.BinOp) and isinstance(index.left, ast.Name):
            yield self.put("layer_index_off", index, index.left.id)

    def _operands(self, task: _Task, root: ast.expr) -> Iterator[_Change]:
        """Other arrays of the same shape, in sight at that line."""
        shapes = self.shapes.get(task.statement.lineno, {})
        for node in _maximal(root):
            own = shapes.get(_place(node))
            if own is None:
                continue
            gradient = bool(_GRADIENT.fullmatch(_name(node)) or self._is_stored(node))
            if task.role == "update" and not gradient:
                continue
            for place, (shape, identity) in shapes.items():
                other = ast.parse(place, mode="eval").body
                same = bool(_GRADIENT.fullmatch(_name(other)) or self._is_stored(other))
                if shape == own[0] and identity != own[1] and same == gradient:
                    kind = "wrong_delta" if gradient else "swapped_operand"
                    yield self.put(kind, node, place.replace("'", '"'))

    def _is_stored(self, node: ast.expr) -> bool:
        """Whether it is an entry of a dictionary of gradients."""
        return isinstance(node, ast.Subscript) and bool(_GRADIENT.fullmatch(_name(node.value)))

    # Activations.

    def _other(self, node: ast.expr) -> str:
        """What was activated, for what came of it, or the other way round."""
        place = _place(node)
        turned = {z: a for a, z in self._pairs.items()}
        return self._pairs.get(place, "") or turned.get(place, "")

    def _activations(self) -> Iterator[tuple[str, str]]:
        """Pairs: an array that came of another by a function of one argument, and the other."""
        pairs = {}
        for statement in ast.walk(self.tree):
            if not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
                continue
            value, target = statement.value, statement.targets[0]
            if isinstance(value, ast.Call) and not _GRADIENT.fullmatch(_name(target)):
                places = [each for each in value.args if not isinstance(each, ast.Constant)]
                simple = len(places) == 1 and isinstance(places[0], ast.Name | ast.Attribute)
                if simple and _name(value.func) in ("tanh", "sigmoid", "maximum", "nonlin"):
                    pairs[_place(target)] = self.of(places[0])
            elif isinstance(value, ast.BinOp) and isinstance(value.op, ast.Div):
                inner = re.fullmatch(r"1(?:\.0)? / \(1(?:\.0)? \+ np\.exp\(-(\w+)\)\)",
                                     ast.unparse(value))
                if inner:
                    pairs[_place(target)] = inner.group(1)
        yield from pairs.items()
        for shapes in self.shapes.values():
            for place in shapes:
                inside = re.fullmatch(r"(\w+)\['(\w+)'\]", place)
                if inside and inside.group(2) in pairs:
                    other = f"{inside.group(1)}['{pairs[inside.group(2)]}']"
                    if other in shapes:
                        yield place, other.replace("'", '"')


def _assigned(statement: ast.stmt) -> list[tuple[ast.expr, ast.expr]]:
    """The targets of an assignment with their values, one by one where that can be told."""
    if isinstance(statement, ast.AugAssign):
        return [(statement.target, statement.value)]
    if not isinstance(statement, ast.Assign):
        return []
    pairs: list[tuple[ast.expr, ast.expr]] = []
    for target in statement.targets:
        if isinstance(target, ast.Tuple) and isinstance(statement.value, ast.Tuple):
            pairs += zip(target.elts, statement.value.elts, strict=False)
        elif isinstance(target, ast.Tuple):
            pairs += [(each, statement.value) for each in target.elts]
        else:
            pairs.append((target, statement.value))
    return pairs


def _name(node: ast.AST) -> str:
    """The name that says what something is: of an attribute the last, of an entry the array's."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return _name(node.value) if node.attr == "T" else node.attr
    return _name(node.value) if isinstance(node, ast.Subscript) else ""


def _place(node: ast.AST) -> str:
    place = isinstance(node, ast.Name | ast.Attribute | ast.Subscript)
    return ast.unparse(node) if place else ""


def _places(node: ast.AST) -> set[str]:
    return {_place(each) for each in ast.walk(node)} - {""}


def _same(node: ast.AST | None, other: ast.AST | None) -> bool:
    return node is not None and other is not None and ast.dump(node) == ast.dump(other)


def _maximal(root: ast.AST) -> Iterator[ast.expr]:
    """The names, attributes and entries that are operands; not what is called or an index."""
    if isinstance(root, ast.Attribute) and root.attr == "T":
        yield from _maximal(root.value)
    elif isinstance(root, ast.Attribute) and root.attr in ("shape", "size"):
        return
    elif isinstance(root, ast.Name | ast.Attribute | ast.Subscript):
        yield root
    elif isinstance(root, ast.Call):
        if _name(root.func) in ("len", "zeros_like"):
            return
        if isinstance(root.func, ast.Attribute) and _place(root.func.value) != "np":
            yield from _maximal(root.func.value)
        for each in root.args:
            yield from _maximal(each)
    else:
        for child in ast.iter_child_nodes(root):
            yield from _maximal(child)


def _speaks(node: ast.AST) -> bool:
    """Whether an expression reads a gradient."""
    return any(_GRADIENT.fullmatch(_name(each)) for each in _maximal(node))


def _mentions(node: ast.AST, names: re.Pattern[str]) -> bool:
    return any(
        names.fullmatch(each.id if isinstance(each, ast.Name) else each.attr)
        for each in ast.walk(node)
        if isinstance(each, ast.Name | ast.Attribute)
    )


def _product(node: ast.AST) -> bool:
    """Whether there is a matrix product or sum in an expression."""
    return any(
        (isinstance(each, ast.BinOp) and isinstance(each.op, ast.MatMult))
        or (isinstance(each, ast.Call) and _name(each.func) in ("dot", "sum", "mean"))
        for each in ast.walk(node)
    )


def _powered(root: ast.expr) -> bool:
    """Whether a gradient enters squared, as in the second moment of Adam."""
    return any(
        (isinstance(each, ast.BinOp) and isinstance(each.op, ast.Pow) and _speaks(each.left))
        or (isinstance(each, ast.BinOp) and _same(each.left, each.right))
        or (isinstance(each, ast.Call) and _name(each.func) in ("square", "power"))
        for each in ast.walk(root)
    )


def _is_product(node: ast.expr) -> bool:
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult | ast.Div | ast.MatMult)


def _is_optimiser(target: ast.expr, value: ast.expr) -> bool:
    """Whether it is a running value, of itself and a gradient: `v = beta * v + dW`."""
    if not (isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add | ast.Sub)):
        return False
    inside = _is_product(value.left) and _place(target) in _places(value.left)
    return inside and _speaks(value) and not _GRADIENT.fullmatch(_name(target))


def _computes(root: ast.expr) -> bool:
    """Whether an expression computes something from arrays, rather than making room for it."""
    made = isinstance(root, ast.Call) and _name(root.func) in (
        "zeros", "zeros_like", "empty", "copy", "reversed", "zip",
    )
    plain = ast.Name | ast.Attribute | ast.Subscript | ast.Constant | ast.Dict | ast.List
    if isinstance(root, ast.Call) and isinstance(root.func, ast.Name):
        return False
    if isinstance(root, ast.BinOp) and isinstance(root.left, ast.Name):
        if root.left.id.startswith(("grads_", "dparams")):
            return False  # Lists, joined.
    return not made and not isinstance(root, plain)


def _factor(node: ast.expr) -> str:
    """What a factor is: `count`, `mask`, `slope`, `rate`, or `other`."""
    name = _name(node)
    if isinstance(node, ast.Constant) or _COUNT.fullmatch(name) or name == "size":
        return "count"
    if isinstance(node, ast.Subscript) and name == "shape":
        return "count"
    if isinstance(node, ast.Call) and _name(node.func) == "len":
        return "count"
    if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
        return "count"
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        if isinstance(node.left, ast.Constant) and _factor(node.right) == "count":
            return "count"
    if "mask" in name or isinstance(node, ast.Compare):
        return "mask"
    if _RATE.fullmatch(name) or isinstance(node, ast.UnaryOp):
        return "rate"
    if _SLOPE.fullmatch(name) or _complement(node) is not None:
        return "slope"
    if isinstance(node, ast.Call) and (
        _DERIVATIVE.fullmatch(_name(node.func))
        or any(each.arg and "deriv" in each.arg for each in node.keywords)
    ):
        return "slope"
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult) and not _speaks(node):
        return "slope" if _complement(node.right) is not None else "other"
    return "other"


def _complement(node: ast.AST) -> ast.expr | None:
    """The a of `1 - a`, `1 - a**2`, `1 - a * a` and the like."""
    if not (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub)):
        return None
    if not (isinstance(node.left, ast.Constant) and node.left.value == 1):
        return None
    right = node.right
    if isinstance(right, ast.BinOp) and isinstance(right.op, ast.Pow | ast.Mult):
        right = right.left
    elif isinstance(right, ast.Call) and _name(right.func) in ("power", "square") and right.args:
        right = right.args[0]
    return right if isinstance(right, ast.Name | ast.Attribute | ast.Subscript | ast.Call) else None
