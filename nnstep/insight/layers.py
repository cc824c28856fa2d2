"""What the units of a net are for one sample, and what gradients the script computes for them.

Where these values are made is told by a whole training step: the products with the matrices that
it updates, the prediction, the products of a layer's inputs with a gradient that lead to an
update. The values themselves are read off a tape of what has run, at the same ops of the last step
that has got that far. Whether the gradients are right isn't asked here, and nothing is drawn.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nnstep.engine.events import Operand
from nnstep.engine.moments import Path
from nnstep.insight.boundary import counts, prediction
from nnstep.insight.dataflow import arrays_read, is_place
from nnstep.insight.operators import sides
from nnstep.insight.parts import Part, read
from nnstep.insight.readings import Step
from nnstep.insight.samples import check_row
from nnstep.insight.tape import Entry, Tape
from nnstep.insight.updates import Update

Array = NDArray[Any]


class Matrix(NamedTuple):
    """A matrix that a training step updates.

    Attributes:
        name: how the script calls it.
        turned: whether its columns are the units before it, as in `W @ x`, samples in columns.
    """

    name: str
    turned: bool


class Layer(NamedTuple):
    """One layer, for one sample.

    Attributes:
        name: what the script calls the values; empty where there are none.
        values: of each unit, shape (n,), or None.
    """

    name: str
    values: Array | None


class Between(NamedTuple):
    """What is drawn between a layer and the next.

    Attributes:
        name: what the script calls it.
        shape: as it has it there.
        values: shape (n, m), n units before and m behind.
    """

    name: str
    shape: tuple[int, ...]
    values: Array


@dataclass(frozen=True, slots=True)
class Layers:
    """A net with the values of one sample.

    Attributes:
        row: which sample.
        count: how many there are.
        in_columns: whether the samples are columns.
        epoch: in which the values were made.
        iterations: of the loops within it, such as one over batches.
        layers: from the inputs to the outputs.
        between: one fewer: the weights that made them, or the gradients of these.
        rising: the gradients that the script adds to its weights, so that they aren't those of a
            cost that falls, but the negative of these.
    """

    row: int
    count: int
    in_columns: bool
    epoch: int
    iterations: tuple[int, ...]
    layers: tuple[Layer, ...]
    between: tuple[Between, ...]
    rising: tuple[str, ...] = ()


class _Product(NamedTuple):
    """A matrix product."""

    entry: Entry
    parts: tuple[Part, Part]

    def side_of(self, tape: Tape, number: int) -> int | None:
        """On which side, 0 or 1, a matrix stands; None for neither."""
        for at, part in enumerate(self.parts):
            if tape.number(part.value) == number and np.ndim(part.value) == 2:
                return at
        return None


class _Read(NamedTuple):
    """Where a value is read.

    Attributes:
        name: what the script calls it.
        path: when the op runs.
        side: 0 or 1 for a side of the product that it computes, None for what comes out of it.
        turned: whether to turn it, so that its rows are samples, or the units before.
    """

    name: str
    path: Path
    side: int | None
    turned: bool

    def of(self, tape: Tape, entry: Entry) -> tuple[tuple[int, ...], Any]:
        """The shape that it has, and the value as it is meant."""
        if self.side is None:
            value = np.asarray(tape.outcome(entry))
        else:
            made = _product(entry)
            assert made is not None
            value = np.asarray(tape.value(made.parts[self.side].value, entry.at))
        return value.shape, np.array(value.T if self.turned else value)


class _Link(NamedTuple):
    """A matrix of weights, and the product that uses it.

    Attributes:
        update: of the matrix.
        product: with the values of the layer before.
        side: on which the matrix stands.
    """

    update: Update
    product: _Product
    side: int

    @property
    def inputs_read(self) -> _Read:
        """The values of the layer before."""
        name = self.product.parts[1 - self.side].text.removesuffix(".T")
        return _Read(name, self.product.entry.path, 1 - self.side, self.side == 0)

    @property
    def weights_read(self) -> _Read:
        """The matrix as it was then."""
        return _Read(self.update.name, self.product.entry.path, self.side, self.side == 0)

    @property
    def inputs(self) -> Any:
        """The values of the layer before, the script's own object."""
        return self.product.parts[1 - self.side].value

    @property
    def samples(self) -> int:
        """How many samples there are."""
        shape = np.shape(self.inputs)
        return 1 if len(shape) < 2 else int(shape[-1] if self.side == 0 else shape[0])

    @property
    def shape(self) -> tuple[int, int]:
        """How many units there are before it, and behind."""
        one, other = np.shape(self.product.parts[self.side].value)
        return (other, one) if self.side == 0 else (one, other)

    @property
    def turned(self) -> bool:
        """Whether the script's own object has the units before it as its columns."""
        used, own = self.product.parts[self.side].value, self.update.raw
        as_it_is = (used.shape, used.strides) == (own.shape, own.strides)
        return as_it_is == (self.side == 0)


@dataclass(frozen=True, slots=True)
class Plan:
    """Where in a training step the values of a net are made.

    Attributes:
        began: the path of such a step, up to the iteration that it is.
        epoch: the place of the epoch in it.
        units: of each layer.
        weights: between each and the next.
        deltas: the gradients for the units behind each matrix; None where none was found.
        slopes: the gradients of the matrices, as well.
        rising: those that are added.
    """

    began: Path
    epoch: int
    units: tuple[_Read, ...]
    weights: tuple[_Read, ...]
    deltas: tuple[_Read | None, ...]
    slopes: tuple[_Read | None, ...]
    rising: tuple[str, ...]

    def missing(self) -> list[str]:
        """The matrices for which no gradient was found."""
        found = zip(self.weights, self.deltas, self.slopes, strict=True)
        return [weight.name for weight, delta, slope in found if delta is None or slope is None]


# A training step.


def matrices(step: Step) -> list[Matrix]:
    """The matrices that the data goes through; where no products with them are found, all."""
    finder = _Finder(step)
    found = [Matrix(each.update.name, each.turned) for each in finder.chain()]
    return found or [Matrix(each.name, False) for each in finder.tables]


def plan(step: Step, epoch: int) -> Plan | None:
    """Where the values are made.

    Args:
        step: a whole training step.
        epoch: the place of the epoch in the paths of its entries.

    Returns:
        None where no product with a matrix that it updates was found.
    """
    finder = _Finder(step)
    links = list(finder.chain())
    if not links:
        return None
    units = [*(each.inputs_read for each in links), finder.output(links)]
    weights = [each.weights_read for each in links]
    deltas, slopes = zip(*(finder.gradients(each) for each in links), strict=True)
    paths = {each.path for each in (*units, *weights, *deltas, *slopes) if each is not None}
    entries = [each for each in step.script if each.path in paths]
    rising = [
        slope.name for link, slope in zip(links, slopes, strict=True)
        if slope is not None and any(part.factor > 0 for part in link.update.steps)
    ]
    return Plan(
        _beginning(entries, epoch), epoch, tuple(units), tuple(weights), deltas, slopes,
        tuple(rising),
    )


def _beginning(entries: Sequence[Entry], epoch: int) -> Path:
    """The path of a step up to its iteration: that of the epoch, or of a loop over batches."""
    around = [each.outer[epoch + 1 : -1] for each in entries]
    loops = [zip(each[::2], each[1::2], strict=True) for each in around]
    common = takewhile(lambda pairs: len(set(pairs)) == 1, zip(*loops, strict=False))
    return (*entries[0].path[: epoch + 1], *(each for pairs in common for each in pairs[0]))


class _Finder:
    """Finds in a training step what makes a net.

    Attributes:
        tables: the updates of matrices, in the order of their use.
    """

    def __init__(self, step: Step) -> None:
        self._step = step
        self._tape = step.tape
        self._parameters = {each.number for each in step.updates}
        found = [each for each in step.updates if np.ndim(each.old) == 2]
        self.tables = sorted(found, key=lambda each: each.first_read)
        leads = {
            each.at
            for update in self.tables
            for number in update.entry.reads
            for each in step.tape.sources(number, update.entry.at)[0]
        }
        self._products = list(_products(each for each in step.script if each.at in leads))

    def links(self) -> list[_Link]:
        """For each matrix the first product with it that leads to an update."""
        found = []
        for update in self.tables:
            for each in self._products:
                side = each.side_of(self._tape, update.number)
                if side is not None:
                    found.append(_Link(update, each, side))
                    break
        return sorted(found, key=lambda each: each.product.entry.at)

    def chain(self) -> Iterator[_Link]:
        """Those whose inputs are made of what came out of the one before."""
        tape, last = self._tape, None
        for each in self.links():
            if last is not None:
                before = tape.sources(_number(tape, each.inputs), each.product.entry.at)[1]
                made = tape.number(last.product.entry.result)
                if made not in before or each.shape[0] != last.shape[1]:
                    continue
            yield each
            last = each

    def output(self, links: list[_Link]) -> _Read:
        """The prediction: what the last product becomes before it meets the labels."""
        tape, first, last = self._tape, links[0], links[-1]
        number, start = _number(tape, first.inputs), first.product.entry.at
        entries = [each for each in self._step.script if each.at >= start]
        labels = self._labels(entries, number, first.samples)
        found = prediction(entries, tape, number, labels)
        maker, size, text = last.product.entry, np.size(last.product.entry.result), ""
        if found is not None:
            _, raw, met = found
            text = next((name for name, each in arrays_read(met) if each is raw), "")
            # An accuracy, say, meets the labels as well: meant is what has a number for each unit.
            makers = tape.sources(_number(tape, raw), met.at)[0]
            fitting = (e for e in makers if e.at > maker.at and np.size(tape.outcome(e)) == size)
            maker = next(fitting, maker)
        name = maker.names[0] if maker.names else tape.name(_number(tape, tape.target(maker)))
        text = text if is_place(text) else maker.text
        return _Read(name or text, maker.path, None, last.side == 0)

    def _labels(self, entries: Iterable[Entry], inputs: int, samples: int) -> set[int]:
        """What was there before the forward pass and has something for each sample."""
        tape, entries = self._tape, list(entries)
        found = {
            _number(tape, value)
            for each in entries for _, value in arrays_read(each) if counts(value, samples)
        }
        found -= {inputs, *self._parameters}
        return {each for each in found if tape.maker.get(each, -1) < entries[0].at}

    def gradients(self, link: _Link) -> tuple[_Read | None, _Read | None]:
        """The gradients for the units behind a matrix, and of the matrix itself.

        A matrix's gradient is a product of the units before with the gradients for those behind.
        """
        meant = link.samples, link.shape[1]
        for each in self._products:
            entry, side = each.entry, self._side_of(each, link.inputs)
            if side is None or entry.at <= link.product.entry.at:
                continue
            part = each.parts[1 - side]
            # It sums over the samples: they are columns on the left, and rows on the right.
            shape = np.shape(part.value) if side == 0 else np.shape(part.value)[::-1]
            if shape == meant and _number(self._tape, part.value) not in self._parameters:
                delta = _Read(self._name_of(part, entry.at), entry.path, 1 - side, side == 1)
                return delta, self._slope(link, entry, side)
        return None, None

    def _side_of(self, product: _Product, inputs: Any) -> int | None:
        """On which side the inputs stand, or a multiple of them, as in `lr * X.T @ d`."""
        for at in (0, 1):
            value = product.parts[at].value
            if _same(value, inputs):
                return at
            maker = self._tape.maker.get(_number(self._tape, value))
            made = sides(self._tape.entries[maker]) if maker is not None else None
            if made is not None and made.operator in (ast.Mult, ast.Div):
                both = made.left, made.right
                if any(_same(e, inputs) for e in both) and any(np.ndim(e) == 0 for e in both):
                    return at
        return None

    def _slope(self, link: _Link, product: Entry, side: int) -> _Read:
        """The gradient of a matrix: what enters its update, or the product that it begins with."""
        update = link.update
        steps = update.steps
        if len(steps) == 1 and steps[0].number is not None and not update.optimised:
            writer = self._tape.last_writer(steps[0].number, steps[0].at)
            if writer is not None and np.shape(self._tape.outcome(writer)) == np.shape(update.old):
                return _Read(update.gradient_name, writer.path, None, link.turned)
        name = product.names[0] if product.names else product.text
        return _Read(name, product.path, None, side == 1)

    def _name_of(self, part: Part, before: int) -> str:
        """What the script calls a value, if only as another one that is the same to the bit."""
        if is_place(part.text):
            return part.text.removesuffix(".T")
        meant = self._tape.value(part.value, before)
        for each in self._step.script:
            made = self._tape.outcome(each) if each.names else None
            if isinstance(made, np.ndarray) and made.shape == meant.shape:
                if made.tobytes() == meant.tobytes():
                    return each.names[0]
        return part.text


def _products(entries: Iterable[Entry]) -> Iterator[_Product]:
    for each in entries:
        if isinstance(each.result, np.ndarray) and not each.alias:
            found = _product(each)
            if found is not None:
                yield found


def _product(entry: Entry) -> _Product | None:
    """What an entry multiplies, None when it is no product of two arrays."""
    operands = zip(entry.op.operands, entry.operands, strict=False)
    applied = read(entry.text, [Operand(text, value) for text, value in operands])
    if applied is None or not applied.is_product:
        return None
    left, right = applied.parts[:2]
    both = isinstance(left.value, np.ndarray) and isinstance(right.value, np.ndarray)
    return _Product(entry, (left, right)) if both else None


def _same(one: Any, other: Any) -> bool:
    """Whether two values are one array, or the one is the other transposed."""
    both = isinstance(one, np.ndarray) and isinstance(other, np.ndarray)
    return both and _place(one) in (_place(other), _place(other.T))


def _place(value: Any) -> tuple[Any, ...]:
    """Where the numbers of an array lie."""
    return value.__array_interface__["data"][0], value.shape, value.strides


def _number(tape: Tape, value: Any) -> int:
    number = tape.number(value)
    return -1 if number is None else number


# What has run.


def layers(tape: Tape, where: Plan, row: int, gradients: bool) -> Layers | None:
    """The values of one sample, in the last step on a tape that has got so far.

    Args:
        tape: what has run.
        where: the values are made.
        row: which sample.
        gradients: whether the gradients are meant, or the values of the forward pass.

    Returns:
        None where no step has got so far.

    Raises:
        ValueError: there is no such sample.
    """
    units, between = where.units, where.weights
    if gradients:
        units = tuple(each for each in where.deltas if each is not None)
        between = tuple(each for each in where.slopes if each is not None)
    by_path = {each.path: each for each in tape.entries}
    began = _last(by_path, where, [where.units[0], *units, *between])
    if began is None:
        return None

    def read_at(each: _Read) -> tuple[tuple[int, ...], Any]:
        return each.of(tape, by_path[(*began, *each.path[len(began) :])])

    inputs = read_at(where.units[0])[1]
    count = len(inputs) if inputs.ndim > 1 else 1
    check_row(row, count)
    found = [Layer(each.name, read_at(each)[1].reshape(count, -1)[row]) for each in units]
    return Layers(
        row, count, where.units[0].turned and inputs.ndim > 1, began[where.epoch],
        began[where.epoch + 2 :: 2], (*([Layer("", None)] if gradients else ()), *found),
        tuple(Between(each.name, *read_at(each)) for each in between),
        where.rising if gradients else (),
    )


def _last(by_path: Mapping[Path, Entry], where: Plan, meant: Sequence[_Read]) -> Path | None:
    """How the last step begins that has got to all that is meant."""
    began, at = where.began, where.epoch
    size = len(began)
    tried = set()
    for path in reversed([*by_path]):
        start = path[:size]
        if start in tried or len(path) <= size:
            continue
        tried.add(start)
        same = start[:at] == began[:at] and start[at + 1 :: 2] == began[at + 1 :: 2]
        if same and all((*start, *each.path[size:]) in by_path for each in meant):
            return start
    return None
