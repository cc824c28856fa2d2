"""One sample on its way through a net: its values in every named array, in the order of time.

Read off a tape. Which axis is that of the samples is told by the shapes alone.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from nnstep.insight.dataflow import Flow, arrays_read
from nnstep.insight.tape import Entry

_BACKWARD = re.compile(
    r"(?:d[A-Z]\w*|d[a-z]{1,2}\d*|d\d?[A-Za-z]\d*|d\w+_d\w+|dcost\w*|dloss\w*|delta\w*|grad\w*|g_\w+"
    r"|\w*_(?:grad|delta|error)\d*)"
)
_ROWS = 200  # of the table


@dataclass(frozen=True, slots=True)
class Value:
    """What a sample was in one array.

    Attributes:
        name: of the array.
        line: where it was made, 0 for what was there before.
        values: the sample's part of it, as it was then.
        backward: whether it belongs to the backward pass, told by its name.
        same_as: under which name it was shown before, where it is the same array.
        changed: whether it was changed in place there.
    """

    name: str
    line: int
    values: Any
    backward: bool
    same_as: str = ""
    changed: bool = False


@dataclass(frozen=True, slots=True)
class Sample:
    """One sample on its way.

    Attributes:
        row: which one.
        count: how many there are.
        in_columns: whether the samples are columns.
        values: in the order of time.
        cut: whether there would be more of them.
    """

    row: int
    count: int
    in_columns: bool
    values: tuple[Value, ...]
    cut: bool = False


class _Met(NamedTuple):
    """An array under a name, at a moment."""

    name: str
    entry: Entry | None
    value: Any
    before: int


def sample(flow: Flow, row: int) -> Sample | None:
    """The values of one sample.

    Args:
        flow: the tape.
        row: which one.

    Returns:
        None where the tape holds no arrays with an axis for samples.

    Raises:
        ValueError: there is no such sample.
    """
    met = list(_met(flow))
    if not any(each.entry is not None for each in met):
        return None
    axis = _sample_axis(flow, met)
    if axis is None:
        return None
    count, last = axis
    check_row(row, count)
    values: list[Value] = []
    shown: dict[tuple[int | None, int], list[str]] = {}
    for each in met:
        # Of one memory, too, each batch is a part of its own.
        part = flow.tape.number(each.value), each.value.__array_interface__["data"][0]
        changed = each.entry is not None and bool(each.entry.changes)
        again = part[0] is not None and each.name in shown.get(part, ()) and not changed
        if _has(each.value, count, last) and not again:
            values.append(_value(flow, each, row, last, shown.setdefault(part, [])))
    return Sample(row, count, last, tuple(values[:_ROWS]), len(values) > _ROWS)


def check_row(row: int, count: int) -> None:
    """Refuse a sample that isn't there.

    Raises:
        ValueError: there are fewer.
    """
    if not 0 <= row < count:
        known = f"there are {count}, 0 to {count - 1}" if count > 1 else "there is one, sample 0"
        raise ValueError(f"there is no sample {row}: {known}")


def is_backward(name: str) -> bool:
    """Whether a name looks like that of a gradient."""
    found = re.split(r"[.\[\]'\"]+", name.strip("]'\""))
    return any(_BACKWARD.fullmatch(each) is not None for each in found if each)


def _met(flow: Flow) -> Iterator[_Met]:
    """The arrays that are named, in the order of time; what was there before at its first use."""
    before: set[str] = set()
    for entry in flow.tape.entries:
        for text, value in arrays_read(entry):
            number = flow.tape.number(value) if isinstance(value, np.ndarray) else None
            if number is None or not flow.tape.is_leaf(number) or not text:
                continue
            name = flow.label(value, text)
            if name not in before and not name.endswith(".T"):
                before.add(name)
                yield _Met(name, None, value, entry.at)
        yield from _bound(flow, entry)


def _bound(flow: Flow, entry: Entry) -> Iterator[_Met]:
    names, value = entry.names, entry.result
    for text, each in arrays_read(entry) if entry.changes else ():
        if flow.tape.number(each) == entry.changes[0] and text:
            yield _Met(text.removesuffix(".T"), entry, each, entry.at + 1)
            return
    if len(names) > 1 and isinstance(value, tuple) and len(value) == len(names):
        items = list(zip(names, value, strict=True))
    else:
        # What stores an attribute gives nothing itself.
        given = entry.operands[0] if value is None and entry.operands else value
        items = [(names[0], given)] if len(names) == 1 else []
    for name, each in items:
        if isinstance(each, np.ndarray):
            yield _Met(name, entry, each, entry.at + 1)


def _sample_axis(flow: Flow, met: list[_Met]) -> tuple[int, bool] | None:
    """How many samples there are, and whether they are columns: what most arrays have.

    Parameters, told by being bound or changed again, and what is of their shape don't count.
    """
    bound = {each.name for each in met if each.entry is not None}
    parameters = {
        each.value.shape for each in met if each.entry is None
        and (each.name in bound or flow.tape.number(each.value) in flow.tape.changed_at)
    }
    found: Counter[tuple[int, bool]] = Counter()
    seen = set()
    for each in met:
        shape = each.value.shape
        if not shape or each.name in seen or shape in parameters:
            continue
        seen.add(each.name)
        if shape[0] > 1:
            found[shape[0], False] += 1
        if len(shape) > 1 and shape[-1] > 1:
            found[shape[-1], True] += 1
    if not found:
        return None
    return max(found, key=lambda each: (found[each], each[0], not each[1]))


def _has(value: Any, count: int, last: bool) -> bool:
    if not value.ndim:
        return False
    return bool(value.shape[-1] == count if last else value.shape[0] == count)


def _value(flow: Flow, met: _Met, row: int, last: bool, names: list[str]) -> Value:
    held = flow.at(met.value, met.before)
    values = np.array(held[..., row] if last else held[row])
    changed = met.entry is not None and bool(met.entry.changes)
    same = names[0] if names and not changed else ""
    names.append(met.name)
    line = met.entry.line if met.entry is not None else 0
    return Value(met.name, line, values, is_backward(met.name), same, changed)
