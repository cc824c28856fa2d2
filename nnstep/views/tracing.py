"""Where a value comes from, drawn: the tree of its ops, an element's formula, a sample's way.

Not what is known of them: that is given as data by insight.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from rich.cells import cell_len
from rich.text import Text

from nnstep.insight.dataflow import Origin
from nnstep.insight.explanations import Explanation, Step
from nnstep.insight.samples import Sample, Value
from nnstep.views.numbers import columns_of
from nnstep.views.text import CHANGED, DIM, NAME, clean, crop, flow, pad, plain, stack, styled, wrap

_GAP = "  "
_MOST = 24  # cells wide a tree's guides may become
_SHOWN = 8  # values of a sample in one array


def origin_view(
    origin: Origin, *, name: str, since: str, width: int, ascii: bool = False
) -> Text:
    """The tree of what made a value.

    Args:
        origin: the tree.
        name: what was asked for.
        since: from when on it is known, such as `epoch 3 began`.
        width: no line is wider; at least 40.
        ascii: nothing but ASCII characters.
    """
    tree = _Tree(since, width, ascii)
    lines = list(tree.lines(origin, "", ""))
    if tree.cut:
        lines.append(styled(crop(f"there is more: `why {plain(name, ascii)} --deep`", width), DIM))
    return stack(lines)


class _Tree:
    """Draws a tree.

    Attributes:
        cut: whether some of it is left out.
    """

    def __init__(self, since: str, width: int, ascii: bool) -> None:
        self.cut = False
        self._since = since
        self._width = width
        self._ascii = ascii
        self._signs = ("|- ", "`- ", "|  ") if ascii else ("├─ ", "└─ ", "│  ")

    def lines(self, origin: Origin, lead: str, under: str) -> Iterator[Text]:
        """A node, and what is below it."""
        self.cut = self.cut or origin.more
        last = len(origin.inputs) - 1
        yield from self._node(origin, lead, under, last >= 0)
        tee, end, bar = self._signs
        narrow = len(under) >= min(_MOST, self._width // 2)
        for at, each in enumerate(origin.inputs):
            first = under + (end if at == last else tee)
            below = under if narrow else under + ("   " if at == last else bar)
            yield from self.lines(each, first, below)

    def _node(self, origin: Origin, lead: str, under: str, more: bool) -> Iterator[Text]:
        head, *facts = self._pieces(origin)
        room = max(self._width - len(lead), 16)
        rest = under + (self._signs[2] if more else "   ") + " "
        first, *others = wrap(head, room, indent="")
        lines = [lead + first, *(rest + each for each in others)]
        found = flow([lines[-1], *facts], self._width, indent=rest)
        for at, each in enumerate([*lines[:-1], *found]):
            text = Text(crop(each, self._width))
            if at == 0 and origin.kind != "again":
                text.stylize(NAME, len(lead), len(lead) + len(first))
            yield text

    def _pieces(self, origin: Origin) -> list[str]:
        name = plain(origin.name, self._ascii)
        read_as = plain(origin.read_as, self._ascii)
        shape = "" if origin.shape is None or not origin.shape else str(origin.shape)
        value = f"{origin.value!r}" if origin.value is not None else ""
        if origin.kind == "holds":
            return [name, "holds"]
        if origin.kind == "start":
            label = f"{read_as}: {name}" if read_as else name
            label = f"{label} = {value}" if value else label
            return [label, shape, f"as it was when {self._since}"]
        text = plain(origin.text, self._ascii)
        label = f"{read_as or name}: {text}" if read_as or not _tells(text, name) else text
        where = f"line {origin.line}" + (f" in {origin.function}" if origin.function else "")
        notes = {"again": "see above", "changed": "in place", "more": "..."}
        note = notes.get(origin.kind, "..." if origin.more else "")
        if origin.kind == "changed" and origin.more:
            note = "in place ..."
        return [label, shape or (f"= {value}" if value else ""), where, note]


def _tells(text: str, name: str) -> bool:
    """Whether an op's text begins with the name of what it makes."""
    return not name or text.startswith(name) or not text


def explanation_view(
    found: Explanation, *, since: str, width: int, ascii: bool = False
) -> Text:
    """An element's formula, the same with its numbers, and what these give.

    Args:
        found: what is known of it.
        since: from when on it is known.
        width: no line is wider; at least 40.
        ascii: nothing but ASCII characters.
    """
    first = Text(crop(plain(f"{found.text} = {_number(found.value)}", ascii), width))
    first.stylize(NAME)
    lines = [first]
    if not found.steps:
        lines += _prose(f"it is as it was when {since}; no op has made it since", width)
    for at, step in enumerate(found.steps):
        lines += _step(step, found.text if at == 0 else "", since, width, ascii)
    if found.cut:
        lines.append(styled("... and so on", DIM))
    return stack(lines)


def _step(step: Step, asked: str, since: str, width: int, ascii: bool) -> Iterator[Text]:
    margin = "  " * min(step.level, max(width // 8, 1))
    room = width - len(margin)
    target = clean(step.target, ascii)
    if step.kind == "start":
        words = f"{target} = {_number(step.value)}, as it was when {since}"
        yield from _indented(wrap(words, room, indent="  "), margin, "")
        return
    where = f"line {step.line}" + (f" in {step.function}" if step.function else "")
    head = plain(step.text, ascii)
    yield from _indented(flow([head, where], room), margin, DIM)
    formula = f"{target} = {clean(step.formula, ascii)}"
    yield from _indented(_sum(formula, room), margin, "")
    if step.numbers:
        yield from _indented(_sum(f"= {step.numbers}", room), margin, "")
    if not asked:
        yield from _indented([f"= {_number(step.value)}"], margin, "")
    if step.words:
        below = wrap(clean(step.words, ascii), room - 2, "  ")
        yield from _indented(below, margin + "  ", DIM)


def _sum(text: str, room: int) -> list[str]:
    """A formula on lines that begin with a `+` where they can."""
    first, *others = text.split(" + ")
    pieces = [first, *(f"+ {each}" for each in others)]
    if max(map(cell_len, pieces)) + len(_GAP) > room:
        return wrap(text, room, _GAP)
    return flow(pieces, room, gap=" ")


def _indented(lines: Iterable[str], margin: str, style: str) -> Iterator[Text]:
    for each in lines:
        yield Text(margin + each, style=style)


def _prose(words: str, width: int) -> list[Text]:
    return [styled(each, DIM) for each in wrap(words, width, indent="  ")]


def _number(value: Any) -> str:
    if isinstance(value, np.float64 | float):
        return repr(float(value))
    return str(value)


def sample_view(found: Sample, *, since: str, width: int, ascii: bool = False) -> Text:
    """A sample's values in each array, in the order of time, the two passes apart.

    Args:
        found: the sample.
        since: from when on its values are known.
        width: no line is wider; at least 40.
        ascii: nothing but ASCII characters.
    """
    kind = "column" if found.in_columns else "row"
    head = f"sample {found.row} of {found.count}, {kind} {found.row}, since {since}"
    lines = [styled(crop(head, width), DIM)]
    names = [crop(plain(each.name, ascii), max(width // 3, 8)) for each in found.values]
    wide = max(map(cell_len, names), default=0)
    backward = None
    for name, each in zip(names, found.values, strict=True):
        if each.backward != backward:
            lines.append(styled("backward" if each.backward else "forward", NAME))
            backward = each.backward
        lines.append(_row(name, each, wide, width, ascii))
    if found.cut:
        lines.append(styled("... and more", DIM))
    return stack(lines)


def _row(name: str, each: Value, wide: int, width: int, ascii: bool) -> Text:
    where = f"line {each.line}" if each.line else "given"
    start = _GAP + pad(name, wide) + _GAP + pad(where, 9) + _GAP
    if each.same_as:
        text = f"the same array as {plain(each.same_as, ascii)}"
    else:
        text = _values(each.values, width - len(start))
    line = Text(crop(start + text, width))
    if each.changed:
        line.append(" *" if len(line) + 2 <= width else "", style=CHANGED)
    return line


def _values(values: Any, room: int) -> str:
    """Some numbers in a line, as many as fit."""
    flat = np.asarray(values).reshape(1, -1)
    count = flat.shape[1]
    for shown in range(min(count, _SHOWN), 0, -1):
        cells = [each[0] for each in columns_of(flat[:, :shown], 6)]
        text = _GAP.join(_aligned(cells))
        if shown < count:
            text += f"{_GAP}... {count} in all"
        if len(text) <= room:
            return text
    return f"{count} values"


def _aligned(cells: Sequence[str]) -> list[str]:
    signed = any(each.startswith("-") for each in cells)
    return [f" {each}" if signed and not each.startswith("-") else each for each in cells]
