"""How a shape came about, drawn; and what is surprising about one, in a line or two.

Not why: that is told in words by insight.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.cells import cell_len
from rich.text import Text

from nnstep.insight.shapes import Row, ShapeStory, Surprise
from nnstep.views.text import ALARM, DIM, NAME, clean, crop, pad, plain, stack, styled, wrap

_GAP = "  "
_NAME = 28
_RESULT = "result"


def story_view(story: ShapeStory, *, name: str, width: int, ascii: bool = False) -> Text:
    """Where the shape of a name comes from: the op, the shapes in one line, then in words.

    Args:
        story: what is known of it.
        name: what has the shape.
        width: no line is wider; at least 40.
        ascii: nothing but ASCII characters.
    """
    label = plain(name, ascii)
    where = f"{label}  {story.result}   {story.moment} line {story.line}"
    first = styled(crop(clean(where, ascii), width), DIM)
    first.stylize(f"{NAME} not dim", 0, min(len(label), len(first)))
    lines = [first, Text(crop(plain(story.text, ascii), width))]
    lines += [styled(each, NAME) for each in wrap(_shown(story.formula, ascii), width, indent="  ")]
    lines += [Text(each) for each in _drawing(story.rows, width, ascii)]
    if story.words:
        lines += [Text(each) for each in wrap(_shown(story.words, ascii), width)]
    return stack(lines)


def surprise_lines(found: Iterable[Surprise], width: int, ascii: bool = False) -> Iterable[Text]:
    """What is surprising about the shapes of an op."""
    for each in found:
        words = f"surprising shape: {each.words}"
        for line in wrap(plain(words, ascii), width, indent="  "):
            yield styled(line, ALARM)


def mismatch_lines(words: str, width: int, ascii: bool = False) -> Iterable[Text]:
    """Why shapes don't fit."""
    for line in wrap(_shown(words, ascii), width, indent="  "):
        yield styled(line, NAME)


def _shown(text: str, ascii: bool) -> str:
    """The sign of the product is a character beyond ASCII; it has one of its own there."""
    return clean(text.replace(" · ", " @ ") if ascii else text, ascii)


def _drawing(rows: Sequence[Row], width: int, ascii: bool) -> list[str]:
    """The shapes one below the other, their axes aligned at the right."""
    if not rows:
        return []
    names = [crop(plain(row.name or _RESULT, ascii), min(_NAME, width // 2)) for row in rows]
    room = max(map(cell_len, names))
    columns = [max(map(len, column)) for column in zip(*(row.cells for row in rows), strict=True)]
    lines = []
    for name, row in zip(names, rows, strict=True):
        cells = [cell.rjust(wide) for cell, wide in zip(row.cells, columns, strict=True)]
        lines.append(crop(_GAP + _GAP.join([pad(name, room), *cells]), width))
    return lines
