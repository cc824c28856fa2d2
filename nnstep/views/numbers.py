"""Numbers as text: correctly rounded, never cut, one notation for cells that belong together.

Not the layout of tables: a column of cells goes in, a list of strings comes out.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nnstep.insight.arrays import short_text
from nnstep.views.text import clean, crop

Array = NDArray[Any]

# Significant digits of a cell: as many of these as the width allows.
DIGITS = (6, 5, 4)
# Text in a cell; wide enough for every float and date, narrow enough for 40 columns.
CELL_WIDTH = 30
_FIXED = range(-3, 6)
_ALIKE = 2
_WHOLE = 1e7
_COMPLEX = (complex, np.complexfloating)


class Notation(NamedTuple):
    """How the floats of one column are written.

    Attributes:
        decimals: digits behind the point.
        scientific: as `1.23e-05`.
    """

    decimals: int
    scientific: bool


def columns_of(block: Array, digits: int, ascii: bool = False) -> list[list[str]]:
    """The cells of a small 2-d array as text, column by column.

    Args:
        block: the cells, shape (rows, columns). All are formatted: pass only what is shown.
        digits: significant digits of the largest float of a column.
        ascii: write other characters in strings as escapes.
    """
    if block.dtype.kind not in "fc":
        return [[_cell(value, ascii) for value in column] for column in _values(block)]
    columns = _values(block)
    parts = [_parts(column) for column in columns]
    notations = _notations(parts, digits, shared=block.shape[0] == 1)
    return [
        [_float(value, notation) for value in column]
        for column, notation in zip(columns, notations, strict=True)
    ]


def number(value: Any, digits: int = 4) -> str:
    """One number by itself, such as a mean: whole ones exact, else so many significant digits."""
    if isinstance(value, _COMPLEX):
        imag = number(value.imag, digits)
        return f"{number(value.real, digits)}{'' if imag[0] == '-' else '+'}{imag}j"
    if isinstance(value, np.longdouble):
        return _longdouble(value, digits)
    if not isinstance(value, float):
        return str(value)
    if value.is_integer() and abs(value) < _WHOLE:
        return str(int(value))
    return f"{value:.{digits}g}"


def _longdouble(value: Any, digits: int) -> str:
    # format() would squeeze it through a double and make 1e4000 infinite.
    if np.isfinite(value) and value and not 1e-300 < abs(value) < 1e300:
        return _scientific(value, digits - 1)
    return number(float(value), digits)


def _values(block: Array) -> list[list[Any]]:
    """The elements by column; as Python numbers where that loses nothing."""
    if block.dtype.kind in "biu" or block.dtype.char in "dD":
        columns: list[list[Any]] = block.T.tolist()
        return columns
    return [list(column) for column in block.T]


def _cell(value: Any, ascii: bool) -> str:
    """A cell that isn't a float: ints whole, text cropped visibly."""
    if isinstance(value, (bool, int, np.bool_, np.integer)):
        text = short_text(value)
        return text if len(text) <= CELL_WIDTH else f"int of {int(value).bit_length()} bits"
    if isinstance(value, (complex, float, np.inexact)):
        text = short_text(value)
        return text if len(text) <= CELL_WIDTH else number(value)
    if isinstance(value, (np.datetime64, np.timedelta64)):
        return str(value)
    if isinstance(value, np.void):
        text = _struct(value)
    else:
        text = short_text(value)
    return crop(clean(text, ascii), CELL_WIDTH)


def _struct(value: np.void) -> str:
    names = value.dtype.names
    if not names:
        return short_text(value)
    return f"({', '.join(short_text(value[name]) for name in names)})"


def _parts(column: Sequence[Any]) -> list[Any]:
    """The finite real numbers that a column is made of, complex ones taken apart."""
    parts: list[Any] = []
    for value in column:
        both = (value.real, value.imag) if isinstance(value, _COMPLEX) else (value,)
        parts.extend(part for part in both if np.isfinite(part))
    return parts


def _notations(parts: list[list[Any]], digits: int, shared: bool) -> list[Notation]:
    """One notation for the whole table when its columns are of about one size, else each its own.

    Args:
        parts: the finite numbers of each column.
        digits: significant digits of the largest.
        shared: one for the whole table in any case.
    """
    sizes = [size for column in parts if (size := _exponent(column)) is not None]
    if shared or not sizes or max(sizes) - min(sizes) <= _ALIKE:
        every = [part for column in parts for part in column]
        return [_notation(every, digits)] * len(parts)
    return [_notation(column, digits) for column in parts]


def _exponent(parts: Sequence[Any]) -> int | None:
    """The decimal exponent of the largest number, None when all are zero."""
    largest = max(map(abs, parts), default=0)
    if not largest:
        return None
    text = np.format_float_scientific(largest)
    return int(text.partition("e")[2])


def _notation(parts: Sequence[Any], digits: int) -> Notation:
    """The notation for some finite numbers: no more decimals than it takes to be exact."""
    size = _exponent(parts)
    if size is None:
        return Notation(1, False)
    if size in _FIXED:
        decimals = digits - 1 - size if size < 0 else max(1, min(digits, digits + 1 - size))
        least = 1
    else:
        decimals, least = digits - 1, 0
    scientific = size not in _FIXED
    needed = least
    for part in parts:
        needed = max(needed, _decimals(part, scientific))
        if needed >= decimals:
            break
    return Notation(min(needed, decimals), scientific)


def _decimals(value: Any, scientific: bool) -> int:
    """How many decimals it takes to tell a number from its neighbours."""
    write = np.format_float_scientific if scientific else np.format_float_positional
    return len(write(value).partition("e")[0].partition(".")[2])


def _float(value: Any, notation: Notation) -> str:
    if not isinstance(value, _COMPLEX):
        return _real(value, notation)
    imag = _real(value.imag, notation)
    return f"{_real(value.real, notation)}{'' if imag[0] == '-' else '+'}{imag}j"


def _real(value: Any, notation: Notation) -> str:
    if not np.isfinite(value):
        return "NaN" if np.isnan(value) else "Inf" if value > 0 else "-Inf"
    if notation.scientific:
        return _scientific(value, notation.decimals) if value else "0"
    text = _fixed(value, notation.decimals)
    if any(digit in text for digit in "123456789"):
        return text
    # 0.0000 is said of zeros only: what merely rounds to it is written out.
    return _scientific(value, 1) if value else text.lstrip("-")


def _fixed(value: Any, decimals: int) -> str:
    if isinstance(value, np.longdouble):
        return np.format_float_positional(value, decimals, unique=False, trim="k")
    return f"{float(value):.{decimals}f}"


def _scientific(value: Any, decimals: int) -> str:
    if isinstance(value, np.longdouble):
        return np.format_float_scientific(value, decimals, unique=False, trim="k")
    return f"{float(value):.{decimals}e}"
