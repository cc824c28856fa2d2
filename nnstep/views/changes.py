"""What a motion changed besides the op that is shown: what came back, what a watch has seen.

Not the stop itself (stop.py), and not how the changes were found.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

import numpy as np
from rich.cells import cell_len
from rich.text import Text

from nnstep.engine.watches import UNBOUND
from nnstep.insight.arrays import changed, is_array, short_text
from nnstep.views.numbers import number
from nnstep.views.tables import value_view
from nnstep.views.text import CHANGED, DIM, crop, plain, stack, styled, wrap

Names = Sequence[tuple[str, Any]]
"""Labels with their values."""

_LETTERS = 30


def restored_view(
    again: Sequence[Names], not_yet: Sequence[str], *, width: int, ascii: bool = False
) -> Text | None:
    """Which variables have other values after going back, in at most two lines.

    Args:
        again: those that changed; what lies in the same memory stands together.
        not_yet: those that have no value any more.
        width: no line is wider; at least 40.
        ascii: nothing but ASCII characters.

    Returns:
        None when nothing changed.
    """
    lines = []
    if again:
        lines.append(elided("restored: ", [_group(each, ascii) for each in again], width))
    if not_yet:
        lines.append(elided("not yet: ", [plain(each, ascii) for each in not_yet], width))
    return stack(styled(line, DIM) for line in lines) if lines else None


def elided(label: str, pieces: Sequence[str], width: int) -> str:
    """A list in one line: `label: a, b, ... 9 more ..., y, z`; its middle is what is left out."""
    whole = label + ", ".join(pieces)
    if cell_len(whole) <= width:
        return whole
    for kept in range(len(pieces) - 1, 0, -1):
        last = kept // 2
        more = f"... {len(pieces) - kept} more{' ...' if last else ''}"
        shown = [*pieces[: kept - last], more, *(pieces[-last:] if last else ())]
        line = label + ", ".join(shown)
        if cell_len(line) <= width:
            return line
    return crop(whole, width)


def _group(names: Names, ascii: bool) -> str:
    """Names of the same memory: `delta3 = probs (200, 2)`; parts of it behind `with`."""
    if not is_array(names[0][1]):
        return _plain_value(*names[0], ascii)
    alike = [
        (" = ".join(plain(label, ascii) for label, _ in each), layout[1])
        for layout, each in groupby(sorted(names, key=_layout_first(names)), key=_layout)
    ]
    return " with ".join(f"{labels} {shape}" for labels, shape in alike)


def _layout(name: tuple[str, Any]) -> tuple[Any, ...]:
    """Arrays of one layout are one array under several names."""
    data = np.asarray(name[1])
    return data.__array_interface__["data"], data.shape, data.strides, data.dtype.str


def _layout_first(names: Names) -> Any:
    """Sorts arrays of one layout together, in the order in which they come."""
    order = list(dict.fromkeys(_layout(each) for each in names))
    return lambda name: order.index(_layout(name))


def _plain_value(label: str, value: Any, ascii: bool) -> str:
    label = plain(label, ascii)
    if isinstance(value, (list, tuple, dict, set, frozenset)):
        return f"{label} {type(value).__name__} of {len(value)}"
    text = number(value) if isinstance(value, (float, complex)) else short_text(value)
    return f"{label} = {crop(plain(text, ascii), _LETTERS)}"


def change_view(
    name: str, before: Any, after: Any, *, width: int, shown: bool = False, ascii: bool = False
) -> Text:
    """What happened to a value that is watched: `lr: 0.5 -> 0.05`, or the cells that changed.

    Args:
        name: what is watched.
        before: its value before the op, `UNBOUND` when it had none; so for `after`.
        after: its value now.
        width: no line is wider; at least 40.
        shown: whether the value, with its changed cells, stands on the screen already.
        ascii: nothing but ASCII characters.
    """
    label = plain(name, ascii)
    mask = changed(before, after)
    if mask is None or not is_array(after):
        words = f"{label}: {_state(before, ascii)} -> {_state(after, ascii)}"
        lines = [styled(line, CHANGED) for line in wrap(words, width, indent="  ")]
        shown = shown or not is_array(after)
    else:
        words = f"{label}: {int(mask.sum())} of {mask.size} values changed"
        lines = [styled(crop(words + _largest(before, after), width), CHANGED)]
    if not shown:
        lines.append(value_view(after, name=name, width=width, changed=mask, ascii=ascii))
    return stack(lines)


def _state(value: Any, ascii: bool) -> str:
    return "no value" if value is UNBOUND else plain(short_text(value), ascii)


def _largest(before: Any, after: Any) -> str:
    """By how much at most, where the values are numbers."""
    old, new = np.asarray(before), np.asarray(after)
    if new.dtype.kind not in "iufc" or not new.size:
        return ""
    with np.errstate(all="ignore"):
        wide = np.result_type(new.dtype, np.float64)
        moved = np.abs(new.astype(wide) - old.astype(wide))
    moved = moved[np.isfinite(moved)]
    return f", by at most {number(float(moved.max()))}" if moved.size else ""
