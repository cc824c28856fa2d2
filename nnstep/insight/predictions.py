"""Questions about what an op is going to make, with the right answer and some that bugs would give.

Every answer comes from the op itself: it has been executed, and the learner hasn't seen it yet. A
wrong choice is what a common mistake leads to, and says what would have had to be so. Nothing is
asked or executed here.
"""

from __future__ import annotations

import ast
import math
import operator
import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from nnstep.insight.arrays import is_array

KINDS = ("shape", "sign", "value", "changes", "same")
NEAR = 0.05
"""By which part a number may be off and still be a good guess."""
_MOST = 4  # choices
_SIGNED: dict[type, Callable[[float], float]] = {ast.USub: operator.neg, ast.UAdd: operator.pos}
_BETWEEN: dict[type, Callable[[float, float], float]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
}
_SHORT = {
    "positive": "all positive", "negative": "all negative", "zero": "all zero",
    **dict.fromkeys(("both", "mixed", "positive and negative"), "positive and negative ones"),
}  # fmt: skip


class Foreseen(NamedTuple):
    """An op that hasn't been shown yet.

    Attributes:
        name: what it binds or changes.
        text: as the script has it.
        line: of it.
        operands: what it works on: the texts, and the values as they are when it runs.
        after: what is called so when it has run.
        changed: the names whose memory it changes in place.
        shared: the other names that lie in the memory of what it made.
        calls: whether it calls functions of the script, which may have changed more.
    """

    name: str
    text: str
    line: int
    operands: tuple[tuple[str, Any], ...]
    after: Any
    changed: tuple[str, ...] = ()
    shared: tuple[str, ...] = ()
    calls: bool = False


class Choice(NamedTuple):
    """An answer to choose.

    Attributes:
        text: the answer.
        why: why it is right, or what would have had to be so.
    """

    text: str
    why: str


@dataclass(frozen=True, slots=True)
class Question:
    """What a learner is asked.

    Attributes:
        text: the question.
        choices: answers to choose from; one that is free to be typed has none.
        right: the right answer.
        kind: one of `KINDS`.
        slips: numbers that mistakes lead to, where there is nothing to choose from.
    """

    text: str
    choices: tuple[Choice, ...]
    right: Choice
    kind: str
    slips: tuple[Choice, ...] = ()

    def hints(self) -> list[str]:
        """What helps, without telling the answer: why wrong answers are wrong."""
        if self.kind == "sign":
            return ["look at the signs of what it is made of"]
        if self.choices:
            return [f"not {each.text}: {each.why}" for each in self.choices if each != self.right]
        size = abs(float(self.right.text))
        power = math.floor(math.log10(size)) if size else 0
        return [f"without its sign it lies between {10.0 ** power:g} and {10.0 ** (power + 1):g}"
                if size else "it is a round number"]  # fmt: skip

    def is_answer(self, text: str) -> bool:
        """Whether a text may be meant as an answer, though as a wrong one."""
        if self.kind == "shape":
            return bool(_shape_said(text.strip()))
        return self.kind == "value" and _number_said(text) is not None

    def judge(self, answer: str) -> Choice | None:
        """The choice that was meant, the right one for a number that is near; None for neither."""
        answer = answer.strip()
        if self.choices and answer.isdecimal() and 1 <= int(answer) <= len(self.choices):
            return self.choices[int(answer) - 1]
        every = (self.right, *self.choices)
        if self.kind == "shape":
            said = _shape_said(answer)
            return next((each for each in every if said is not None
                         and _shape_said(each.text) == said), None)  # fmt: skip
        if self.kind == "value":
            every = (self.right, *self.slips)
            return next((each for each in every if _is_near(answer, each.text)), None)
        words = _words(answer)
        if self.kind == "sign" and all(_words(each.text) != words for each in every):
            words = _words(_SHORT.get(answer.casefold(), answer))
        return next((each for each in every if _words(each.text) == words), None)


def _words(text: str) -> list[str]:
    """What an answer says; names may come in any order, with commas or `and`."""
    return sorted(each for each in re.split(r"[\s,]+", text.casefold()) if each not in ("", "and"))


def question(kind: str, op: Foreseen) -> Question:
    """A question about an op.

    Args:
        kind: one of `KINDS`.
        op: what it is about.

    Raises:
        ValueError: there is nothing to ask: no such kind, or no array, no single number.
    """
    asked = f"line {op.line}: {op.text}"
    if kind == "shape":
        return _of_shape(op, asked)
    if kind == "sign":
        return _of_sign(op, asked)
    if kind == "value":
        return _of_value(op, asked)
    if kind == "changes":
        return _of_changes(op, asked)
    if kind == "same":
        return _of_sharing(op, asked)
    raise ValueError(f"there is no question {kind!r}; there are {', '.join(KINDS)}")


def kind_for(op: Foreseen) -> str | None:
    """Which question suits an op best; None where there is nothing to ask."""
    if op.changed:
        return "changes"
    if not is_array(op.after):
        return "sign" if isinstance(op.after, float | np.floating) else None
    if op.shared:
        return "same"
    shapes = {value.shape for _, value in op.operands if is_array(value)}
    if op.after.shape not in shapes:
        return "shape"
    return "sign" if op.after.dtype.kind == "f" and op.after.size else "shape"


# Shapes.


def _of_shape(op: Foreseen, asked: str) -> Question:
    if not is_array(op.after):
        raise ValueError(f"`{op.name}` has no shape")
    shape = tuple(op.after.shape)
    worked = [(text, value) for text, value in op.operands if is_array(value)]
    given = ", ".join(f"{text} {value.shape}" for text, value in worked)
    why = f"from {given} comes {shape}" if given else f"`{op.text}` makes it so"
    right = Choice(str(shape), why)
    wrong = _distinct(_wrong_shapes(shape, worked), shape)
    return Question(f"{asked}\nwhat is the shape of {op.name}?", _mixed(right, wrong, asked),
                    right, "shape")  # fmt: skip


def _wrong_shapes(
    shape: tuple[int, ...], worked: Sequence[tuple[str, Any]]
) -> Iterator[tuple[tuple[int, ...], str]]:
    """What mistakes would lead to, the most common ones first."""
    if len(shape) == 2 and shape[0] != shape[1]:
        yield shape[::-1], "it would be that shape if it were transposed, `.T`"
    for text, value in worked:
        if value.ndim == len(shape):
            yield value.shape, f"that is the shape of {text}, which goes in"
    if len(shape) == 2:
        yield (shape[1],), "that would be one number a column, if `sum(axis=0)` were taken"
        yield (shape[0],), "that would be one number a row, if `sum(axis=1)` were taken"
    for text, value in worked:
        yield value.shape[::-1], f"that would be {text} transposed"
    yield (), "that would be a single number, if everything were added up"
    yield (*shape, 1), "that would be one axis more, as `keepdims=True` or `reshape` makes"


def _distinct(
    found: Iterable[tuple[tuple[int, ...], str]], shape: tuple[int, ...]
) -> list[Choice]:
    known, choices = {shape}, list[Choice]()
    for each, why in found:
        if each not in known and len(choices) < _MOST - 1:
            known.add(each)
            choices.append(Choice(str(tuple(each)), why))
    return choices


def _shape_said(text: str) -> tuple[int, ...] | None:
    """A shape in any spelling: `(7, 1)`, `7x1`, `7 by 1`, `7 1`."""
    if not re.fullmatch(r"[\s\d,x*()\[\]]*|\d+(\s*by\s*\d+)+", text.casefold()):
        return None
    return tuple(int(each) for each in re.findall(r"\d+", text))


# Signs and numbers.


_SIGNS = {
    "positive": "all positive", "negative": "all negative", "both": "positive and negative ones",
    "zero": "all zero",
}


def _of_sign(op: Foreseen, asked: str) -> Question:
    value = np.asarray(op.after)
    if value.dtype.kind not in "iuf" or not value.size:
        raise ValueError(f"`{op.name}` holds no numbers that have a sign")
    if value.size == 1:
        return _of_one_sign(op, float(value.item()), asked)
    positive, negative = int((value > 0).sum()), int((value < 0).sum())
    kind = ("both" if positive and negative else "positive" if positive
            else "negative" if negative else "zero")  # fmt: skip
    told = f"{positive} of {value.size} are above 0, {negative} below"
    right = Choice(_SIGNS[kind], told)
    wrong = [Choice(text, f"but {told}") for each, text in _SIGNS.items() if each != kind]
    return Question(f"{asked}\nwhich signs has {op.name}?", _mixed(right, wrong, asked), right,
                    "sign")  # fmt: skip


def _of_one_sign(op: Foreseen, value: float, asked: str) -> Question:
    names = {1: "positive", -1: "negative", 0: "zero"}
    sign = (value > 0) - (value < 0)
    told = f"it is {value:.6g}"
    right = Choice(names[sign], told)
    wrong = [Choice(text, f"but {told}") for each, text in names.items() if each != sign]
    return Question(f"{asked}\nwhich sign has {op.name}?", _mixed(right, wrong, asked), right,
                    "sign")  # fmt: skip


def _of_value(op: Foreseen, asked: str) -> Question:
    value = np.asarray(op.after)
    if value.size != 1 or value.dtype.kind not in "iuf":
        raise ValueError(f"`{op.name}` is no single number; ask for its shape or its sign")
    right = float(value.item())
    text = f"{right:.6g}"
    return Question(
        f"{asked}\nwhat is {op.name}? (within {NEAR:.0%} is near enough)", (),
        Choice(text, f"`{op.text}` gives {text}"), "value", tuple(_slips(right, op)),
    )  # fmt: skip


def _slips(right: float, op: Foreseen) -> Iterator[Choice]:
    """Numbers that common mistakes lead to."""
    if not right:
        return
    yield Choice(f"{-right:.6g}", "the size is right, the sign isn't")
    for factor in (2.0, 0.5):
        yield Choice(f"{right * factor:.6g}", f"that is {factor:g} times as much: look for the 2 "
                     "that a square brings, or for a half")  # fmt: skip
    counts = {len(value) for _, value in op.operands if is_array(value) and value.ndim}
    for count in sorted(counts - {1, 2}):
        yield Choice(f"{right * count:.6g}", f"that would be the sum over {count} rows; it is "
                     "their mean")  # fmt: skip
        yield Choice(f"{right / count:.6g}", f"that would be the mean over {count} rows; it is "
                     "their sum")  # fmt: skip


def _is_near(answer: str, right: str) -> bool:
    wanted, said = float(right), _number_said(answer)
    return said is not None and (abs(said - wanted) <= NEAR * abs(wanted) or said == wanted)


def _number_said(answer: str) -> float | None:
    """A number in any spelling: `0.88`, `0,88`, `88 %`, or a sum of numbers such as `0.7 * 0.3`."""
    text = answer.strip().replace(",", ".")
    share = text.endswith("%")
    try:
        found = _computed(ast.parse(text.removesuffix("%").strip(), mode="eval").body)
    except (SyntaxError, ValueError, ArithmeticError):
        return None
    return found / 100 if share else found


def _computed(node: ast.expr) -> float:
    """What numbers and signs between them come to.

    Raises:
        ValueError: there is something else in it.
        ArithmeticError: it can't be divided, or is too large.
    """
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return float(node.value)
    if isinstance(node, ast.UnaryOp) and type(node.op) in _SIGNED:
        return _SIGNED[type(node.op)](_computed(node.operand))
    if isinstance(node, ast.BinOp) and type(node.op) in _BETWEEN:
        return _BETWEEN[type(node.op)](_computed(node.left), _computed(node.right))
    raise ValueError


# What changes.


def _of_changes(op: Foreseen, asked: str) -> Question:
    if op.calls:
        raise ValueError(
            f"`{op.text}` calls a function of the script; step into it, and ask about its ops"
        )
    nothing = Choice("nothing", f"{op.name} is bound to something new, and no memory is changed")
    alone = Choice(op.name, f"the memory of {op.name} is changed, and nothing else lies in it")
    every = " and ".join(op.changed)
    if not op.changed:
        right, wrong = nothing, [
            alone._replace(why=f"`{op.text}` makes a new value; the old memory stays as it is")
        ]
    elif len(op.changed) == 1:
        right, wrong = alone._replace(text=every), [
            nothing._replace(why="it is done in place: the memory is the same as before")
        ]
    else:
        right = Choice(every, "they are names of one memory, so each of them shows the change")
        others = " and ".join(op.changed[1:])
        wrong = [
            Choice(op.changed[0], f"but {others} has the same memory"),
            nothing._replace(why="it is done in place: the memory is the same as before"),
        ]
    return Question(f"{asked}\nwhose values does it change in place?", _mixed(right, wrong, asked),
                    right, "changes")  # fmt: skip


# Whose memory it is.


def _of_sharing(op: Foreseen, asked: str) -> Question:
    if not is_array(op.after):
        raise ValueError(f"`{op.name}` is no array; only arrays lie in memory that is shared")
    nothing = Choice("none", f"what {op.name} is now has memory of its own")
    every = " and ".join(op.shared)
    worked = [text for text, value in op.operands if is_array(value)]
    if op.shared:
        right = Choice(every, f"no copy is made: a change in {op.name} is one there, too")
        wrong = [nothing._replace(why=f"`{op.text}` makes no copy")]
    else:
        right = nothing._replace(why=f"`{op.text}` makes a new array")
        wrong = []
    wrong += [
        Choice(text, f"that would be so if {op.name} were {text}, or a part of it")
        for text in dict.fromkeys(worked)
        if text.isidentifier() and text not in (op.name, *op.shared)
    ]
    if len(op.shared) > 1:
        wrong.append(Choice(op.shared[0], f"but {' and '.join(op.shared[1:])} as well"))
    if not wrong:
        raise ValueError(f"there is nothing to choose from for `{op.name}`")
    return Question(f"{asked}\nwhich other names lie in the memory of {op.name}?",
                    _mixed(right, wrong[: _MOST - 1], asked), right, "same")  # fmt: skip


def _mixed(right: Choice, wrong: Sequence[Choice], seed: str) -> tuple[Choice, ...]:
    """The right choice among the wrong ones, at a place that is always the same."""
    at = zlib.crc32(seed.encode()) % (len(wrong) + 1)
    return (*wrong[:at], right, *wrong[at:])
