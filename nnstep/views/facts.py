"""A `Summary` in words: pieces such as `(100, 4) float64`, `range -1.23 .. 4.5`, `mean 0.31`.

Not their layout: who shows them decides what stands on which line.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from rich.text import Text

from nnstep.insight.arrays import Index, Summary
from nnstep.views.numbers import number
from nnstep.views.text import ALARM, NAME, flow

_NOISE = 1e-11


def facts(summary: Summary) -> list[str]:
    """What a summary of an array says, in pieces that are not to be broken, weightiest first."""
    shape = summary.shape or ()
    pieces = [f"{shape} {summary.type}"]
    if 0 in shape:
        return [*pieces, "empty"]
    pieces += gaps(summary)
    if shape and any(length != 1 for length in shape):
        pieces += _spread(summary)
    return pieces


def gaps(summary: Summary) -> list[str]:
    """What is not a number in it: NaN, Inf and masked elements, with the first place of each."""
    word = "NaT" if summary.type.startswith(("datetime64", "timedelta64")) else "NaN"
    pieces = [
        _gap(summary.nans, word, summary.first_nan, summary.searched),
        _gap(summary.infs, "Inf", summary.first_inf, summary.searched),
        f"{summary.masked} masked" if summary.masked else "",
    ]
    return [piece for piece in pieces if piece]


def _gap(count: int, word: str, first: Index | None, searched: bool) -> str:
    if not count:
        return ""
    if first is None:
        return f"{count} {word}" if searched else f"{count} {word} among those looked at"
    return f"{count} {word}, first at {list(first)}" if first else word


def _spread(summary: Summary) -> list[str]:
    """Range, mean and zeros, with what part of the elements they are those of."""
    low, high, mean = summary.low, summary.high, summary.mean
    if summary.type == "bool" and not summary.sampled:
        size = math.prod(summary.shape or ())
        return [f"{size - summary.masked - (summary.zeros or 0)} of {size} True"]
    pieces = []
    if low is not None:
        every = low == high and not (summary.sampled or summary.nans or summary.infs)
        pieces.append(f"all {number(low)}" if every else f"range {number(low)} .. {number(high)}")
        mean = None if every else mean
    if mean is not None:
        # When the sum cancels, its rounding errors are all the digits there are.
        noise = low is not None and 0 < abs(mean) < _NOISE * max(abs(low), abs(high))
        pieces.append("mean ~0" if noise else f"mean {number(mean)}")
    if summary.sampled:
        searched = "" if summary.searched else ", NaN and Inf sought only there"
        return [f"{', '.join(pieces)} of 1 in {summary.stride} elements{searched}"]
    if summary.zeros and mean is not None and summary.type.startswith(("float", "complex")):
        pieces.append(f"{summary.zeros} {'zero' if summary.zeros == 1 else 'zeros'}")
    return pieces


def title(name: str, pieces: Sequence[str], width: int) -> list[Text]:
    """A name in bold with facts behind it, on as many lines as they need."""
    lines = [Text(line) for line in flow([name, *pieces], width)]
    lines[0].stylize(NAME, 0, min(len(name), len(lines[0])))
    for line in lines:
        line.highlight_regex(r"\d+ (NaN|NaT|Inf)\b[^ ]*( first at \[[^]]*\])?", ALARM)
    return lines
