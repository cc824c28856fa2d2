"""Mends: other ways to write an op, as people get gradients wrong.

Another operand of the same shape, a transpose, a sign, a factor, another operator or axis, a slope
that is missing, a parameter before its update. A mend is code, so it holds wherever the op runs.
Nothing here knows which of them is true: faults.py tries them.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np

from nnstep.engine import ops
from nnstep.insight.operators import sides, value_place
from nnstep.insight.pool import LARGE, Value
from nnstep.insight.replay import Live, Way
from nnstep.insight.rewording import Wording, tight
from nnstep.insight.tape import BOUND, Entry, Tape


class Try(NamedTuple):
    """Another way to write an op.

    Attributes:
        cost: how far-fetched it is.
        code: how it is written.
        way: gives the outcome then, of the shape of the recorded one.
        before: the update that the op should come before, if it is that; the op stays the same.
    """

    cost: int
    code: str
    way: Way
    before: Entry | None = None


def attempts(
    entry: Entry, there: list[Value], tape: Tape, counts: Mapping[int, str]
) -> Iterator[Try]:
    """Other ways to write an op.

    Args:
        entry: one time that it was executed.
        there: what it may read.
        tape: where it is.
        counts: numbers of rows and the like, which may be left out or put in, and their names.
    """
    if np.size(tape.outcome(entry)) > LARGE:
        return
    op = _Op(entry, there, tape)
    if op.wording.node is None:
        return
    yield from op.scaled(counts)
    if not entry.called or entry.operands:
        yield from op.with_other_operands()
        yield from op.with_other_operators()
        yield from op.over_other_axes()
        yield from op.added_up()
    yield from op.with_slopes()
    yield from op.behind(counts)


Change = Callable[[Any, Live], Any]
"""What is done to a value where it is used."""


class _Form(NamedTuple):
    """A value as it stands, or the slope of an activation by it."""

    cost: int
    pattern: str
    of: Callable[[Any], Any]

    def text(self, name: str) -> str:
        return self.pattern.format(tight(name))


_PLAIN = _Form(0, "{0}", lambda value: value)
_SLOPES = (
    _Form(1, "1 - {0} ** 2", lambda value: 1 - value**2),
    _Form(1, "{0} * (1 - {0})", lambda value: value * (1 - value)),
    _Form(1, "{0} > 0", lambda value: value > 0),
)


class _Op:
    """One op, and other ways to write it."""

    def __init__(self, entry: Entry, there: list[Value], tape: Tape) -> None:
        self.wording = Wording(entry.text, entry.op.operands)
        self._entry = entry
        self._there = there
        self._recorded = tape.operands(entry)
        self._outcome = tape.outcome(entry)
        # `dW += x` and `dW[0] = x` are written otherwise in `x`.
        self._slot = value_place(entry)

    @property
    def _value(self) -> Any:
        """What the op makes, or adds or stores."""
        if self._slot is None:
            return self._outcome
        return self._recorded[self._slot] if self._slot < len(self._recorded) else None

    def _whole(self, cost: int, body: str, change: Change) -> Try:
        """The op with something done to its value."""
        slot = self._slot

        def way(live: Live) -> Any:
            if slot is None:
                return change(np.asarray(live.outcome()), live)
            operands = list(live.operands)
            operands[slot] = change(np.asarray(operands[slot]), live)
            return live.run(operands)

        return Try(cost, self.wording.with_body(body), way)

    def scaled(self, counts: Mapping[int, str]) -> Iterator[Try]:
        """The other sign, and factors."""
        body = tight(self.wording.body)
        if not body.startswith("-"):
            yield self._whole(3, f"-{body}", lambda value, live: -value)
        for factor, word in {2: "2", **counts}.items():
            cost = 4 if factor == 2 else 5
            yield self._whole(cost, f"{body} / {word}", _with(np.divide, factor))
            yield self._whole(cost, f"{body} * {word}", _with(np.multiply, factor))

    def with_slopes(self) -> Iterator[Try]:
        """A factor that is missing, or a slope that stands in its place."""
        body, shape = tight(self.wording.body), np.shape(self._value)
        for each in self._there:
            if each.updated is not None or (each.value.shape != shape and each.value.size != 1):
                continue
            for form in (_PLAIN, *_SLOPES):
                text, far = form.text(each.name), each.distance(self._entry)
                product = f"{body} * {tight(text)}"
                yield self._whole(form.cost + 5 + far, product, _times(form, each))
                if form.cost and each.value.shape == shape:
                    yield self._whole(form.cost + 3 + far, text, _instead(form, each))
            if each.value.shape == shape:
                cost = 5 + each.distance(self._entry)
                yield self._whole(cost, f"{self.wording.body} + {each.name}", _plus(each))

    def behind(self, counts: Mapping[int, str]) -> Iterator[Try]:
        """What is changed in place, multiplied or divided afterwards."""
        target = getattr(self.wording.statement, "target", None)
        targets = getattr(self.wording.statement, "targets", [target])
        if not self._entry.changes or len(targets) != 1 or not isinstance(
            targets[0], ast.Subscript
        ):
            return
        name = ast.unparse(targets[0].value)
        for factor, word in counts.items():
            for sign, function in (("/", np.divide), ("*", np.multiply)):
                code = f"{self._entry.text}; {name} {sign}= {word}"
                yield Try(6, code, _outcome_with(function, factor))

    # Operands.

    def with_other_operands(self) -> Iterator[Try]:
        """An operand replaced by another value of its shape, or turned."""
        first = 1 if self._entry.op.kind == ops.CALL else 0
        yield from self._of_other_arrays()
        places = range(first, min(len(self._recorded), len(self._entry.op.operands)))
        if self._slot is not None:
            places = range(self._slot, min(self._slot + 1, len(places) + first))
        for place in places:
            value = self._recorded[place]
            if isinstance(value, np.ndarray):
                yield from self._other_array(place, value)
            elif isinstance(value, float | int | np.number) and not isinstance(value, bool):
                yield from self._other_number(place)

    def _of_other_arrays(self) -> Iterator[Try]:
        """A method of another array."""
        method = self._entry.operands[0] if self._entry.operands else None
        owner = getattr(method, "__self__", None) if type(method) in BOUND else None
        if self._entry.op.kind != ops.CALL or not isinstance(owner, np.ndarray):
            return
        name = str(getattr(method, "__name__", ""))
        for each in self._there:
            if each.value.shape == owner.shape and each.updated is None:
                new = f"{tight(each.name)}.{name}"
                yield from self._replaced(1, 0, new, _method_of(each, name))

    def _other_number(self, place: int) -> Iterator[Try]:
        text = tight(self._entry.op.operands[place])
        words = {-1: f"-{text}", 2: f"2 * {text}", 0.5: f"{text} / 2", 0: "0"}
        for factor, word in words.items():
            yield from self._replaced(3, place, word, _with(np.multiply, factor))
        for other in (1, 2, 3):
            yield from self._replaced(3, place, str(other), _number(other))

    def _other_array(self, place: int, value: Any) -> Iterator[Try]:
        text = self._entry.op.operands[place]
        is_turned, bare = text.endswith(".T"), text.removesuffix(".T")
        for each in self._there:
            if each.value.shape == value.shape:
                yield from self._other_value(place, text, each, 3 if is_turned else 1, False)
            if each.value.ndim > 1 and each.value.T.shape == value.shape:
                yield from self._other_value(place, text, each, 1 if is_turned else 3, True)
        if value.ndim > 1:
            swapped = bare if is_turned else f"{tight(text)}.T"
            yield from self._replaced(1, place, swapped, lambda v, live: v.T)
        for each in self._there:
            if each.value.shape == value.shape and each.updated is None:
                for form in (_PLAIN, *_SLOPES):
                    yield from self._replaced(
                        form.cost + 6, place, f"{tight(text)} * {tight(form.text(each.name))}",
                        _times(form, each),
                    )
        for form in _SLOPES:
            yield from self._replaced(2 + form.cost, place, form.text(text), _slope(form))
        yield from self._replaced(3, place, f"1 - {tight(text)}", lambda v, live: 1 - v)

    def _other_value(
        self, place: int, text: str, each: Value, cost: int, is_turned: bool
    ) -> Iterator[Try]:
        name = f"{tight(each.name)}.T" if is_turned else each.name
        cost += each.distance(self._entry)

        def change(_: Any, live: Live) -> Any:
            return each.now(live).T if is_turned else each.now(live)

        if each.updated is None:
            yield from self._replaced(cost, place, name, change)
        elif name == text:  # the same op, if it came before the update
            way = self._way(place, change)
            yield Try(cost, self._entry.text, way, each.updated)

    def _replaced(
        self, cost: int, place: int, new: str, change: Change
    ) -> Iterator[Try]:
        code = self.wording.replaced(place, new)
        if code is not None and code != self._entry.text:
            yield Try(cost, code, self._way(place, change))

    @staticmethod
    def _way(place: int, change: Change) -> Way:
        def way(live: Live) -> Any:
            operands = list(live.operands)
            new = change(operands[place], live)
            # The op may work in place.
            operands[place] = np.array(new) if isinstance(new, np.ndarray) else new
            return live.run(operands)

        return way

    # Operators and functions.

    def with_other_operators(self) -> Iterator[Try]:
        """Another operator, or one operand alone."""
        yield from self._other_thresholds()
        found = sides(self._entry)
        if found is None:
            return
        if isinstance(self.wording.statement, ast.AugAssign):
            yield from self._other_update(found.operator)
            return
        if self._entry.changes:
            return
        left, right = self._places()
        one, other = tight(found.one), tight(found.other)
        for sign, function in _SWAPS.get(found.operator, ()):
            yield self._of_two(2, f"{one} {sign} {other}", function, left, right)
        yield self._of_two(3, found.one, lambda a, b: a * 1.0, left, right)
        yield self._of_two(3, found.other, lambda a, b: b * 1.0, left, right)
        if found.operator is ast.Sub:
            yield self._of_two(3, f"{other} - {one}", lambda a, b: b - a, left, right)
        if found.operator is ast.Pow:
            for power in (1, 2, 3):
                body = f"{one} ** {power}"
                yield self._of_two(2, body, _power(power), left, right)

    def _other_thresholds(self) -> Iterator[Try]:
        """Of `h > 0.5` a comparison with zero."""
        node = self.wording.node
        if not isinstance(node, ast.Compare) or len(node.ops) != 1 or not self._entry.operands:
            return
        if not isinstance(node.comparators[0], ast.Constant):
            return
        text = self._entry.op.operands[0]
        for sign, function in (
            (">", np.greater), (">=", np.greater_equal), ("<", np.less), ("<=", np.less_equal),
        ):
            way = _compared(function)
            yield Try(2, self.wording.with_body(f"{tight(text)} {sign} 0"), way)

    def _other_update(self, operator: type[ast.operator]) -> Iterator[Try]:
        for sign, function in _SWAPS.get(operator, ()):
            head = self.wording.head
            code = f"{head[: head.rindex('=') - 1]}{sign}= {self.wording.body}"

            def way(live: Live, function: Any = function) -> Any:
                return function(np.asarray(live.operands[0]), live.operands[1])

            yield Try(2, code, way)

    def _places(self) -> tuple[Way, Way]:
        """What stands on both sides when the op is executed again."""
        found = sides(self._entry)
        assert found is not None
        getters: list[Way] = []
        for value in (found.left, found.right):
            places = [at for at, each in enumerate(self._entry.operands) if each is value]
            getters.append(_operand(places[0]) if places else _constant(value))
        return getters[0], getters[1]

    def _of_two(
        self, cost: int, body: str, function: Callable[..., Any], left: Way,
        right: Way,
    ) -> Try:
        code = self.wording.with_body(body)
        return Try(cost, code, lambda live: function(left(live), right(live)))

    def over_other_axes(self) -> Iterator[Try]:
        """A sum over another axis, a mean in its place; all rows in place of one of them."""
        given = self._summed()
        if given is None:
            return
        place, text, kind = given
        for name, function in (("sum", np.sum), ("mean", np.mean)):
            for axis in _axes(np.ndim(self._at(place, self._recorded))):
                for keep in (False, True):
                    more = "" if axis is None else f", axis={axis}"
                    more += ", keepdims=True" if keep else ""
                    code = self.wording.with_body(f"np.{name}({text}{more})")
                    way = self._reduced(function, place, axis, keep)
                    yield Try(1 if name == kind else 2, code, way)

    def _summed(self) -> tuple[int | None, str, str] | None:
        """What is summed here: which operand, None for the array of a method; text; how."""
        entry, node = self._entry, self._entry.op.node
        if not entry.operands or entry.changes:
            return None
        if isinstance(self.wording.node, ast.Subscript) and isinstance(node, ast.Subscript):
            is_table = isinstance(entry.operands[0], np.ndarray) and entry.operands[0].ndim > 1
            return (0, entry.op.operands[0], "sum") if is_table else None
        name = getattr(entry.operands[0], "__name__", "")
        if entry.op.kind != ops.CALL or name not in ("sum", "mean"):
            return None
        if isinstance(getattr(entry.operands[0], "__self__", None), np.ndarray):
            return None, entry.op.operands[0].rpartition(".")[0], name
        if len(entry.operands) > 1 and isinstance(entry.operands[1], np.ndarray):
            return 1, entry.op.operands[1], name
        return None

    @staticmethod
    def _at(place: int | None, operands: Sequence[Any]) -> Any:
        return operands[0].__self__ if place is None else operands[place]

    def _reduced(
        self, function: Callable[..., Any], place: int | None, axis: Axis, keep: bool
    ) -> Way:
        return lambda live: function(self._at(place, live.operands), axis=axis, keepdims=keep)

    def added_up(self) -> Iterator[Try]:
        """What is bound or stored anew each time, and should be added to what was there."""
        if self._slot == 0 and isinstance(self.wording.statement, ast.Assign):
            target = self.wording.head.rstrip().removesuffix("=").rstrip()
            code = f"{target} += {self.wording.body}"
            yield Try(2, code, lambda live: live.before() + live.run_on_zeros())
        statement, names = self.wording.statement, self._entry.names
        if not isinstance(statement, ast.Assign) or len(names) != 1 or self._entry.changes:
            return
        for each in self._there:
            if each.name == names[0] and each.value.shape == np.shape(self._outcome):
                code = f"{each.name} += {self.wording.body}"
                yield Try(4, code, _sum_with(each))


Axis = int | tuple[int, ...] | None


def _axes(count: int) -> Iterator[Axis]:
    """None, each axis, and all pairs of axes that aren't all."""
    yield from (None, *range(count))
    yield from combinations(range(count), 2) if count > 2 else ()


# What is done to a value, and what is taken instead.


def _with(function: Callable[[Any, Any], Any], other: Any) -> Change:
    return lambda value, live: function(value, other)


def _compared(function: Callable[[Any, Any], Any]) -> Way:
    return lambda live: function(live.operands[0], 0)


def _outcome_with(function: Callable[[Any, Any], Any], other: Any) -> Way:
    return lambda live: function(live.outcome(), other)


def _times(form: _Form, factor: Value) -> Change:
    return lambda value, live: value * form.of(factor.now(live))


def _plus(other: Value) -> Change:
    return lambda value, live: value + other.now(live)


def _instead(form: _Form, other: Value) -> Change:
    return lambda value, live: form.of(other.now(live)) * 1.0


def _slope(form: _Form) -> Change:
    return lambda value, live: form.of(value)


def _number(number: float) -> Change:
    return lambda value, live: number


def _method_of(value: Value, name: str) -> Change:
    return lambda method, live: getattr(value.now(live), name)


def _operand(place: int) -> Way:
    return lambda live: live.operands[place]


def _constant(value: Any) -> Way:
    return lambda live: value


def _power(power: int) -> Callable[[Any, Any], Any]:
    return lambda one, other: one**power


def _sum_with(value: Value) -> Way:
    return lambda live: value.now(live) + live.outcome()


def _summed_over(axis: int, shape: tuple[int, ...]) -> Callable[[Any, Any], Any]:
    return lambda one, other: one.sum(axis=axis).reshape(shape)


_SWAPS: dict[type[ast.operator], tuple[tuple[str, Callable[[Any, Any], Any]], ...]] = {
    ast.Add: (("-", np.subtract),), ast.Sub: (("+", np.add),),
    ast.Mult: (("/", np.divide),), ast.Div: (("*", np.multiply),),
}


def products(there: Sequence[Value], writer: Entry, shape: tuple[int, ...]) -> Iterator[Try]:
    """Products and sums of two values that have a gradient's shape."""
    tables = [each for each in there if each.value.ndim == 2 and each.updated is None]
    target = f"{writer.names[0]} = " if writer.names else ""

    def made(code: str, function: Callable[[Any, Any], Any], one: Value, other: Value) -> Try:
        return Try(6, target + code, lambda live: function(one.now(live), other.now(live)))

    for one in tables:
        rows, columns = one.value.shape
        for other in tables if len(shape) == 2 else ():
            if other.value.shape[0] == rows and shape == (columns, other.value.shape[1]):
                yield made(f"{one.name}.T @ {other.name}", lambda a, b: a.T @ b, one, other)
            if other.value.shape[1] == columns and shape == (rows, other.value.shape[0]):
                yield made(f"{one.name} @ {other.name}.T", lambda a, b: a @ b.T, one, other)
        for axis, length in ((0, columns), (1, rows)):
            if length == int(np.prod(shape)):
                code = f"{one.name}.sum(axis={axis})"
                yield made(code, _summed_over(axis, shape), one, one)
