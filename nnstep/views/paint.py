"""Marks and colours of plots: what tells one series, class or sign from another.

Every colour has a mark, a fill character or a sign beside it, so nothing is lost without colours.
Not where they are put (canvas.py), and not the styles of text (text.py).
"""

from __future__ import annotations

import string
from collections.abc import Iterable
from typing import NamedTuple

# In the order they are given away. No mark is a fill character, for marks stand on fills.
MARKS = "●▲■◆○△□◇"
ASCII_MARKS = "*o+x@&$%"
FILLS = ".=:#-~^,;|"
_LETTERS = string.ascii_uppercase + "abcdefghijklmnpqrstuvwyz" + string.digits

# After Okabe and Ito, made darker where needed: three to one in contrast, or better, against
# black and against white, also as the nearest of 256 colours, and told apart by those who see red
# and green alike. None is nearest to black or white where there are 16.
INKS = ("#0072b2", "#d55e00", "#009b73", "#b254a0", "#8c6d1f", "#6f6f6f", "#3f8fc5", "#7a5cc4")
# Pale fills and, of the same hue, the dark marks that stand on any of them.
PALE = ("#a6cee3", "#fdbf6f", "#b2df8a", "#e5c4dd", "#e3d6b0", "#d0d0d0", "#9fedd5", "#cfc5f0")
DEEP = ("#082c6b", "#7f2704", "#00441b", "#49006a", "#4d3800", "#252525", "#00393c", "#2d1b69")

# From the most negative to the most positive: blue, nothing, orange.
DIVERGING = (
    "#2166ac", "#4f8fc4", "#8fbbdc", "#c6dcec", "#eeeeee",
    "#fddbb5", "#f9b46c", "#e08214", "#b35806",
)
MANY = 256  # colours; with fewer, hues and shades become the same
NEGATIVE = "#0072b2"
POSITIVE = "#d55e00"


class Pen(NamedTuple):
    """What one series or class is drawn with.

    Attributes:
        mark: one character, its own.
        ink: the colour of its lines, or of its marks on a plain background.
        fill: the character that fills its region where there are no colours.
        pale: the colour of its region.
        deep: the colour of its marks on a region.
    """

    mark: str
    ink: str
    fill: str
    pale: str
    deep: str


def pens(count: int, ascii: bool = False) -> list[Pen]:
    """So many pens; the marks are all different up to 60 of them, colours come again earlier."""
    marks = (ASCII_MARKS if ascii else MARKS) + _LETTERS
    if ascii:
        marks = "".join(dict.fromkeys(marks))
    fills = FILLS + _LETTERS
    return [
        Pen(
            marks[at % len(marks)],
            INKS[at % len(INKS)],
            fills[at % len(fills)],
            PALE[at % len(PALE)],
            DEEP[at % len(DEEP)],
        )
        for at in range(count)
    ]


def fills(colours: int) -> int:
    """How many regions can be told apart by their fills alone, where there are so many colours."""
    return 0 if not colours else 2 if colours < MANY else len(PALE)


def diverging(share: float) -> str:
    """The colour of a number between -1 (blue) and 1 (orange); 0 is a light grey."""
    half = len(DIVERGING) // 2
    return DIVERGING[half + max(-half, min(half, round(share * half)))]


def runs(cells: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Characters with their styles, those of one style that follow one another put together."""
    joined: list[tuple[str, str]] = []
    for text, style in cells:
        if joined and joined[-1][1] == style:
            joined[-1] = (joined[-1][0] + text, style)
        else:
            joined.append((text, style))
    return joined
