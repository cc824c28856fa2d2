"""The script's text on the screen: line numbers, the current line marked, the op underlined.

Nothing hangs on colour: `>` marks the line, carets the op. Not syntax highlighting (importing a
highlighter takes as long as importing rich itself), and not the reading of the text (source.py).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from rich.cells import cell_len
from rich.text import Text

from nnstep.engine.source import Source, Span
from nnstep.views.text import ALARM, CURRENT, DIM, ELLIPSIS, TAB, clean, crop, head, stack

# Of an op of many lines the first ones are shown: its end says little about it.
_SPAN_LINES = 6
_LEAST_ROOM = 10


def excerpt(
    source: Source,
    span: Span,
    *,
    width: int,
    before: int = 2,
    after: int = 2,
    marker: bool = True,
    ascii: bool = False,
) -> Text:
    """The lines around an op, the op underlined.

    An op of several lines is underlined on its first, its other lines are marked with `|`.

    Args:
        source: the script.
        span: the place of the op.
        width: no line is wider; long lines are cropped around the op, with `...`.
        before: how many lines of context stand above.
        after: how many lines of context stand below.
        marker: whether `>` marks the op's line.
        ascii: write other characters as escapes.
    """
    end = max(span.line, span.end_line)
    last = min(end, span.line + _SPAN_LINES - 1)
    below = min(len(source.lines), end + after)
    digits = len(str(below))
    lines: list[Text] = []
    for number in range(max(1, span.line - before), span.line):
        lines.append(_plain_line(source, number, digits, width, ascii))
    mark = ">" if marker else " "
    lines += _op_lines(source, span, mark, digits, width, ascii)
    for number in range(span.line + 1, last + 1):
        lines.append(_plain_line(source, number, digits, width, ascii, mark="|", style=CURRENT))
    if last < end:
        lines.append(Text(f"| {' ' * digits}  ... {end - last} more lines", style=DIM))
    for number in range(end + 1, below + 1):
        lines.append(_plain_line(source, number, digits, width, ascii))
    return stack(_trimmed(lines, source, span, before))


def listing(
    source: Source,
    first: int,
    last: int,
    *,
    width: int,
    current: int | None = None,
    breakpoints: Collection[int] = frozenset(),
    ascii: bool = False,
) -> Text:
    """The lines from `first` to `last`, 1-based and inclusive, cut to those that exist.

    Args:
        source: the script.
        first: the first line.
        last: the last line.
        width: no line is wider.
        current: the line marked with `>`.
        breakpoints: the lines marked with `*`.
        ascii: write other characters as escapes.
    """
    last = min(last, len(source.lines))
    digits = len(str(last))
    lines: list[Text] = []
    for number in range(max(1, first), last + 1):
        mark = (">" if number == current else " ") + ("*" if number in breakpoints else " ")
        style = CURRENT if number == current else ""
        lines.append(_plain_line(source, number, digits, width, ascii, mark=mark, style=style))
    return stack(lines)


def _plain_line(
    source: Source,
    number: int,
    digits: int,
    width: int,
    ascii: bool,
    mark: str = " ",
    style: str = DIM,
) -> Text:
    gutter = f"{mark} {number:>{digits}}  "
    text = clean(source.line(number), ascii).expandtabs(TAB).rstrip()
    line = Text((gutter + crop(text, max(width - len(gutter), 0))).rstrip())
    line.stylize(DIM, 0, len(gutter))
    line.stylize(style or "default", len(gutter), len(line))
    return line


def _op_lines(
    source: Source, span: Span, mark: str, digits: int, width: int, ascii: bool
) -> list[Text]:
    """The op's first line, and the carets under it."""
    gutter = f"{mark} {span.line:>{digits}}  "
    raw = source.line(span.line)
    several = span.end_line > span.line
    stop = len(raw.rstrip()) if several else min(span.end_column, len(raw))
    # Each cleaned on its own, the beginnings of the line say where its columns end up.
    start, end, whole = (
        clean(raw[:column], ascii).expandtabs(TAB) for column in (span.column, stop, len(raw))
    )
    room = max(width - len(gutter), _LEAST_ROOM)
    text, offset, length = _window(whole.rstrip(), len(start), len(end), room)
    line = Text(gutter + text, style=CURRENT)
    carets = "^" * max(length, 1)
    if several and offset + len(carets) + len(ELLIPSIS) <= room:
        carets += ELLIPSIS
    return [line, Text(" " * (len(gutter) + offset) + carets, style=ALARM)]


def _window(text: str, start: int, end: int, room: int) -> tuple[str, int, int]:
    """The part of a line around an op that fits.

    Args:
        text: the line, without tabs.
        start: the index of the op's first character.
        end: the index behind its last one.
        room: how many cells there are.

    Returns:
        The part, and the cell where the op begins in it, and how many cells of the op it shows.
    """
    if cell_len(text) <= room:
        return text, cell_len(text[:start]), cell_len(text[start:end])
    before, op = cell_len(text[:start]), cell_len(text[start:end])
    spare = room - 2 * len(ELLIPSIS) - op
    if before + op + len(ELLIPSIS) <= room or (spare < 0 and before <= room // 3):
        left = ""
    else:
        # The op's beginning matters most; half of the spare room goes to what stands before it.
        left = _tail(text[:start], max(spare // 2, 0))
        left = text[:start] if left == text[:start] else ELLIPSIS + left
    shown = left + text[start:] if left else text
    offset = cell_len(left) if left else before
    if cell_len(shown) > room:
        shown = head(shown, room - len(ELLIPSIS))
        return shown + ELLIPSIS, offset, min(op, cell_len(shown) - offset)
    return shown, offset, op


def _tail(text: str, width: int) -> str:
    """The longest ending of a text that is no wider than a width."""
    text = text[max(len(text) - width, 0) :]
    while cell_len(text) > width:
        text = text[1:]
    return text


def _trimmed(lines: list[Text], source: Source, span: Span, before: int) -> Iterable[Text]:
    """The lines without the empty ones at either end, which only take room."""
    for number in range(max(1, span.line - before), span.line):
        if source.line(number).strip():
            break
        lines = lines[1:]
    while lines and lines[-1].plain.strip(" 0123456789") == "":
        lines = lines[:-1]
    return lines
