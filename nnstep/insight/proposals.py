"""A cost for scripts that name none: a scalar that they compute, or one made from their errors.

Nothing is assumed: each candidate is tried, and the one whose derivative the gradients are is it.
Where none is, only what the script itself calls a cost counts, and only if it points the same way.
"""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Iterator
from typing import Any

import numpy as np

from nnstep.engine.mainloop import learns
from nnstep.insight.gradients import NothingToCheck, best, bound_too_late
from nnstep.insight.readings import Run, Step, is_expression, record
from nnstep.insight.rewording import Wording, blocks
from nnstep.insight.tape import TooLong
from nnstep.insight.verdicts import FACTOR, RIGHT, UNDECIDED, Verdict

_COST = re.compile(r"cost|loss|objective|energy|error|mse|nll|elbo|entropy|\b(L|J|E|err)\b", re.I)
_ERROR = re.compile(r"err|diff|resid|dcost_d|loss|miss", re.I)
_MOST = 16
_ALIKE = 0.7  # the mean cosine from which on gradients may be meant for a cost
_SURE = 0.95  # the same for a cost that the script doesn't call so
_ENTROPY = "-np.log({p}[range(len({p})), {y}])"
_BINARY = "-({y} * np.log({p}) + (1 - {y}) * np.log(1 - {p}))"
_UNKNOWN = "no cost is known{}; `cost EXPR` sets it, on the command line --cost EXPR{}"


def propose(run: Run, epoch: int) -> str:
    """The cost that a script's gradients go with.

    Raises:
        NothingToCheck: there are no gradients, or nothing that may be a cost.
    """
    try:
        step = record(run, epoch, [])
        if not step.updates:
            raise NothingToCheck("nothing is updated by a gradient of the script's own")
        texts = candidates(run, step)
        late = bound_too_late(step, _names(run))
        if not texts:
            raise NothingToCheck(_UNKNOWN.format("", late and f"; {late}"))
        step = record(run, epoch, texts)
    except TooLong:
        raise NothingToCheck("a training step of it has too many ops to be followed") from None
    judged = dict(_judged(run, step, texts))
    reached = max((len(each) for each in judged.values()), default=0)
    ranked = []
    for at, (text, verdicts) in enumerate(judged.items()):
        rank = _rank(verdicts, reached, _is_called_so(run, text))
        if rank is not None:
            part = _is_ingredient(run, step, text)
            ranked.append((rank, part, badness(verdicts, reached), at, text))
    if not ranked:
        raise NothingToCheck(_UNKNOWN.format(" that the gradients go with", late and f"; {late}"))
    return min(ranked)[-1]


def _judged(run: Run, step: Step, texts: list[str]) -> Iterator[tuple[str, list[Verdict]]]:
    """What the gradients are with each of some costs, up to one with which nothing is left open."""
    for text in texts:
        try:
            verdicts = best(step, text, roughly=True).verdicts
        except NothingToCheck:
            continue
        yield text, verdicts
        plain = all(each.kind == RIGHT and each.tells for each in verdicts)
        if plain and _is_called_so(run, text) and not _is_ingredient(run, step, text):
            return


def _is_ingredient(run: Run, step: Step, text: str) -> bool:
    """Whether another scalar that is called a cost was computed from it."""
    named = next((each for each in _names(run) if definition(run, each) == text), text)
    number = step.scalars.get(named)
    return any(
        number is not None and each != number and number in step.tape.sources(each)[1]
        for name, each in step.scalars.items() if _COST.search(name) and name.isidentifier()
    )


def _rank(verdicts: list[Verdict], updates: int, is_called_so: bool) -> int | None:
    """How likely a cost is meant, from 0 on; None when it can hardly be."""
    telling = [
        each for each in verdicts
        if each.tells and each.kind != UNDECIDED and np.isfinite(each.error)
    ]
    good = [each for each in telling if each.kind in (RIGHT, FACTOR) and not each.decay]
    if telling and len(good) == len(telling) and len(verdicts) >= updates:
        return 0
    # A gradient that points the wrong way is meant for the cost all the same.
    alike = sum(abs(each.cosine) for each in telling) / len(telling) if telling else 0.0
    if is_called_so and alike >= _ALIKE:
        return 1
    if good or alike >= _SURE:
        return 2
    return None if telling else 3 if is_called_so else 4


def badness(verdicts: list[Verdict], updates: int) -> float:
    """How ill a cost goes with the gradients: none at all for each parameter it leaves out."""
    angles = [1.0 - each.cosine + min(abs(each.factor - 1.0), 1.0) / 10 for each in verdicts]
    ranks = sum(each.rank for each in verdicts)
    missing = max(0, updates - len(verdicts))
    return round(ranks + sum(angles) + 3.0 * missing, 6)


# What the script has.


def definition(run: Run, name: str) -> str | None:
    """The expression of which the main loop makes a variable, or which it adds to it.

    Where that stands in a branch, with what it takes from that branch put in.
    """
    for block in blocks(run.main):
        known: dict[str, ast.expr] = {}
        for node in block:
            target, value = _assigned(node)
            if value is None:
                continue
            if block is not getattr(run.main, "body", None):
                value = _PutIn(known).visit(copy.deepcopy(value))
            if target == name and not isinstance(value, ast.Constant) and name not in _read(value):
                return None if trains(run, value) else ast.unparse(value)
            if isinstance(node, ast.Assign):
                known[target] = value
    return None


def trains(run: Run, value: ast.expr) -> bool:
    """Whether a cost isn't only computed by an expression, but the net trained, too."""
    return learns(run.program.tree, run.program.trees_beside, value)


def _assigned(node: ast.stmt) -> tuple[str, ast.expr | None]:
    """What a statement assigns, or adds to what."""
    if isinstance(node, ast.Assign) and len(node.targets) == 1:
        return ast.unparse(node.targets[0]), node.value
    if isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Add):
        return ast.unparse(node.target), node.value
    return "", None


def _read(value: ast.expr) -> set[str]:
    return {each.id for each in ast.walk(value) if isinstance(each, ast.Name)}


class _PutIn(ast.NodeTransformer):
    """Puts in expressions for names."""

    def __init__(self, known: dict[str, ast.expr]) -> None:
        self._known = known

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self._known.get(node.id, node)


def _names(run: Run) -> list[str]:
    """What the main loop binds that is called a cost."""
    return [each for each in _bound(run) if _COST.search(each)]


def _bound(run: Run) -> list[str]:
    found = [
        ast.unparse(node) for node in ast.walk(run.main)
        if isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Store)
    ]
    return list(dict.fromkeys(found))


def _within_objects(run: Run, step: Step) -> list[str]:
    """Single numbers of objects that the main loop makes, such as `loss.data`."""
    moved, bound = {each.number for each in step.updates} | _updated(step), {*_bound(run)}
    return [
        text for text, value in step.places.items()
        if text.rpartition(".")[0] in bound and np.size(value) == 1
        and step.tape.number(value) not in moved
    ]


def _updated(step: Step) -> set[int]:
    """What parameters become."""
    writers = [each for update in step.updates for each in update.writers]
    return {number for each in writers for number in (*each.makes, *each.changes)}


def _is_called_so(run: Run, text: str) -> bool:
    """Whether the script calls it a cost: by its name, or by that of which it is the value."""
    if not re.fullmatch(r"[\w.]+", text):
        return any(definition(run, name) == text for name in _names(run))
    return bool(_COST.search(text))


def candidates(run: Run, step: Step) -> list[str]:
    """Expressions that may be the cost, the likeliest first."""
    used, kept = step.of_updates() | _updated(step), {each.number for each in step.kept}
    scalars = [
        text for text, number in step.scalars.items()
        if is_expression(text) and number not in used
        and kept.isdisjoint(step.tape.sources(number)[1])
    ]
    scalars += [each for each in _within_objects(run, step) if each not in scalars]
    likely = sorted(scalars, key=lambda each: not _COST.search(each))
    found = dict.fromkeys(likely[: _MOST // 2])
    names = [*_names(run), *(each.name for each in step.kept if np.size(each.old) == 1)]
    found.update(dict.fromkeys(each for name in names if (each := definition(run, name))))
    found.update(dict.fromkeys(_made(step)))
    return [*found][:_MOST]


# What can be made of it.


def _made(step: Step) -> Iterator[str]:
    arrays = _named_arrays(step)
    for text in _differences(step):
        yield f"np.sum({text} ** 2) / 2"
        yield f"np.mean({text} ** 2)"
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


def _differences(step: Step) -> Iterator[str]:
    """What is computed less what was there before: an output less its labels, or the reverse."""
    base = min((each.depth for each in step.script), default=0)
    moved = _moved(step)
    for each in step.script:
        node = Wording(each.text).node
        if each.depth != base or not isinstance(node, ast.BinOp) or each.changes:
            continue
        if not isinstance(node.op, ast.Sub) or len(each.operands) != 2:
            continue
        one, other = each.operands
        numbers = [step.tape.number(value) for value in each.operands]
        if np.shape(one) != np.shape(other) or None in numbers:
            continue
        given = [number is not None and step.tape.is_leaf(number) for number in numbers]
        if given[0] != given[1] and moved.isdisjoint(numbers):
            yield f"({ast.unparse(node)})"


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


def _moved(step: Step) -> set[int | None]:
    """The parameters, and their gradients."""
    found: set[int | None] = {each.number for each in step.updates}
    found.update(part.number for each in step.updates for part in each.parts)
    return found - {None}


def _named_arrays(step: Step) -> dict[str, Any]:
    """What the main loop's own function knows but parameters and gradients, as it was first."""
    base = min((each.depth for each in step.script), default=0)
    moved = _moved(step)
    found: dict[str, Any] = {}
    for each in step.script:
        if each.depth != base:
            continue
        for value in (each.result, *each.operands):
            number = step.tape.number(value) if isinstance(value, np.ndarray) else None
            name = step.tape.name(number) if number is not None else ""
            if number is not None and number not in moved and name.isidentifier():
                found.setdefault(name, step.tape.value(value, step.tape.maker.get(number, -1) + 1))
    return found
