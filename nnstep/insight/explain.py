"""How one element of an array came about: the formula, and the same with the numbers in it.

Read off a tape. Each step says what its numbers give when they are computed one by one, and how far
that is from what is stored. Nothing of the script is called: only single ops, on single elements.
Which ops made a whole value is for dataflow.py; the layout is for the views.
"""

from __future__ import annotations

import ast
import copy
import math
import operator
from collections.abc import Callable
from types import FunctionType, MethodType
from typing import Any

import numpy as np

from nnstep.insight.dataflow import Flow, as_made, is_part, numbers_of
from nnstep.insight.elements import (
    Index,
    access,
    broadcast_index,
    key,
    moved_from,
    number_node,
    number_text,
    pairs_of,
    parsed,
    place,
    region,
    subscript,
)
from nnstep.insight.explanations import Built, Element, Explanation, Step, Told, step_of
from nnstep.insight.formulas import (
    Putting,
    applied_by,
    expression,
    summand,
    works_by_element,
)
from nnstep.insight.parts import UNKNOWN, Applied
from nnstep.insight.rounding import change_in_words, sum_verdict, verdict
from nnstep.insight.tape import BOUND, Entry, is_number

TERMS = 6  # of a sum that are shown
_STEPS = 60
_REDUCTIONS = ("sum", "mean", "max", "min", "prod")


_IN_PLACE: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.iadd, ast.Sub: operator.isub, ast.Mult: operator.imul,
    ast.Div: operator.itruediv, ast.FloorDiv: operator.ifloordiv, ast.Mod: operator.imod,
    ast.Pow: operator.ipow, ast.BitAnd: operator.iand, ast.BitOr: operator.ior,
    ast.BitXor: operator.ixor, ast.LShift: operator.ilshift, ast.RShift: operator.irshift,
}


def explained(
    flow: Flow, base: str, value: Any, index: Index, deep: bool = False
) -> Explanation:
    """Explain an element as it is at the end of a tape.

    Args:
        flow: the tape.
        base: what the array, or number, is called.
        value: the array or number.
        index: the place in it.
        deep: down to what was there before the tape.
    """
    text = ast.unparse(subscript(base, index, turn=False))
    root = Element(text, value, index, len(flow.tape.entries))
    return _Explainer(flow, deep).explain(root)


class _Explainer:
    """Makes the steps of one explanation."""

    def __init__(self, flow: Flow, deep: bool) -> None:
        self._flow = flow
        self._deep = deep

    def explain(self, root: Element) -> Explanation:
        stored = self._stored(root)
        if self._flow.producer(root.value, root.before, root.at or None) is None:
            return Explanation(root.text, stored, ())
        steps: list[Step] = []
        seen: set[tuple[Any, ...]] = set()
        todo = [(root, 0, 0)]
        while todo and len(steps) < _STEPS:
            element, level, calls = todo.pop()
            entry = self._flow.producer(element.value, element.before, element.at or None)
            mark = (id(element.value), element.at, entry.at if entry else -1)
            if mark in seen or (entry is None and not self._deep):
                continue
            if entry is not None and entry.called and calls and not self._deep:
                continue
            seen.add(mark)
            told = self._told(element, entry)
            if level and entry is not None:
                element = element._replace(text=self._own_name(element, entry))
            steps.append(step_of(element, entry, level, told, self._stored(element)))
            below = [*told.unnamed, *(told.named if self._deep else ())]
            calls += told.kind == "call" and entry is not None and is_number(entry.result)
            todo += [(each, level + 1, calls) for each in reversed(below)]
        return Explanation(root.text, stored, tuple(steps), cut=bool(todo))

    def _own_name(self, element: Element, entry: Entry) -> str:
        """An element as the op that made it calls it."""
        if len(entry.names) != 1 or entry.changes or not is_number(entry.result):
            return element.text
        _, index = self._in_result(element, entry)
        return ast.unparse(subscript(entry.names[0], index)) if index is not None else element.text

    def _stored(self, element: Element) -> Any:
        held = self._flow.at(element.value, element.before)
        return held[element.at] if isinstance(held, np.ndarray) else held

    def _told(self, element: Element, entry: Entry | None) -> Told:
        if entry is None:
            return Told("start", "")
        if entry.called:
            return self._call(element, entry)
        if self._flow.tape.number(element.value) in entry.changes:
            return self._changed(element, entry)
        result, index = self._in_result(element, entry)
        rules = (self._moved, self._product, self._reduction, self._elementwise)
        for rule in rules:
            try:
                told = rule(entry, result, index) if index is not None else None
            except (ValueError, TypeError, IndexError, AttributeError, KeyError):
                told = None
            if told is not None:
                return told
        return self._other(entry, index)

    def _in_result(self, element: Element, entry: Entry) -> tuple[Any, Index | None]:
        """Where an element lies in what an entry made."""
        number = self._flow.tape.number(element.value)
        for part in numbers_of(entry.result):
            if part is element.value or self._flow.tape.number(part) == number:
                return part, place(element.value, element.at, part)
        return entry.result, None

    def _other(self, entry: Entry, index: Index | None) -> Told:
        node = expression(entry)
        at = f"[{', '.join(map(str, index))}]" if index else ""
        text = f"({node})" if at and " " in node else node
        named = [
            Element(each.text, each.value, (), each.before)
            for each in self._flow.inputs(entry) if not isinstance(each.value, np.ndarray)
        ]
        words = "how this op makes it of single numbers isn't known here"
        if not any(True for _ in self._flow.inputs(entry)):
            words = "drawn at random" if "random" in node else "made of no other array"
        return Told("other", f"{text}{at}", words=words, named=named)

    # Element by element.

    def _elementwise(self, entry: Entry, result: Any, index: Index) -> Told | None:
        if not works_by_element(entry, result):
            return None
        built = self._formula(entry, index)
        computed = _single(built.computed)
        words = verdict(self._flow.at(result, entry.at + 1), index, computed)
        return Told(
            "formula", ast.unparse(built.symbol), ast.unparse(built.number), computed, words,
            built.unnamed, built.named,
        )

    def _formula(self, entry: Entry, index: Index) -> Built:
        """An op on single elements, the parts that it computed for itself put in."""
        if isinstance(entry.op.extra, ast.AugAssign):
            return self._augmented(entry, index, entry.op.extra.op)
        applied = applied_by(entry)
        assert applied is not None
        symbols: dict[str, ast.expr] = {}
        numbers: dict[str, ast.expr] = {}
        built = Built(applied.node, applied.node, None)
        operands = []
        for text, operand in zip(entry.op.operands, entry.operands, strict=False):
            inner = operand.__self__ if type(operand) in BOUND else operand
            if not _is_value(inner):
                operands.append(operand)
                continue
            child = self._child(_owner(text) if inner is not operand else text, inner, index, entry)
            built.unnamed += child.unnamed
            built.named += child.named
            symbols[key(text)], numbers[key(text)] = child.symbol, child.number
            operands.append(child.computed)
            if inner is not operand:
                name = operand.__name__
                operands[-1] = getattr(child.computed, name)
                symbols[key(text)] = ast.Attribute(child.symbol, name)
                numbers[key(text)] = ast.Attribute(child.number, name)
        with np.errstate(all="ignore"):
            built.computed = entry.op.fn(*operands)
        built.symbol = Putting(symbols).visit(copy.deepcopy(applied.node))
        built.number = Putting(numbers).visit(copy.deepcopy(applied.node))
        return built

    def _augmented(
        self, entry: Entry, index: Index, sign: ast.operator, old: Element | None = None
    ) -> Built:
        """The old value and what comes to it; the op itself would store the outcome."""
        text, value = entry.op.operands[1], entry.operands[1]
        if old is None:  # a number, which was bound anew
            old = Element(entry.op.operands[0], entry.operands[0], (), entry.at)
        held = self._stored(old)
        child = self._child(text, value, index, entry)
        first = np.array([held]) if isinstance(old.value, np.ndarray) else held
        with np.errstate(all="ignore"):
            computed = _IN_PLACE[type(sign)](first, child.computed)
        whole = ast.BinOp(parsed(old.text), sign, child.symbol)
        number = ast.BinOp(number_node(held), sign, child.number)
        named = [old] if is_number(old.value) else []
        return Built(whole, number, computed, child.unnamed, [*named, *child.named])

    def _child(self, text: str, value: Any, index: Index, entry: Entry) -> Built:
        """The element of an operand that takes part in an element of the result."""
        own = broadcast_index(np.shape(value), index)
        return self._part(text, value, own, entry)

    def _part(self, text: str, value: Any, own: Index, entry: Entry) -> Built:
        flow = self._flow
        element = Element("", value, own, entry.at)
        sub = flow.producer(value, entry.at, own or None) if is_number(value) else None
        mine = sub is not None and is_part(sub, entry)
        if sub is not None and mine:
            inline = self._inline(sub, element)
            if inline is not None:
                return inline
        stored = self._stored(element)
        symbol = subscript(text, own)
        element = element._replace(text=ast.unparse(symbol))
        within = mine or (sub is not None and sub.called and not sub.names)
        held = np.array([stored]) if isinstance(value, np.ndarray) else stored
        made = Built(symbol, number_node(stored), held)
        if is_number(value):
            (made.unnamed if within else made.named).append(element)
        return made

    def _inline(self, sub: Entry, element: Element) -> Built | None:
        """A part that an op computed for itself, as a formula within the formula."""
        result, index = self._in_result(element, sub)
        if index is None:
            return None
        source = moved_from(self._flow, sub, result, index)
        if source is not None:
            return self._part(*source, sub)
        if works_by_element(sub, result):
            return self._formula(sub, index)
        return None

    # Handed on.

    def _moved(self, entry: Entry, result: Any, index: Index) -> Told | None:
        source = moved_from(self._flow, entry, result, index)
        if source is None:
            return None
        built = self._part(*source, entry)
        words = "the element is only handed on"
        number = ast.unparse(built.number)
        return Told(
            "same", ast.unparse(built.symbol), number, _single(built.computed), words,
            built.unnamed, built.named,
        )

    # Sums.

    def _product(self, entry: Entry, result: Any, index: Index) -> Told | None:
        applied = applied_by(entry)
        if applied is None or not applied.is_product:
            return None
        left, right = applied.parts[:2]
        if not (left.shape and right.shape):
            return None
        found = pairs_of(applied.what, left.shape, right.shape, index)
        if found is None:
            return None
        ones = self._flow.at(left.value, entry.at)[found.left]
        others = self._flow.at(right.value, entry.at)[found.right]
        kind = np.result_type(ones, others)
        terms = ones.astype(kind) * others.astype(kind)

        def term(at: int) -> Built:
            first = self._part(left.text, left.value, found.left_at(at), entry)
            second = self._part(right.text, right.value, found.right_at(at), entry)
            return Built(
                ast.BinOp(first.symbol, ast.Mult(), second.symbol),
                ast.BinOp(first.number, ast.Mult(), second.number), None,
                named=[*first.unnamed, *first.named, *second.unnamed, *second.named],
            )

        stored = self._flow.at(result, entry.at + 1)
        return self._sum(terms, term, _at(stored, index), applied.what)

    def _reduction(self, entry: Entry, result: Any, index: Index) -> Told | None:
        applied = applied_by(entry)
        if applied is None or not applied.calls(*_REDUCTIONS) or not applied.parts:
            return None
        axis = applied.argument("axis", 1)
        if axis is UNKNOWN or not set(applied.keywords) <= {"axis", "keepdims"}:
            return None
        part = applied.parts[0]
        if not part.shape or not isinstance(part.value, np.ndarray):
            return None
        axis = tuple(each.value for each in axis) if _is_written_out(axis) else axis
        places = region(part.shape, axis, index)
        if places is None:
            return None
        held = self._flow.at(part.value, entry.at)
        terms = np.array([held[each] for each in places])
        stored = _at(self._flow.at(result, entry.at + 1), index)

        def term(at: int) -> Built:
            return self._part(part.text, part.value, places[at], entry)

        if applied.what in ("max", "min"):
            return self._chosen(applied, terms, term)
        if applied.what == "prod":
            return None
        kind = np.result_type(stored)
        told = self._sum(terms.astype(kind), term, stored, applied.what)
        return told if applied.what == "sum" else _mean_of(told, terms.astype(kind), stored)

    def _chosen(self, applied: Applied, terms: Any, term: Any) -> Told:
        at = int(np.argmax(terms) if applied.what == "max" else np.argmin(terms))
        built = term(at)
        which = "largest" if applied.what == "max" else "smallest"
        return Told(
            "same", ast.unparse(built.symbol), number_text(terms[at]), terms[at],
            f"the {which} of {len(terms)} elements", built.unnamed, built.named,
        )

    def _sum(self, terms: Any, term: Any, stored: Any, what: str) -> Told:
        """A sum, cut to its largest terms."""
        count = len(terms)
        if not count:
            return Told("sum", "0", "0", terms.dtype.type(0), "a sum of nothing")
        with np.errstate(all="ignore"):
            computed = np.add.accumulate(terms)[-1]
        order = list(range(count))
        if count > TERMS:
            order = np.argsort(-np.abs(terms), kind="stable")[:TERMS].tolist()
        shown = [term(at) for at in order]
        symbols = [summand(each.symbol) for each in shown]
        numbers = [summand(each.number) for each in shown]
        if count > TERMS:
            rest = np.delete(terms, order)
            symbols.append(f"... ({len(rest)} smaller terms)")
            with np.errstate(all="ignore"):
                numbers.append(number_text(np.add.accumulate(rest)[-1]))
        words = sum_verdict(stored, computed, terms, what)
        if count > TERMS:
            words = f"the last number is the sum of {count - TERMS} smaller terms; {words}"
        named = [element for each in shown for element in (*each.unnamed, *each.named)]
        return Told(
            "sum", " + ".join(symbols), " + ".join(numbers), computed, words, named=named
        )

    # Calls of the script's functions.

    def _call(self, element: Element, entry: Entry) -> Told:
        made = as_made(entry, element.value)
        index = place(element.value, element.at, made)
        if index is not None:
            element = element._replace(value=made, at=index)
        inside = element._replace(before=entry.at)
        applied = applied_by(entry)
        words = ""
        if applied is None or applied.how != "call":
            return Told("call", expression(entry), words=words, unnamed=[inside])
        parameters = _parameters(entry.operands[0] if entry.operands else None)
        given = [*zip(parameters, applied.parts, strict=False), *applied.keywords.items()]
        given = [(name, each) for name, each in given if each.value is not UNKNOWN]
        is_what = [f"{name} is {each.text}" for name, each in given if name != each.text]
        words = f"in {applied.what}: {', '.join(is_what)}" if is_what else f"in {applied.what}"
        arrays = {id(each.value): each for _, each in given if is_number(each.value)}
        shapes = {at: each.shape or () for at, each in arrays.items()}
        if arrays and is_number(entry.result) and self._through(inside, shapes, element.at):
            symbols, numbers = {}, {}
            for each in arrays.values():
                own = broadcast_index(each.shape or (), element.at)
                symbols[key(each.text)] = subscript(each.text, own)
                stored = self._stored(Element("", each.value, own, entry.at))
                numbers[key(each.text)] = number_node(stored)
            formula = ast.unparse(Putting(symbols).visit(copy.deepcopy(applied.node)))
            number = ast.unparse(Putting(numbers).visit(copy.deepcopy(applied.node)))
            return Told("call", formula, number, words=words, unnamed=[inside])
        whole = applied.node_text + access(entry.result, element.value)
        formula = ast.unparse(subscript(whole, element.at, turn=False))
        return Told("call", formula, words=words, unnamed=[inside])

    def _through(
        self, element: Element, arguments: dict[int, tuple[int, ...]], index: Index,
        left: int = 100,
    ) -> bool:
        """Whether an element depends on the arguments of a call at the same place only."""
        shape = arguments.get(id(element.value))
        if shape is not None:
            return element.at == broadcast_index(shape, index)
        entry = self._flow.producer(element.value, element.before, element.at or None)
        if entry is None or left <= 0:
            return entry is None and not isinstance(element.value, np.ndarray)
        if entry.called:
            return self._through(element._replace(before=entry.at), arguments, index, left - 1)
        result, at = self._in_result(element, entry)
        if at is None or entry.changes or not works_by_element(entry, result):
            return False
        inputs = [
            each.__self__ if type(each) in BOUND else each for each in entry.operands
        ]
        return all(
            self._through(
                Element("", each, broadcast_index(np.shape(each), at), entry.at),
                arguments, index, left // 2,
            )
            for each in inputs if is_number(each)
        )

    # In-place changes.

    def _changed(self, element: Element, entry: Entry) -> Told:
        old = self._stored(element._replace(before=entry.at))
        new = self._stored(element._replace(before=entry.at + 1))
        told = None
        try:
            told = self._assigned(element, entry)
        except (ValueError, TypeError, IndexError, AttributeError, KeyError):
            told = None
        before = element._replace(before=entry.at)
        amount = change_in_words(old, new)
        if told is None:
            words = f"changed in place: {amount}"
            return Told("changed", expression(entry), words=words, named=[before])
        words = f"in place: {amount}; {told.words}"
        return told._replace(kind="changed", words=words)

    def _assigned(self, element: Element, entry: Entry) -> Told | None:
        """The formula of `x op= ...`, of a part of x too, and of `x[...] = ...`."""
        node = entry.op.extra
        if not isinstance(node, ast.AugAssign):
            stored = isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store)
            return self._put(element, entry) if stored else None
        old = element._replace(before=entry.at)
        if isinstance(node.target, ast.Subscript):
            there = place(element.value, element.at, entry.operands[2])
            index = self._chosen_place(there, entry)
            text = entry.op.operands[2]
        else:
            there = index = place(element.value, element.at, entry.operands[0])
            text = entry.op.operands[0]
        if index is None or there is None:
            return None
        old = old._replace(text=ast.unparse(subscript(text, there)))
        built = self._augmented(entry, index, node.op, old)
        computed = _single(built.computed)
        stored = self._stored(element._replace(before=entry.at + 1))
        words = verdict(stored, (), computed)
        return Told(
            "changed", ast.unparse(built.symbol), ast.unparse(built.number), computed, words,
            built.unnamed, built.named,
        )

    def _chosen_place(self, there: Index | None, entry: Entry) -> Index | None:
        """Where an element lies in the part of an array that was changed."""
        container = entry.operands[2]
        part = self._flow.producer(entry.operands[0], entry.at)
        if there is None or part is None or part.op.statement is not entry.op.statement:
            return None
        ids = np.arange(container.size).reshape(container.shape)
        chosen = np.asarray(part.op.fn(ids, *part.operands[1:]))
        found = np.argwhere(chosen == ids[there])
        return tuple(int(each) for each in found[-1]) if len(found) else None

    def _put(self, element: Element, entry: Entry) -> Told | None:
        value, container = entry.operands[0], entry.operands[1]
        there = place(element.value, element.at, container)
        if there is None:
            return None
        shape = np.shape(value)
        ids = np.arange(max(math.prod(shape), 1)).reshape(shape)
        marks = np.full(container.shape, -1)
        entry.op.fn(ids, marks, *entry.operands[2:])
        if marks[there] < 0:
            return None
        own = tuple(int(each) for each in np.unravel_index(marks[there], shape)) if shape else ()
        built = self._part(entry.op.operands[0], value, own, entry)
        stored = self._stored(element._replace(before=entry.at + 1))
        computed = np.asarray(_single(built.computed)).astype(np.result_type(stored))[()]
        words = verdict(stored, (), computed)
        return Told(
            "changed", ast.unparse(built.symbol), ast.unparse(built.number), computed, words,
            built.unnamed, built.named,
        )


def _is_value(value: Any) -> bool:
    """Whether it is a number or an array, and not a function or a shape."""
    return isinstance(value, (np.ndarray, np.generic, bool, int, float, complex))


def _owner(text: str) -> str:
    """What a method is called on."""
    return text.rpartition(".")[0]


def _is_written_out(axis: Any) -> bool:
    return isinstance(axis, tuple) and all(hasattr(each, "value") for each in axis)


def _parameters(function: Any) -> tuple[str, ...]:
    if type(function) is MethodType:
        return _parameters(function.__func__)[1:]
    if type(function) is not FunctionType:
        return ()
    return function.__code__.co_varnames[: function.__code__.co_argcount]


def _at(value: Any, index: Index) -> Any:
    return value[index] if isinstance(value, np.ndarray) else value


def _single(value: Any) -> Any:
    """The one number in what an op gave for single elements."""
    if isinstance(value, np.ndarray):
        return value.reshape(-1)[0]
    return value


def _mean_of(told: Told, terms: Any, stored: Any) -> Told:
    count = len(terms)
    with np.errstate(all="ignore"):
        computed = np.add.accumulate(terms)[-1] / terms.dtype.type(count)
    words = sum_verdict(stored, computed, terms / count, "mean")
    if count > TERMS:
        words = f"the last number is the sum of {count - TERMS} smaller terms; {words}"
    return told._replace(
        formula=f"({told.formula}) / {count}", numbers=f"({told.numbers}) / {count}",
        computed=computed, words=words,
    )
