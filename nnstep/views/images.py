"""A picture of many colours in half blocks, two pixels in a cell. Not what is on it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from rich.text import Text

from nnstep.views.paint import runs
from nnstep.views.text import stack

_HIGHEST = 48  # pixels: 24 lines
_ASIDE = 0.7  # how much of a small pixel is what differs from its surroundings the most


def image_view(pixels: NDArray[np.uint8], *, width: int, highest: int = _HIGHEST) -> Text:
    """A picture, made small enough, its proportions kept.

    Args:
        pixels: red, green and blue from 0 to 255, shape (height, width, 3).
        width: no line is wider.
        highest: so many small pixels are one above the other at most; half of it are lines.

    Raises:
        ValueError: the pixels have another shape, or there are none.
    """
    if pixels.ndim != 3 or pixels.shape[2] != 3 or not pixels.size:
        raise ValueError(f"a picture needs the shape (height, width, 3), not {pixels.shape}")
    high, wide = pixels.shape[:2]
    scale = min(width / wide, highest / high, 1.0)
    columns = max(round(wide * scale), 1)
    rows = max(round(high * scale / 2) * 2, 2)
    small = _smaller(pixels, min(rows, high), min(columns, wide))
    if len(small) % 2:
        small = np.concatenate([small, small[-1:]])
    pairs = zip(small[::2], small[1::2], strict=True)
    return stack([_line(above, below) for above, below in pairs])


def _smaller(pixels: NDArray[np.uint8], rows: int, columns: int) -> NDArray[np.int64]:
    """So many pixels, shape (rows, columns, 3): what differs from the rest counts for more.

    By the mean alone the thin lines of a figure would fade into what is behind them.
    """
    data = pixels.astype(np.float64)
    down, across = _edges(len(data), rows), _edges(data.shape[1], columns)
    mean = _each(np.add, data, down, across)
    counts = np.outer(np.diff([*down, len(data)]), np.diff([*across, data.shape[1]]))
    mean /= counts[..., None]
    low, high = _each(np.minimum, data, down, across), _each(np.maximum, data, down, across)
    extreme = np.where(mean - low > high - mean, low, high)
    return (mean + _ASIDE * (extreme - mean)).round().astype(np.int64)


def _edges(size: int, parts: int) -> NDArray[np.intp]:
    return (np.arange(parts) * size // parts).astype(np.intp)


def _each(
    function: np.ufunc, data: NDArray[np.float64], down: NDArray[np.intp], across: NDArray[np.intp]
) -> NDArray[np.float64]:
    found: NDArray[np.float64] = function.reduceat(function.reduceat(data, down, 0), across, 1)
    return found


def _line(above: NDArray[np.int64], below: NDArray[np.int64]) -> Text:
    cells = []
    for top, bottom in zip(above.tolist(), below.tolist(), strict=True):
        upper, lower = _colour(top), _colour(bottom)
        cells.append((" ", f"on {upper}") if top == bottom else ("▀", f"{upper} on {lower}"))
    return Text.assemble(*runs(cells))


def _colour(rgb: list[int]) -> str:
    return "#{:02x}{:02x}{:02x}".format(*rgb)
