"""A cost for scripts that name none: a scalar that they compute, or one made from their errors.

Nothing is assumed: each candidate is tried, and the one whose derivative the gradients are is it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np

from nnstep.insight.gradients import NothingToCheck, best
from nnstep.insight.readings import Run, Step, is_expression, record
from nnstep.insight.tape import TooLong
from nnstep.insight.verdicts import Verdict

_COST = re.compile(r"cost|loss|objective|energy|error|mse|nll|entropy|\bL\b|\bJ\b|\bE\b", re.I)
_ERROR = re.compile(r"err|diff|resid|delta|dcost_d|loss|miss", re.I)
_MOST = 16
_ENTROPY = "-np.log({p}[range(len({p})), {y}])"
_BINARY = "-({y} * np.log({p}) + (1 - {y}) * np.log(1 - {p}))"


def propose(run: Run, epoch: int) -> str:
    """The cost that a script's gradients go with.

    Raises:
        NothingToCheck: there are no gradients, or nothing that may be a cost.
    """
    try:
        step = record(run, epoch, [])
        if not step.updates:
            raise NothingToCheck("nothing is updated by a gradient of the script's own")
        texts = candidates(step)
        if not texts:
            raise NothingToCheck("no cost is known; `cost EXPR` sets it")
        step = record(run, epoch, texts)
    except TooLong:
        raise NothingToCheck("a training step of it has too many ops to be followed") from None
    ranked = []
    for at, text in enumerate(texts):
        try:
            judged = best(step, text)
        except NothingToCheck:
            continue
        ranked.append((badness(judged.verdicts, len(step.updates)), at, text))
    if not ranked:
        raise NothingToCheck("no cost is known; `cost EXPR` sets it")
    return min(ranked)[2]


def badness(verdicts: list[Verdict], updates: int) -> float:
    """How ill a cost goes with the gradients: none at all for each parameter it leaves out."""
    angles = [1.0 - each.cosine + min(abs(each.factor - 1.0), 1.0) / 10 for each in verdicts]
    ranks = sum(each.rank for each in verdicts)
    missing = max(0, updates - len(verdicts))
    return round(ranks + sum(angles) + 3.0 * missing, 6)


def candidates(step: Step) -> list[str]:
    """Expressions that may be the cost, the likeliest first."""
    scalars = [each for each in step.scalars if is_expression(each)]
    likely = sorted(scalars, key=lambda each: not _COST.search(each))
    found = dict.fromkeys(likely[: _MOST // 2])
    found.update(dict.fromkeys(_made(step)))
    return [*found][:_MOST]


def _made(step: Step) -> Iterator[str]:
    arrays = _named_arrays(step)
    for name, value in arrays.items():
        if _ERROR.search(name) and value.dtype.kind == "f":
            yield f"np.sum({name} ** 2) / 2"
            yield f"np.mean({name} ** 2)"
    shares = {name: each for name, each in arrays.items()
              if each.dtype.kind == "f" and each.size and (each > 0).all() and (each < 1).all()}
    for p, values in shares.items():
        for y, labels in arrays.items():
            if not np.isin(labels, (0, 1)).all() and labels.dtype.kind == "f":
                continue
            if labels.shape == values.shape:
                yield f"np.sum({_BINARY.format(p=p, y=y)})"
                yield f"np.sum(({p} - {y}) ** 2) / 2"
            elif values.ndim == 2 and labels.shape == values.shape[:1]:
                if labels.dtype.kind in "iu" and np.allclose(values.sum(axis=1), 1):
                    yield f"np.sum({_ENTROPY.format(p=p, y=y)})"
    yield from _from_places(step)


def _from_places(step: Step) -> Iterator[str]:
    """Half the squared error of what objects and dictionaries hold: an output and its labels."""
    updated = {each.number for each in step.updates}
    made: list[tuple[str, Any]] = []
    given: list[tuple[str, Any]] = []
    for text, value in step.places.items():
        number = step.tape.number(value)
        plain = text.isidentifier() or not isinstance(value, np.ndarray) or value.size < 2
        if plain or number is None or number in updated:
            continue
        (given if step.tape.is_leaf(number) else made).append((text, value))
    for output, values in made[::-1]:
        for labels, others in given:
            if values.shape == others.shape:
                yield f"(({output} - {labels}) ** 2).sum() / 2"


def _named_arrays(step: Step) -> dict[str, Any]:
    """The arrays that the main loop's own function knows, as they were first."""
    base = min((each.depth for each in step.script), default=0)
    found: dict[str, Any] = {}
    for each in step.script:
        if each.depth != base:
            continue
        for value in (each.result, *each.operands):
            number = step.tape.number(value) if isinstance(value, np.ndarray) else None
            name = step.tape.name(number) if number is not None else ""
            if number is not None and name.isidentifier():
                maker = step.tape.maker.get(number, -1)
                found.setdefault(name, step.tape.content(number, maker + 1))
    return found
