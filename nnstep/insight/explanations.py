"""What is told of an element's coming about, step by step. Data only."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from nnstep.insight.elements import Index, bits_differ
from nnstep.insight.tape import Entry


@dataclass(frozen=True, slots=True)
class Step:
    """One op, seen from one element.

    Attributes:
        kind: `formula`, `sum`, `call`, `same` for an element that is only handed on, `changed` in
            place, `start` for what was there before, `other` where no formula is known.
        level: how far it is from what was asked.
        target: the element.
        formula: where it comes from, in names.
        numbers: the same in numbers, with all their digits; empty where there are none.
        value: what is stored.
        computed: what the numbers give, one by one; None where they aren't computed.
        line: of the op, 0 at a `start`.
        function: in which function that is, empty for the script itself.
        text: the op.
        words: what is to be said of it.
    """

    kind: str
    level: int
    target: str
    formula: str
    numbers: str
    value: Any
    computed: Any
    line: int
    function: str
    text: str
    words: str

    @property
    def exact(self) -> bool:
        """Whether the numbers give what is stored, to the last bit."""
        return self.computed is not None and not bits_differ(self.value, self.computed)


@dataclass(frozen=True, slots=True)
class Explanation:
    """How an element came about.

    Attributes:
        text: the element.
        value: what is stored.
        steps: the op that made it first, then what that worked on; empty where it was there
            before all that is known.
        cut: whether there would be more steps.
    """

    text: str
    value: Any
    steps: tuple[Step, ...]
    cut: bool = False


class Element(NamedTuple):
    """One element that may be explained: of which value, and before which entry."""

    text: str
    value: Any
    at: Index
    before: int


@dataclass
class Built:
    """A formula in the making.

    Attributes:
        symbol: it in names.
        number: it in numbers.
        computed: what it gives, as one number or as an array of one.
        unnamed: elements in it that no name of the script holds.
        named: the others.
    """

    symbol: ast.expr
    number: ast.expr
    computed: Any
    unnamed: list[Element] = field(default_factory=list)
    named: list[Element] = field(default_factory=list)


class Told(NamedTuple):
    """What is told of one step, and what is to be explained next."""

    kind: str
    formula: str
    numbers: str = ""
    computed: Any = None
    words: str = ""
    unnamed: Sequence[Element] = ()
    named: Sequence[Element] = ()


def step_of(
    element: Element, entry: Entry | None, level: int, told: Told, stored: Any
) -> Step:
    """The step that is told so.

    Args:
        element: what it makes.
        entry: the op; None where it was there before.
        level: how far it is from what was asked.
        told: what is told of it.
        stored: the element's value.
    """
    if entry is None:
        return Step("start", level, element.text, "", "", stored, None, 0, "", "", "")
    function = "" if entry.code.is_module else entry.code.name
    return Step(
        told.kind, level, element.text, told.formula, told.numbers, stored, told.computed,
        entry.line, function, entry.text, told.words,
    )
