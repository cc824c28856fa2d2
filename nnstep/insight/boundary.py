"""What a network predicts all over the plane, by executing its own forward pass on a grid.

The points, their labels and the prediction are found on the tape by how the values flow: the
prediction is the first value made of the points alone that is brought together with the labels.
How it is drawn isn't known here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nnstep.engine.ops import CALL
from nnstep.insight.memoryviews import owner_of, view_into
from nnstep.insight.replay import Program, Unrepeatable, as_inputs
from nnstep.insight.tape import CONTAINERS, Entry, Tape, Values, is_number

Floats = NDArray[np.float64]

_LEAST = 4  # points
_OF_COSTS = ("log", "log2", "log1p", "abs", "absolute", "clip", "maximum", "minimum")
_MARGIN = 0.1  # of the range of the points, around them


class Data(NamedTuple):
    """Points of the plane that a step works on.

    Attributes:
        name: what the script calls them.
        raw: the script's own object, of the shape (n, 2) or (2, n).
        points: (n, 2).
        labels: (n,), the class of each, counted from 0; None where there are none.
    """

    name: str
    raw: Any
    points: Floats
    labels: NDArray[np.intp] | None


class Boundary(NamedTuple):
    """A prediction over the plane.

    Attributes:
        data: the points.
        name: the value that is drawn.
        line: where it is made.
        extent: the least and the greatest x, then y.
        values: (rows, columns) or (rows, columns, k), the top row first: the prediction.
        classes: (rows, columns), the class that it means, counted from 0; -1 where it is NaN.
        answers: (n,), the same at the points themselves.
    """

    data: Data
    name: str
    line: int
    extent: tuple[float, float, float, float]
    values: Floats
    classes: NDArray[np.intp]
    answers: NDArray[np.intp]


def data_of(tape: Tape) -> tuple[Data, set[int]] | None:
    """The points of a step, and the numbers of what may be their labels; None without any."""
    found: list[tuple[int, Any]] = []
    for each in tape.entries:
        for value in (*each.operands, each.result):
            if isinstance(value, np.ndarray) and _count(value) >= _LEAST and _is_given(tape, value):
                found.append((_count(value), value))
    if not found:
        return None
    count, raw = max(found, key=lambda each: each[0])
    points = tape.value(raw, 0) if raw.shape[1] == 2 else tape.value(raw, 0).T
    labels = {
        number for number, owner in enumerate(tape.owners)
        if tape.is_leaf(number) and number != tape.number(raw) and counts(owner, count)
    }
    name = tape.name(tape.number(raw) or 0) or "the points"
    classes = next((c for n in sorted(labels) if (c := _classes(tape.owners[n])) is not None), None)
    return Data(name, raw, np.array(points, dtype=np.float64), classes), labels


def data_among(values: Mapping[str, Any]) -> Data | None:
    """The points among the variables of a script, where nothing was computed with them yet.

    Args:
        values: the variables.
    """
    found = {name: each for name, each in values.items()
             if type(each) is np.ndarray and _count(each) >= _LEAST}  # fmt: skip
    if not found:
        return None
    name, raw = max(found.items(), key=lambda each: _count(each[1]))
    points = np.array(raw if raw.shape[1] == 2 else raw.T, dtype=np.float64)
    return Data(name, raw, points, labels_among(values, len(points)))


def labels_among(values: Mapping[str, Any], count: int) -> NDArray[np.intp] | None:
    """The classes of so many points by the first variable that may hold them; None without any."""
    arrays = (each for each in values.values() if type(each) is np.ndarray)
    found = (_classes(each) for each in arrays if counts(each, count) and each.dtype.kind in "iub")
    return next((each for each in found if each is not None and 1 < len(set(each.tolist()))), None)


def _count(value: Any) -> int:
    """How many points an array holds; 0 when it is no array of points."""
    if value.ndim != 2 or value.dtype.kind != "f" or 2 not in value.shape:
        return 0
    return int(value.shape[0] if value.shape[1] == 2 else value.shape[1])


def counts(owner: Any, count: int) -> bool:
    """Whether a value may have something for each of so many samples."""
    return isinstance(owner, np.ndarray) and count in owner.shape and owner.ndim <= 2


def _is_given(tape: Tape, value: Any) -> bool:
    number = tape.number(value)
    return number is not None and tape.is_leaf(number) and number not in tape.changed_at


def _classes(labels: Any) -> NDArray[np.intp] | None:
    """The classes that labels mean, counted from 0: numbers, or one column a class."""
    table = np.asarray(labels)
    if table.ndim == 2 and 1 not in table.shape:
        if not (np.isin(table, (0, 1)).all() and (table.sum(axis=1) == 1).all()):
            return None
        found: NDArray[np.intp] = np.argmax(table, axis=1)
        return found
    flat = table.reshape(-1)
    kinds = np.unique(flat)
    if len(kinds) > 20 or (flat != np.round(flat)).any():
        return None
    return np.searchsorted(kinds, flat)


def boundary(
    tape: Tape, rows: int, columns: int, now: Mapping[int, Any] | None = None
) -> Boundary | None:
    """The prediction of a step over the plane.

    Args:
        tape: an epoch, or as much of it as has run.
        rows: of the grid.
        columns: of the grid.
        now: values to predict with, by number, as `moved` gives them; where there are none,
            those that the step itself has predicted with.

    Returns:
        None where there are no points, or nothing that is predicted of them.
    """
    known = data_of(tape)
    if known is None:
        return None
    data, labels = known
    number = tape.number(data.raw)
    assert number is not None
    found = prediction(tape.entries, tape, number, labels)
    if found is None:
        return None
    maker, raw, _ = found
    made = tape.number(raw)
    assert made is not None
    needed, sources = tape.sources(made, maker.at + 1)
    others = {each: value for each, value in (now or {}).items()
              if each in sources and each != number}  # fmt: skip
    try:
        program = Program(tape, [number, *others], reversed(needed))
        extent = _extent(data.points)
        places = np.concatenate([data.points, _grid(extent, rows, columns)])
        outputs = _over(program, tape, data, raw, places, others)
    except Unrepeatable:
        return None
    outputs = outputs[:, 0] if outputs.shape[1] == 1 else outputs
    at_points, outputs = outputs[None, : len(data.points)], outputs[len(data.points) :]
    values = outputs.reshape(rows, columns, *outputs.shape[1:])
    own = tape.value(raw, maker.at + 1)
    name = tape.name(made)
    # A function may have made it; where it gets its name is where the script has it.
    bound = (each.line for each in tape.entries if each.at >= maker.at and name in each.names)
    return Boundary(
        data, name or maker.text, next(bound, maker.line), extent, values,
        predicted_classes(values, own), predicted_classes(at_points, own)[0],
    )


def moved(tape: Tape, start: Mapping[str, Any], finish: Mapping[str, Any]) -> Values:
    """What the values that a step began with have become by its end, such as its parameters.

    Args:
        tape: the step.
        start: the numbers by the texts that led to them when it began.
        finish: the same when it was over.

    Returns:
        By the number of a value, what stands in its place: the same array, changed, or another
        one of its shape that was made of it.
    """
    found = {each: tape.owners[each] for each in tape.changed_at if tape.is_leaf(each)}
    for text, old in start.items():
        number, new = tape.number(old), finish.get(text)
        if number is None or not _comes_of(tape, new, number, old):
            continue
        # Of several texts for a value, the one counts by which the step has read it.
        if number in found and text not in tape.names.get(number, ()):
            continue
        found[number] = new
        if isinstance(old, np.ndarray):
            found[number] = as_inputs(tape.content(number, 0))
            view_into(old)(found[number])[...] = new
    return found


def _comes_of(tape: Tape, new: Any, number: int, old: Any) -> bool:
    """Whether a value has taken an old one's place, and was made of it."""
    if not is_number(new) or owner_of(new) is owner_of(old) or np.shape(new) != np.shape(old):
        return False
    made = tape.number(new)
    return made is not None and not tape.is_leaf(made) and number in tape.sources(made)[1]


def prediction(
    entries: Iterable[Entry], tape: Tape, number: int, labels: set[int]
) -> tuple[Entry, Any, Entry] | None:
    """What is made of the points alone, and first brought together with the labels.

    Args:
        entries: the forward pass, and what follows.
        tape: where they are.
        number: of the points.
        labels: the numbers of what may be their labels.

    Returns:
        The entry that makes it, the script's own object, and the entry where it meets the labels;
        None where nothing does.
    """
    own: dict[int, tuple[Entry, Any]] = {}
    of_points, of_labels = {number}, set(labels)
    for each in entries:
        reads = set(each.reads)
        meets = reads & of_labels
        if each.alias and isinstance(each.result, CONTAINERS):
            continue  # as in `Xb, yb = X[rows], y[rows]`
        if meets and reads & own.keys():
            return *own[_before_log(own, max(reads & own.keys()))], each
        if each.alias:
            continue
        if meets:
            of_labels.update(each.makes, each.changes)
        elif reads & of_points:
            of_points.update(each.makes, each.changes)
            for made in each.makes:
                if isinstance(tape.owners[made], np.ndarray):
                    own[made] = each, tape.owners[made]
    return None


def _before_log(own: dict[int, tuple[Entry, Any]], number: int) -> int:
    """The output itself, where only its logarithm, say, meets the labels."""
    for _ in range(4):
        maker = own[number][0]
        first = maker.operands[0] if maker.op.kind == CALL and maker.operands else None
        inner = [each for each in maker.reads if each in own]
        if getattr(first, "__name__", "") not in _OF_COSTS or len(inner) != 1:
            return number
        number = inner[0]
    return number


def predicted_classes(values: Any, own: Any) -> NDArray[np.intp]:
    """The classes that outputs mean.

    Args:
        values: outputs, the classes of several in the last axis.
        own: the outputs for the data, by which one number alone is understood: a share of one
            means a class above a half, any other number above zero.

    Returns:
        -1 where an output is NaN, which means none.
    """
    if np.ndim(values) == 3:
        lost = np.isnan(values).any(axis=2)
        return np.where(lost, -1, np.argmax(values, axis=2)).astype(np.intp)
    shares = bool((np.asarray(own) >= 0).all() and (np.asarray(own) <= 1).all())
    above = np.asarray(values) > (0.5 if shares else 0.0)
    return np.where(np.isnan(values), -1, above).astype(np.intp)


def _extent(points: Floats) -> tuple[float, float, float, float]:
    low, high = points.min(axis=0), points.max(axis=0)
    room = np.where(high > low, high - low, 1.0) * _MARGIN
    return (
        float(low[0] - room[0]), float(high[0] + room[0]),
        float(low[1] - room[1]), float(high[1] + room[1]),
    )


def _grid(extent: tuple[float, float, float, float], rows: int, columns: int) -> Floats:
    """The middles of the cells, (rows * columns, 2), the top row first."""
    left, right, low, high = extent
    xs = left + (np.arange(columns) + 0.5) / columns * (right - left)
    ys = high - (np.arange(rows) + 0.5) / rows * (high - low)
    return np.stack([np.tile(xs, rows), np.repeat(ys, columns)], axis=1)


def _over(
    program: Program, tape: Tape, data: Data, raw: Any, points: Floats, others: Values
) -> Floats:
    """What a value is for many points, (n, k): as many at a time as the script has, if it can be.

    Raises:
        Unrepeatable: it isn't computed row by row.
    """
    count = len(data.points)
    given, made = tape.number(data.raw), tape.number(raw)
    assert given is not None and made is not None

    def predict(batch: Floats) -> Floats:
        content = as_inputs(tape.content(given, 0))
        view_into(data.raw)(content)[...] = batch if data.raw.shape[1] == 2 else batch.T
        values = program.run({given: content, **{n: as_inputs(v) for n, v in others.items()}})
        output = np.asarray(view_into(raw)(values[made]), dtype=np.float64)
        is_turned = output.shape[0] != count and (count, 2) != data.raw.shape
        is_turned |= output.shape[0] != count == output.shape[-1]
        output = output.T if is_turned else output
        return np.array(output.reshape(len(output), -1))

    own = predict(data.points)
    if len(own) == count and _same(own, predict(data.points[::-1])[::-1]):
        return np.concatenate([predict(batch)[:size] for batch, size in _batches(points, count)])
    # It is of some of them, or in another order: where all are the same, any row will do.
    alone = (predict(np.tile(each, (count, 1)))[0] for each in data.points)
    if not any(_same(each, own[0]) for each in alone):
        raise Unrepeatable("a row of it depends on other points as well")
    return np.stack([predict(np.tile(each, (count, 1)))[0] for each in points])


def _same(one: Floats, other: Floats) -> bool:
    return bool(np.allclose(one, other, rtol=1e-9, atol=1e-12, equal_nan=True))


def _batches(points: Floats, count: int) -> Iterator[tuple[Floats, int]]:
    """The points in batches of a size, the last filled up; and how many of each are meant."""
    for at in range(0, len(points), count):
        part = points[at : at + count]
        filled = np.concatenate([part, np.repeat(part[-1:], count - len(part), axis=0)])
        yield filled, len(part)
