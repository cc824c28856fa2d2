"""A drawing in the terminal: which view shows it, in how many lines, and with which colours.

Not how: each kind has a module of its own. For files there is figures.py.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from rich.text import Text

from nnstep.views.activations import activation_view
from nnstep.views.drawings import (
    Activation,
    Curves,
    Drawing,
    Heat,
    Maps,
    Net,
    Points,
    Regions,
    Spread,
)
from nnstep.views.heat import heat_view
from nnstep.views.histograms import histogram_view
from nnstep.views.nets import net_view
from nnstep.views.paint import MANY, fills
from nnstep.views.plots import curve_view, scatter_view
from nnstep.views.regions import boundaries_view, boundary_view

ROWS = 20  # lines of a plot


def sketch(drawing: Drawing, *, width: int, ascii: bool = False, palette: int = 0) -> Text:
    """A drawing as lines of text.

    Args:
        drawing: what is to be seen.
        width: no line is wider; at least 40.
        ascii: nothing but ASCII characters.
        palette: how many colours can be shown.
    """
    match drawing:
        case Curves(series, x, log):
            return curve_view(series, width=width, height=ROWS, log=log, x=x, ascii=ascii)
        case Points(title, points, labels):
            return scatter_view(
                points, labels, width=width, height=ROWS, title=title, ascii=ascii
            )
        case Regions(title, classes, extent, points, labels, answers):
            return boundary_view(
                classes, extent, points, labels, answers, width=width, height=ROWS, title=title,
                ascii=ascii, colour=_can_be_told([classes], palette),
            )
        case Maps(title, panels):
            return boundaries_view(
                panels, width=width, title=title, ascii=ascii,
                colour=_can_be_told([each.grid for each in panels], palette),
            )
        case Spread(name, values):
            return histogram_view(values, name, width=width, ascii=ascii)
        case Heat(name, matrix):
            return heat_view(matrix, name, width=width, ascii=ascii, colour=palette >= MANY)
        case Activation(kind, values, values_name):
            return activation_view(
                kind, values, width=width, values_name=values_name, ascii=ascii
            )
        case Net(title, layers, weights, lines):
            return net_view(layers, weights, width=width, title=title, lines=lines, ascii=ascii)


def _can_be_told(grids: Iterable[Any], palette: int) -> bool:
    """Whether the regions of some maps can be told by their colours, of so many."""
    most = max((np.max(each, initial=0, where=each >= 0) for each in grids if each is not None),
               default=0)  # fmt: skip
    return bool(most < fills(palette))
