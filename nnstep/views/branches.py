"""Branches of a run: the tree of them, and two of them side by side.

Not what a branch is, and not what differs: both are given.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from rich.cells import cell_len
from rich.text import Text

from nnstep.insight.arrays import Array, is_array, short_text, summarize
from nnstep.views.numbers import columns_of, number
from nnstep.views.text import DIM, NAME, crop, flow, pad, plain, stack, styled

_GAP = "  "
_ROWS = 10  # of costs
_NAME = 24


class Branch(NamedTuple):
    """One branch, as it is drawn.

    Attributes:
        name: what it is called.
        parent: the name of the one that it left, None for the first.
        facts: what is told of it.
        current: whether the run is on it.
    """

    name: str
    parent: str | None
    facts: tuple[str, ...]
    current: bool


def branch_tree(rows: Sequence[Branch], *, width: int, ascii: bool = False) -> Text:
    """The branches, each below the one that it left, `*` at the current one.

    Args:
        rows: all branches.
        width: no line is wider; at least 40.
        ascii: nothing but ASCII characters.
    """
    names = {each.name for each in rows}
    lines: list[Text] = []
    for row, lead, under in _walk(rows, [each for each in rows if each.parent not in names], ascii):
        mark = "* " if row.current else "  "
        facts = [plain(each, ascii) for each in row.facts]
        name = plain(row.name, ascii)
        first, *others = flow([mark + lead + name, *facts], width, indent=f"  {under}  ")
        line = Text(first)
        start = len(mark + lead)
        line.stylize(NAME if row.current else "", start, min(start + len(name), len(line)))
        lines += [line, *(styled(other, DIM) for other in others)]
    return stack(lines)


def _walk(
    rows: Sequence[Branch], level: Sequence[Branch], ascii: bool, under: str = "", top: bool = True
) -> Iterator[tuple[Branch, str, str]]:
    """Each branch with what stands before its name, and before its further lines."""
    tee, end, bar = ("|- ", "`- ", "|  ") if ascii else ("├─ ", "└─ ", "│  ")
    for at, row in enumerate(level):
        last = at == len(level) - 1
        lead = "" if top else under + (end if last else tee)
        below = "" if top else under + ("   " if last else bar)
        yield row, lead, below
        inner = [each for each in rows if each.parent == row.name and each is not row]
        yield from _walk(rows, inner, ascii, below, False)


def comparison_view(
    names: tuple[str, str],
    values: Sequence[tuple[str, Any, Any]],
    costs: Sequence[tuple[int, float, float]],
    cost: str,
    *,
    width: int,
    ascii: bool = False,
) -> Text:
    """Two branches side by side: the variables that differ, then the costs of some epochs.

    Args:
        names: what the branches are called.
        values: name, value in the one, value in the other, of the variables that differ.
        costs: epoch, cost in the one, cost in the other, of the epochs that both have run.
        cost: the expression of the cost, an empty string if none is known.
        width: no line is wider; at least 40.
        ascii: nothing but ASCII characters.
    """
    heads = [crop(plain(each, ascii), _NAME) for each in names]
    lines = []
    if values:
        rows = [_row(*each, ascii) for each in values]
        lines += _table(["variable", "shape", *heads, "differ by"], rows, width)
    else:
        lines.append(styled("no variable differs", DIM))
    lines += _costs(heads, costs, plain(cost, ascii), width)
    return stack(lines)


def _row(name: str, one: Any, other: Any, ascii: bool) -> list[str]:
    arrays = is_array(one) or is_array(other)
    shapes = list(dict.fromkeys(str(each.shape) for each in (one, other) if is_array(each)))
    sides = [_side(each, ascii) for each in (one, other)]
    return [plain(name, ascii), " and ".join(shapes) if arrays else "", *sides, _apart(one, other)]


def _side(value: Any, ascii: bool) -> str:
    """A value in short: an array's range, a number itself."""
    if not is_array(value):
        return crop(plain(short_text(value), ascii), _NAME)
    facts = summarize(value)
    gaps = [f"{facts.nans} NaN"] * bool(facts.nans) + [f"{facts.infs} Inf"] * bool(facts.infs)
    if facts.low is None:
        return ", ".join(gaps) or facts.type
    every = facts.low == facts.high and not gaps
    low, high = number(facts.low), number(facts.high)
    return ", ".join([f"all {low}" if every else f"{low} .. {high}", *gaps])


def _apart(one: Any, other: Any) -> str:
    """The largest difference of two values that can be subtracted; of truths how many differ."""
    kinds = (bool, int, float, np.number, np.ndarray)
    if not all(issubclass(type(each), kinds) for each in (one, other)):
        return ""
    first, second = np.asarray(one), np.asarray(other)
    if first.shape != second.shape or not first.size:
        return ""
    if first.dtype.kind == second.dtype.kind == "b":
        count = int((first != second).sum())
        return f"{count} of {first.size}" if first.ndim else ""
    if first.dtype.kind not in "biufc" or second.dtype.kind not in "biufc":
        return ""
    return _largest(first, second)


def _largest(first: Array, second: Array) -> str:
    wide = np.result_type(first.dtype, second.dtype, np.float64)
    with np.errstate(all="ignore"):
        apart = np.abs(first.astype(wide) - second.astype(wide))
    finite = apart[np.isfinite(apart)]
    gaps = int(apart.size - finite.size)
    text = number(float(finite.max())) if finite.size else ""
    if gaps:
        text += f" ({gaps} not finite)" if text else f"{gaps} not finite"
    return text


def _costs(
    heads: Sequence[str], costs: Sequence[tuple[int, float, float]], cost: str, width: int
) -> list[Text]:
    """The costs at some epochs, the first and the last among them."""
    if not cost:
        return [styled("no cost is known; `cost EXPR` sets it", DIM)]
    if not costs:
        return [styled(crop(f"no epoch in common to compare {cost} at", width), DIM)]
    count = min(len(costs), _ROWS)
    places = np.unique(np.linspace(0, len(costs) - 1, count).round().astype(int))
    chosen = [costs[place] for place in places]
    cells = columns_of(np.array([each[1:] for each in chosen], dtype=np.float64), 6)
    rows = [
        [str(each[0]), one, other] for each, one, other in zip(chosen, *cells, strict=True)
    ]
    lines = [styled(crop(f"cost: {cost}", width), NAME)]
    lines += _table(["epoch", *heads], rows, width)
    if count < len(costs):
        lines.append(styled(f"{len(chosen)} of {len(costs)} epochs", DIM))
    return lines


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> list[Text]:
    """Rows under their heads, or flowing where there is no room for it."""
    columns = list(zip(heads, *rows, strict=True))
    kept = [at for at, column in enumerate(columns) if any(column[1:])]
    widths = {at: max(map(cell_len, columns[at])) for at in kept}
    if sum(widths.values()) + len(_GAP) * (len(kept) - 1) > width:
        return _flowing(heads, rows, width)
    lines = [
        Text(_GAP.join(pad(row[at], widths[at], right=at > 0) for at in kept).rstrip())
        for row in (heads, *rows)
    ]
    lines[0].stylize(DIM)
    return lines


def _flowing(heads: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> list[Text]:
    """Each row as its name, then `head: cell`."""
    lines: list[Text] = []
    for first, *others in rows:
        cells = [f"{head}: {cell}" for head, cell in zip(heads[1:], others, strict=True) if cell]
        start = len(lines)
        lines += [Text(line) for line in flow([first, *cells], width)]
        lines[start].stylize(NAME, 0, min(len(first), len(lines[start])))
    return lines
