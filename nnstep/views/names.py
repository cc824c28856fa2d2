"""Names and what they stand for, one line each: variables, the entries of a container, lessons.

Not the values of arrays (tables.py): of an array only its facts are told here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from types import ModuleType
from typing import Any, NamedTuple

from rich.cells import cell_len
from rich.text import Text

from nnstep.insight.arrays import attributes, is_array, short_text, summarize
from nnstep.views.facts import facts, title
from nnstep.views.histograms import mini_histogram
from nnstep.views.text import (
    ALARM,
    CHANGED,
    DIM,
    ELLIPSIS,
    NAME,
    crop,
    head,
    pad,
    plain,
    shortened,
    stack,
    styled,
    wrap,
)

_GAP = "  "
_CHANGED, _STALE = "*", "~"
_MEANINGS = {_CHANGED: "changed since the last stop", _STALE: "from an earlier epoch"}
_GUTTER = 3  # for the signs
_ENTRIES = 12
# A container is searched so far for arrays: a list of a million floats has none.
_SEARCHED = 100
_SIDE_BY_SIDE = 60
_FEWEST, _LARGEST = 8, 1_000_000  # elements whose spread is drawn


class _Row(NamedTuple):
    """One line of a list of names: the name, shape or type, then facts or text."""

    name: str
    kind: str
    pieces: list[str]


def vars_table(
    groups: Mapping[str, Mapping[str, object]], width: int, ascii: bool = False,
    *, changed: Collection[str] = (), stale: Collection[str] = (),
) -> Text:
    """The variables, one a line: name, shape or type, dtype and range and mean or text.

    Args:
        groups: what is called what, under a headline each, or an empty text.
        width: no line is wider; at least 40. Facts that don't fit are left out for `...`.
        ascii: nothing but ASCII characters.
        changed: the names that get a `*`.
        stale: the names that get a `~`, for they hold what the epoch before has left.
    """
    shown = [name for each in groups.values() for name in each]
    marks = {
        name: (_CHANGED if name in changed else " ") + (_STALE if name in stale else " ")
        for name in shown if name in changed or name in stale
    }
    gutter = " " * _GUTTER if marks or any(groups) else ""
    rows = [(name, value) for each in groups.values() for name, value in each.items()]
    blocks = iter(_blocks([_row(name, value, ascii) for name, value in rows], width - len(gutter)))
    lines: list[Text] = []
    for headline, names in groups.items():
        if headline:
            lines.append(styled(crop(plain(headline, ascii), width), DIM))
        for name in names:
            first, *others = next(blocks)
            mark = pad(marks.get(name, ""), len(gutter))
            lines.append(Text.assemble((mark, CHANGED), first))
            lines += [Text(gutter) + each for each in others]
    said = "".join(marks.values())
    meanings = [f"{sign} {meaning}" for sign, meaning in _MEANINGS.items() if sign in said]
    lines += [styled(line, DIM) for line in wrap(", ".join(meanings), width)]
    return stack(lines)


def holds_arrays(value: object) -> bool:
    """Whether a dict, list, tuple or object has an array among its (first) entries.

    Everything else reads well in one line.
    """
    return any(is_array(item) for _, item in islice(_entries(value), _SEARCHED))


def _entries(value: Any) -> Iterator[tuple[str, Any]]:
    """What a value holds, by `['W1']`, `[0]` or `.W1`."""
    kind = type(value)
    if issubclass(kind, dict):
        return ((f"[{short_text(key)}]", item) for key, item in dict.items(value))
    if issubclass(kind, (list, tuple)):
        base = list if issubclass(kind, list) else tuple
        return ((f"[{place}]", item) for place, item in enumerate(base.__iter__(value)))
    if issubclass(kind, ModuleType):
        return iter(())
    return ((f".{name}", item) for name, item in attributes(value).items())


def entries_table(
    value: Any, *, name: str, width: int, full: bool = False, ascii: bool = False
) -> Text:
    """A container or object as a list of its entries.

    Args:
        value: a dict, list or tuple, or an object with attributes.
        name: what it is called.
        width: no line is wider; at least 40.
        full: all entries, not only the first dozen.
        ascii: nothing but ASCII characters.
    """
    count = len(value) if isinstance(value, (dict, list, tuple)) else len(attributes(value))
    noun = "entry" if count == 1 else "entries"
    lines = title(plain(name, ascii), [f"{type(value).__name__}, {count} {noun}"], width)
    shown = islice(_entries(value), None if full else _ENTRIES)
    rows = [_row(entry, item, ascii) for entry, item in shown]
    blocks = _blocks(rows, width - len(_GAP))
    lines += [Text(_GAP) + line for block in blocks for line in block]
    if len(rows) < count:
        lines.append(styled(f"{len(rows)} of {count} entries", DIM))
    return stack(lines)


def one_line(value: object, *, name: str, width: int, ascii: bool = False) -> Text:
    """A value in one line, `name = text`; the bare text when the name is empty."""
    text = plain(short_text(value), ascii)
    name = plain(name, ascii)
    if not name:
        return Text(crop(text, width))
    name = shortened(name, text, width)
    line = Text(crop(f"{name} = {text}", width))
    line.stylize(NAME, 0, len(name))
    return line


def lessons_table(rows: Sequence[tuple[str, str, str]], width: int, ascii: bool = False) -> Text:
    """The lessons: side by side on a wide terminal, one below the other on a narrow one.

    Args:
        rows: name, what it teaches, and where its script comes from.
        width: no line is wider; at least 40.
        ascii: nothing but ASCII characters.
    """
    if not rows:
        return Text("no lessons")
    rows = [(plain(a, ascii), plain(b, ascii), plain(c, ascii)) for a, b, c in rows]
    if width < _SIDE_BY_SIDE:
        return stack(_lessons_stacked(rows, width))
    first = min(max(cell_len(name) for name, _, _ in rows), width // 3)
    rest = width - first - 2 * len(_GAP)
    third = min(max(cell_len(source) for _, _, source in rows), rest // 3)
    widths = (first, rest - third, third)
    lines = [styled(_side_by_side(("lesson", "teaches", "source"), widths), DIM)]
    for row in rows:
        cells = [wrap(cell, room) or [""] for cell, room in zip(row, widths, strict=True)]
        for number in range(max(map(len, cells))):
            parts = [cell[number] if number < len(cell) else "" for cell in cells]
            line = Text(_side_by_side(parts, widths))
            line.stylize(NAME, 0, len(parts[0]))
            lines.append(line)
    return stack(lines)


def _lessons_stacked(rows: Iterable[tuple[str, str, str]], width: int) -> Iterable[Text]:
    for name, teaches, source in rows:
        yield styled(crop(name, width), NAME)
        yield from (Text(_GAP + line) for line in wrap(teaches, width - len(_GAP)))
        yield from (styled(_GAP + line, DIM) for line in wrap(source, width - len(_GAP)))


def _side_by_side(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = [pad(crop(cell, room), room) for cell, room in zip(cells, widths, strict=True)]
    return _GAP.join(padded).rstrip()


def _row(name: str, value: object, ascii: bool) -> _Row:
    summary = summarize(value)
    if summary.shape is None:
        text = plain(summary.text, ascii)
        return _Row(plain(name, ascii), summary.type, [text])
    pieces = [summary.type, *facts(summary)[1:]]
    varies = summary.low is not None and summary.low != summary.high
    if is_array(value) and varies and value.dtype.kind in "iuf" and (
        _FEWEST <= value.size <= _LARGEST
    ):
        pieces.append(f"[{mini_histogram(value, ascii=ascii)}]")
    return _Row(plain(name, ascii), str(summary.shape), pieces)


def _blocks(rows: Sequence[_Row], width: int) -> list[list[Text]]:
    """The lines of each row: columns under one another, or flowing where there's no room for it."""
    if width < _SIDE_BY_SIDE:
        return [title(crop(row.name, width), [row.kind, *row.pieces], width) for row in rows]
    names = min(max((cell_len(row.name) for row in rows), default=0), width // 3)
    kinds = min(max((cell_len(row.kind) for row in rows), default=0), width // 3)
    return [[_line(row, (names, kinds, width - names - kinds - 2 * len(_GAP)))] for row in rows]


def _line(row: _Row, widths: tuple[int, int, int]) -> Text:
    names, kinds, room = widths
    cells = [pad(crop(row.name, names), names), pad(crop(row.kind, kinds), kinds)]
    line = Text(_GAP.join([*cells, _fit(row.pieces, room)]).rstrip())
    line.stylize(NAME, 0, min(names, len(line)))
    line.highlight_regex(r"\d+ (NaN|NaT|Inf)\b[^ ]*( first at \[[^]]*\])?", ALARM)
    return line


def _fit(pieces: Sequence[str], room: int) -> str:
    """As many whole pieces as there is room for; what is left out is a `...`."""
    if len(pieces) == 1:
        return crop(pieces[0], room)
    whole = _GAP.join(pieces)
    for count in range(len(pieces) - 1, -1, -1):
        if cell_len(whole) <= room:
            return whole
        whole = _GAP.join([*pieces[:count], ELLIPSIS])
    return whole if cell_len(whole) <= room else head(ELLIPSIS, room)
