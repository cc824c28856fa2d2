"""What came of a sweep: one line a value, the best of each column marked; and how far it is.

Not the numbers of a run on its way (those are histories), and not how a sweep is made.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, Protocol

import numpy as np
from rich.cells import cell_len
from rich.console import RenderableType
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from nnstep.views.numbers import DIGITS, columns_of
from nnstep.views.text import ALARM, DIM, NAME, crop, flow, pad, plain, stack, styled, wrap

_GAP = "  "
_BEST = "*"
_NOTHING = "-"
_LONGEST_BAR = 40


class Row(Protocol):
    """What came of one value; None where it isn't known."""

    @property
    def value(self) -> str:
        """The value's text."""

    @property
    def cost(self) -> float | None:
        """The cost at the end."""

    @property
    def accuracy(self) -> float | None:
        """The share of right answers on the training data."""

    @property
    def fresh(self) -> float | None:
        """The same on fresh data."""

    @property
    def seconds(self) -> float:
        """How long it took."""

    @property
    def error(self) -> str:
        """What went wrong, or an empty string."""


class Meaning(Protocol):
    """What the columns are, as Python; an empty string for a column that isn't there."""

    @property
    def cost(self) -> str:
        """The expression of the cost."""

    @property
    def accuracy(self) -> str:
        """The expression of the accuracy."""

    @property
    def fresh(self) -> str:
        """What makes fresh data."""


class _Column(NamedTuple):
    """One column: its caption, a cell a row, and the rows that are the best in it."""

    caption: str
    cells: list[str]
    best: set[int]


def sweep_table(
    name: str, rows: Sequence[Row], meaning: Meaning, *, width: int, ascii: bool = False
) -> Text:
    """The values with what came of each, then what the columns are, then what went wrong.

    Args:
        name: what was given the values.
        rows: the values, in the order shown.
        meaning: what the columns are.
        width: no line is wider; at least 24.
        ascii: nothing but ASCII characters.
    """
    columns = _columns(rows, meaning)
    values = _values([name, *(row.value for row in rows)], width // 3, ascii)
    widths = [max(cell_len(cell) for cell in (each.caption, *each.cells)) for each in columns]
    total = cell_len(values[0]) + sum(each + len(_GAP) for each in widths)
    lines = _table(values, columns, widths) if total <= width else _stacked(values, columns, width)
    marked = any(column.best for column in columns)
    for text in _legend(meaning, marked):
        lines += [styled(line, DIM) for line in wrap(plain(text, ascii), width, _GAP)]
    for text in _errors(rows):
        lines += [styled(line, ALARM) for line in wrap(plain(text, ascii), width, _GAP)]
    return stack(lines)


def _values(texts: Sequence[str], room: int, ascii: bool) -> list[str]:
    """The first column, its caption included: numbers at the right, other values at the left."""
    cropped = [crop(plain(text, ascii), room) for text in texts]
    widest = max(map(cell_len, cropped))
    right = all(_is_number(text) for text in texts[1:])
    return [pad(text, widest, right) for text in cropped]


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _columns(rows: Sequence[Row], meaning: Meaning) -> list[_Column]:
    columns = []
    if meaning.cost:
        columns.append(_column("cost", [row.cost for row in rows], min))
    if meaning.accuracy:
        columns.append(_column("accuracy", [row.accuracy for row in rows], max))
    if meaning.accuracy and meaning.fresh:
        columns.append(_column("fresh", [row.fresh for row in rows], max))
    # A blank where the others have their mark.
    seconds = [f"{row.seconds:.1f} " for row in rows]
    return [*columns, _Column("seconds ", seconds, set())]


def _column(
    caption: str, numbers: Sequence[float | None], choose: Callable[[Sequence[float]], float]
) -> _Column:
    """A column of numbers in one notation, the best marked unless all are the same."""
    known = [each for each in numbers if each is not None]
    texts = iter(columns_of(np.array(known)[:, np.newaxis], DIGITS[0])[0] if known else ())
    finite = [each for each in known if math.isfinite(each)]
    best = choose(finite) if len(set(known)) > 1 and finite else None
    rows = {at for at, each in enumerate(numbers) if each is not None and each == best}
    cells = [
        f"{_NOTHING if each is None else next(texts)}{_BEST if at in rows else ' '}"
        for at, each in enumerate(numbers)
    ]
    return _Column(f"{caption} ", cells, rows)


def _table(values: Sequence[str], columns: Sequence[_Column], widths: Sequence[int]) -> list[Text]:
    heads = [pad(column.caption, room, True) for column, room in zip(columns, widths, strict=True)]
    lines = [styled(_GAP.join([values[0], *heads]).rstrip(), DIM)]
    for at, value in enumerate(values[1:]):
        line = Text(value, style="")
        line.stylize(NAME, 0, len(value))
        for column, room in zip(columns, widths, strict=True):
            cell = pad(column.cells[at], room, True)
            line.append(_GAP)
            line.append(cell, NAME if at in column.best else "")
        line.rstrip()
        lines.append(line)
    return lines


def _stacked(values: Sequence[str], columns: Sequence[_Column], width: int) -> list[Text]:
    """Each value with its numbers behind it, for where there is no room for columns."""
    lines = [styled(crop(values[0].strip(), width), DIM)]
    for at, value in enumerate(values[1:]):
        pieces = [f"{each.caption.strip()} {each.cells[at].strip()}" for each in columns]
        first, *others = flow([value.strip(), *pieces], width)
        head = Text(first)
        head.stylize(NAME, 0, len(value.strip()))
        lines += [head, *map(Text, others)]
    return lines


def _legend(meaning: Meaning, marked: bool) -> Iterator[str]:
    """What the columns are."""
    pieces = []
    if meaning.cost:
        pieces.append(f"cost: {meaning.cost}")
    if meaning.accuracy:
        pieces.append(f"accuracy: {meaning.accuracy}, on the training data")
    if meaning.accuracy and meaning.fresh:
        pieces.append(f"fresh: the same after {'; '.join(meaning.fresh.splitlines())}")
    yield from pieces
    if marked:
        yield f"{_BEST} the best of its column"


def _errors(rows: Sequence[Row]) -> Iterator[str]:
    """What went wrong, once, with the values for which it did."""
    values: dict[str, list[str]] = {}
    for row in rows:
        if row.error:
            values.setdefault(row.error, []).append(row.value)
    for error, those in values.items():
        yield f"{', '.join(those)}: {error}"


def progress_line(name: str, done: int, total: int, seconds: float, width: int) -> RenderableType:
    """How many values are done, as one line with a bar."""
    before = crop(f"sweep {name}  {done} of {total}", width)
    behind = f"{seconds:.0f} s"
    room = width - cell_len(before) - len(behind) - 2
    if room < 8:
        return Text(before)
    line = Table.grid(padding=(0, 1, 0, 0))
    line.add_row(before, ProgressBar(total, done, width=min(room, _LONGEST_BAR)), behind)
    return line
