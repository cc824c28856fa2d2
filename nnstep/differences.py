"""Two scripts side by side: the first op whose value differs, and the names that one lacks.

Each script runs in a process of its own (witness.py). Values belong together that were bound to
the same name, the k-th of an epoch with the k-th. What sets two of them apart is for
insight/apart.py; how it is typed and shown isn't known here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from nnstep import lessons
from nnstep.insight.apart import TOLERANCE, Apart, apart, dtypes, in_short
from nnstep.witness import (
    TOP,
    UNREADABLE,
    Died,
    Failure,
    Op,
    Opened,
    State,
    Step,
    Stretch,
    Witness,
)

__all__ = [
    "EPOCHS", "TOLERANCE", "Compared", "Died", "Difference", "Side", "Uneven", "Unopened",
    "compare",
]

EPOCHS = 3
_SPREAD = 10


class Unopened(Exception):
    """A script that can't be read, or is no Python.

    Attributes:
        target: what was asked for.
        error: what was raised.
    """

    def __init__(self, target: str, error: Exception) -> None:
        super().__init__(f"can't open {target}: {error}")
        self.target = target
        self.error = error


class Side(NamedTuple):
    """What one of the two scripts has there.

    Attributes:
        text: the value in one short line, or what happened instead.
        op: the op that made it, where that is known.
    """

    text: str
    op: Op | None


@dataclass(frozen=True, slots=True)
class Difference:
    """The first place where two scripts differ.

    Attributes:
        kind: `value`; `raises`: one has raised what the other hasn't; `epochs`: the main loop of
            one ends earlier; `state`: a variable differs, and the op isn't known.
        name: the name that was bound; empty but for values and states.
        function: the function that it was bound in, if that is not where the main loop stands.
        epoch: in which epoch; None outside of the main loop.
        place: `epoch`, `before` or `behind` the main loop, or `script` where there is none.
        nth: which binding of the name in that epoch, from 1 on.
        sides: both scripts.
        apart: what sets the values apart.
    """

    kind: str
    name: str
    epoch: int | None
    place: str
    sides: tuple[Side, Side]
    apart: Apart | None = None
    function: str = ""
    nth: int = 1


class Uneven(NamedTuple):
    """A name that one script binds more often in an epoch than the other.

    Attributes:
        name: the name.
        epoch: in which epoch; None outside of the main loop.
        place: as for a `Difference`.
        counts: how often in each.
    """

    name: str
    epoch: int | None
    place: str
    counts: tuple[int, int]


@dataclass(slots=True)
class Compared:
    """What came of comparing two scripts.

    Attributes:
        paths: the scripts.
        difference: the first difference, None when there is none.
        only: the variables that only the one, and only the other, binds.
        uneven: names that were bound more often in the one, up to the difference.
        dtypes: names whose values were the same, and whose dtypes weren't.
        epochs: how many epochs agreed op by op.
        probed: at the beginnings of which later ones the variables were compared.
        failure: the exception that both have raised.
        cut: whether there were more ops than could be compared.
    """

    paths: tuple[str, str]
    difference: Difference | None = None
    only: tuple[list[str], list[str]] = ([], [])
    uneven: list[Uneven] = field(default_factory=list)
    dtypes: dict[str, tuple[str, str]] = field(default_factory=dict)
    epochs: int = 0
    probed: list[int] = field(default_factory=list)
    failure: str = ""
    cut: bool = False


def compare(
    a: str, b: str, *, epochs: int = EPOCHS, tolerance: float = TOLERANCE,
    ignore: Collection[str] = (),
) -> Compared:
    """Run two scripts side by side, to the first op whose value differs.

    The first epochs are compared op by op. If they agree, both run on natively, and the variables
    are compared at the beginnings of later epochs and at the end; the epoch is then found by
    halving, and the op in it.

    Args:
        a: a script's path, or a lesson's name.
        b: the other.
        epochs: how many epochs are compared op by op.
        tolerance: by what part of the larger one two numbers may differ.
        ignore: names that aren't compared.

    Raises:
        LookupError: there is no such lesson and no such file.
        Unopened: a script can't be read, or is no Python.
        Died: the process of a script has.
        ValueError: `epochs` is less than 1, or the tolerance is negative.
    """
    if epochs < 1 or not tolerance >= 0:
        raise ValueError("at least 1 epoch is compared, with a tolerance of 0 or more")
    targets = (a, b)
    paths = (lessons.resolve(a), lessons.resolve(b))
    witnesses: list[Witness] = []
    try:
        witnesses += map(Witness, paths)
        opened = [_open(target, each) for target, each in zip(targets, witnesses, strict=True)]
        _share_loop(witnesses, opened)
        return _Comparison(witnesses, opened, epochs, tolerance, ignore).run()
    finally:
        for each in witnesses:
            each.close()


def _open(target: str, witness: Witness) -> Opened:
    try:
        opened: Opened = witness.answer()
    except UNREADABLE as error:
        raise Unopened(target, error) from None
    return opened


def _share_loop(witnesses: Sequence[Witness], opened: list[Opened]) -> None:
    """Where a script has no main loop, as it forgets to update anything, take the other's."""
    for at, own in enumerate(opened):
        other = opened[1 - at]
        if other.loop and not own.loop:
            witnesses[at].tell("adopt", other.loop)
            opened[at] = witnesses[at].answer()


# What belongs together: the steps of a stretch, call by call.


@dataclass(slots=True)
class _Call:
    """One call of a function of the script."""

    function: str
    parameters: dict[str, Any]
    body: _Body


@dataclass(slots=True)
class _Item:
    """One name that was bound, or a call that gave nothing; with the calls on the way to it."""

    name: str
    value: Any
    op: Op
    calls: list[_Call]
    bound: bool = True


@dataclass(slots=True)
class _Body:
    """What was done in one function, in its order."""

    items: list[_Item] = field(default_factory=list)
    calls: list[_Call] = field(default_factory=list)  # made, and their item is still to come

    def numbered(self) -> Iterator[tuple[tuple[str, int], _Item]]:
        """The items, each by its name and which of that name it is."""
        seen: Counter[str] = Counter()
        for each in self.items:
            seen[each.name] += 1
            yield (each.name, seen[each.name]), each

    def counts(self) -> Counter[str]:
        """How often each name was bound."""
        return Counter(each.name for each in self.items if each.bound)


def _body(steps: Sequence[Step], home: str) -> _Body:
    """The steps of a stretch as a tree. Module and main loop's function are one: its root."""
    root, main = _Body(), {TOP, home}
    inner: dict[int, _Call] = {}
    for step in steps:
        call = inner.get(step.depth)
        at = root if step.function in main or call is None else call.body
        if step.kind == "call":
            if step.callee != home or home == TOP:
                inner[step.depth + 1] = new = _Call(step.callee, dict(step.bound), _Body())
                at.calls.append(new)
            continue
        made, at.calls = at.calls, []
        if step.kind == "return" and not step.bound:
            if step.nothing and made:
                name = f"{made[-1].function}()"
                at.items.append(_Item(name, None, step.op, made, bound=False))
            else:
                at.calls = made  # a value on its way to what is bound
            continue
        for name, value in step.bound:
            at.items.append(_Item(name, value, step.op, made))
            made = []
    return root


# The comparison.


class _Comparison:
    """Two scripts under comparison."""

    def __init__(
        self, witnesses: Sequence[Witness], opened: Sequence[Opened], epochs: int,
        tolerance: float, ignore: Collection[str],
    ) -> None:
        self._witnesses = witnesses
        self._opened = opened
        self._epochs = epochs
        self._tolerance = tolerance
        self._ignored = set(ignore)
        self._found = Compared((witnesses[0].path, witnesses[1].path))
        a, b = (each.names for each in opened)
        self._found.only = ([each for each in a if each not in b], [n for n in b if n not in a])

    def run(self) -> Compared:
        """All of it."""
        found = self._found
        found.difference, over = self._op_by_op(self._epochs)
        if found.difference is None and not over:
            found.difference = self._later()
        return found

    def _ask(self, what: str, argument: Any = None) -> list[Any]:
        """Ask both the same, at the same time."""
        for each in self._witnesses:
            each.tell(what, argument)
        return [each.answer() for each in self._witnesses]

    # Op by op.

    def _op_by_op(self, epochs: int | None, first: bool = True) -> tuple[Difference | None, bool]:
        """Compare stretch after stretch.

        Args:
            epochs: how many epochs, or None for on to the end.
            first: whether this begins where the scripts do.

        Returns:
            The difference, if any, and whether both scripts have ended.
        """
        done, before = 0, first
        while epochs is None or done < epochs:
            a, b = self._ask("stretch")
            found = self._stretches(a, b, before)
            if found is not None or (a.over and b.over):
                return found, True
            before = False
            if a.epoch is not None:
                done += 1
                self._found.epochs += first
        return None, False

    def _stretches(self, a: Stretch, b: Stretch, before: bool) -> Difference | None:
        """What differs in an epoch, or before or behind the main loop."""
        if a.epoch != b.epoch:
            return _epochs_differ(a, b)
        one, other = (
            _body(each.steps, opened.home)
            for each, opened in zip((a, b), self._opened, strict=True)
        )
        place = self._place(a.epoch, before)
        found = self._first(one, other, a.epoch, place)
        if a.failure is None and b.failure is None and not (a.cut or b.cut):
            self._note_uneven(one, other, a, place)
        if found is None:
            found = self._failures(a.failure, b.failure, a.epoch, place)
        self._found.cut |= a.cut or b.cut
        return found

    def _place(self, epoch: int | None, before: bool) -> str:
        if epoch is not None:
            return "epoch"
        if not any(each.loop for each in self._opened):
            return "script"
        return "before" if before else "behind"

    def _first(
        self, a: _Body, b: _Body, epoch: int | None, place: str, function: str = ""
    ) -> Difference | None:
        """The first value that differs, in the order of the first script."""
        others = dict(b.numbered())
        for (name, nth), item in a.numbered():
            other = others.get((name, nth))
            if other is None or name in self._ignored:
                continue
            found = self._in_calls(item, other, epoch, place)
            if found is not None:
                return found
            what = apart(item.value, other.value, self._tolerance)
            if what is not None:
                sides = tuple(Side(in_short(each.value), each.op) for each in (item, other))
                return Difference(
                    "value", name, epoch, place, (sides[0], sides[1]), what, function, nth
                )
            kinds = dtypes(item.value, other.value)
            if kinds is not None:
                self._found.dtypes.setdefault(name, kinds)
        return self._between(a.calls, b.calls, True, epoch, place)

    def _in_calls(
        self, a: _Item, b: _Item, epoch: int | None, place: str
    ) -> Difference | None:
        return self._between(a.calls, b.calls, not a.bound, epoch, place)

    def _between(
        self, a: list[_Call], b: list[_Call], effects: bool, epoch: int | None, place: str
    ) -> Difference | None:
        """What differs in calls. Where they were given different values, the caller is at fault,
        unless the call was made for nothing but what it does."""
        for one, other in zip(a, b, strict=False):
            if one.function != other.function:
                return None
            if effects or self._same_parameters(one, other):
                found = self._first(one.body, other.body, epoch, place, one.function)
                if found is not None:
                    return found
        return None

    def _same_parameters(self, a: _Call, b: _Call) -> bool:
        pairs = zip(a.parameters.values(), b.parameters.values(), strict=False)
        return all(apart(one, other, self._tolerance) is None for one, other in pairs)

    def _note_uneven(self, a: _Body, b: _Body, at: Stretch, place: str) -> None:
        """Names that both bind, and one more often."""
        one, other = a.counts(), b.counts()
        common = self._opened[0].names.keys() & self._opened[1].names.keys() - self._ignored
        known = {each.name for each in self._found.uneven}
        for name in [*one, *(each for each in other if each not in one)]:
            counts = one[name], other[name]
            if counts[0] != counts[1] and name in common and name not in known:
                self._found.uneven.append(Uneven(name, at.epoch, place, counts))

    def _failures(
        self, a: Failure | None, b: Failure | None, epoch: int | None, place: str
    ) -> Difference | None:
        """One has raised, or both something else."""
        if a is None and b is None:
            return None
        if a is not None and b is not None and a.text == b.text:
            self._found.failure = a.text
            return None
        sides = [
            Side(f"raises {each.text}", each.op) if each else Side("goes on", None)
            for each in (a, b)
        ]
        return Difference("raises", "", epoch, place, (sides[0], sides[1]))

    # Later epochs.

    def _later(self) -> Difference | None:
        """Compare the variables at some later epochs, and at the end."""
        good, epoch = self._epochs - 1, _SPREAD
        while epoch <= good:
            epoch *= _SPREAD
        while True:
            states = self._ask("state", epoch)
            if None in states:
                break
            if self._states(*states) is not None:
                return self._within(*self._halved(good, epoch))
            self._found.probed.append(epoch)
            good, epoch = epoch, epoch * _SPREAD
        a, b = self._ask("end")
        if self._states(a, b) is None and not self._is_failed(a, b):
            return None
        last = good + 1
        while not self._is_bad(last):
            good, last = last, 2 * last
        return self._within(*self._halved(good, last)) or self._state_difference(a, b, None)

    def _is_failed(self, a: State, b: State) -> bool:
        texts = [each.failure.text if each.failure else "" for each in (a, b)]
        if texts[0] == texts[1]:
            self._found.failure = texts[0]
        return texts[0] != texts[1]

    def _is_bad(self, epoch: int) -> bool:
        """Whether the variables differ where an epoch begins, or there is none in one of both."""
        states = self._ask("state", epoch)
        return None in states or self._states(*states) is not None

    def _halved(self, good: int, bad: int) -> tuple[int, int]:
        """The last good epoch, and the first bad one right behind it."""
        while bad - good > 1:
            middle = (good + bad) // 2
            good, bad = (good, middle) if self._is_bad(middle) else (middle, bad)
        return good, bad

    def _within(self, good: int, bad: int) -> Difference | None:
        """The op in the epoch at whose end something differs, or behind it if that was the last."""
        states = self._ask("state", bad)
        is_last = None in states
        # Asked before the ops are: these tell names that one binds more often, which are passed.
        variable = None if is_last else self._state_difference(states[0], states[1], good)
        if not all(self._ask("goto", good)):
            return variable
        found, _ = self._op_by_op(None if is_last else 1, first=False)
        return found or variable

    def _states(self, a: State, b: State) -> tuple[str, Apart] | None:
        """The first variable that differs."""
        passed = self._ignored | {each.name for each in self._found.uneven}
        for name, value in a.names.items():
            if name in b.names and name not in passed:
                what = apart(value, b.names[name], self._tolerance)
                if what is not None:
                    return name, what
        return None

    def _state_difference(self, a: State, b: State, epoch: int | None) -> Difference | None:
        found = self._states(a, b)
        if found is None:
            return None
        name, what = found
        sides = Side(in_short(a.names[name]), None), Side(in_short(b.names[name]), None)
        return Difference("state", name, epoch, self._place(epoch, False), sides, what)


def _epochs_differ(a: Stretch, b: Stretch) -> Difference:
    """The main loop of one goes on where that of the other has ended, or was never reached."""
    epochs = [each.epoch for each in (a, b)]
    over = [each.over and not each.steps for each in (a, b)]
    sides = [
        Side("ends before" if epoch is None or done else f"goes on with epoch {epoch}", None)
        for epoch, done in zip(epochs, over, strict=True)
    ]
    epoch = max(each for each in epochs if each is not None)
    return Difference("epochs", "", epoch, "epoch", (sides[0], sides[1]))
