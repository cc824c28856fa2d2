"""What part each variable of a training loop plays: data, parameter, forward or backward pass.

Read off the text of the main loop, name by name; nothing is executed. A name that is updated
from itself in each iteration is a parameter, a number only if the forward pass reads it. Of what
is computed from parameters, that which is compared with the labels, and all that leads there, is
the forward pass; what is computed behind that and goes into an update is the backward pass. Not
whether a gradient is right (verdicts.py), and not what an array in a function that is called there
is for.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from nnstep.engine.names import bound_names
from nnstep.insight.arrays import is_array

DATA, PARAMETERS, FORWARD, BACKWARD = "data", "parameters", "forward", "backward"
COMPUTED = "computed in each epoch"
"""Where nothing is seen to be compared with labels, or no parameter is."""
OTHERS = "others"
_ENTRIES = 100  # of a container that are looked at
ORDER = (DATA, PARAMETERS, FORWARD, COMPUTED, BACKWARD, OTHERS)


@dataclass(frozen=True, slots=True)
class _Step:
    """A statement: what it reads and what it binds or changes, by name."""

    reads: frozenset[str]
    writes: frozenset[str]


def roles(
    tree: ast.Module, loop: ast.AST | None, values: Mapping[str, object]
) -> dict[str, str]:
    """The part that each variable plays.

    Args:
        tree: the script.
        loop: its main loop.
        values: the variables where that loop stands, and those of the module.
    """
    if not isinstance(loop, ast.For | ast.While):
        return dict.fromkeys(values, OTHERS)
    arrays = {name: held for name, each in values.items() if (held := _arrays_in(each))}
    numbers = {name for name, each in values.items() if isinstance(each, float)}
    found = _Loop(_Reader(tree).steps(loop), arrays, numbers)
    behind = _bound_behind(tree, loop)
    return {name: found.role(name, name in behind) for name in values}


def stale(tree: ast.Module, loop: ast.AST | None, line: int) -> set[str]:
    """The names that still hold what the epoch before has left there for this one to replace.

    What an epoch goes on from, such as a parameter, is none of them.

    Args:
        tree: the script.
        loop: its main loop.
        line: of its next op, in the function where it stands; outside of it nothing is stale.
    """
    if not isinstance(loop, ast.For | ast.While):
        return set()
    here = [at for at, each in enumerate(loop.body) if each.lineno <= line <= _end(each)]
    if not here:
        return set()
    is_compound = isinstance(loop.body[here[0]], ast.For | ast.While | ast.If | ast.With | ast.Try)
    first = here[0] + is_compound
    done = frozenset[str]().union(*(_stored(each) for each in loop.body[:first]))
    left = frozenset[str]().union(*(_stored(each) for each in loop.body[first:]))
    return set(left - done - _Loop(_Reader(tree).steps(loop), {}, set()).updated)


def _end(node: ast.stmt) -> int:
    return node.end_lineno or node.lineno


def _arrays_in(value: object) -> set[int]:
    """The identities of an array, or of those among the entries of a dict or a list."""
    inside: Iterable[object] = (value,)
    if type(value) is dict:
        inside = value.values()
    elif type(value) in (list, tuple):
        inside = value  # type: ignore[assignment]
    return {id(each) for each in islice(inside, _ENTRIES) if is_array(each) and each.ndim}


class _Loop:
    """What one iteration computes from what.

    Attributes:
        updated: the names that are computed from what they were an iteration before.
    """

    def __init__(
        self, steps: list[_Step], arrays: Mapping[str, set[int]], numbers: set[str]
    ) -> None:
        self._steps = steps
        self._arrays = arrays.keys()
        self._bound = {name for each in self._steps for name in each.writes}
        # What a name was computed from, all the way back, in this iteration.
        self._from: dict[str, set[str]] = {}
        self.updated = self._updates()
        held = set[int]().union(*(arrays.get(name, set()) for name in self.updated))
        same = {name for name, each in arrays.items() if each & held}
        self.updated |= same - self._bound  # other names of what is updated
        self._learned = self._below(self.updated)
        self._forward = self._compared()
        self._parameters = self.updated & (self._arrays | self._entering(numbers))
        used = [each.reads for each in self._steps if each.writes & self._parameters]
        self._used = self._leading_to(name for each in used for name in each)

    def role(self, name: str, is_behind: bool) -> str:
        """The part of one name; `is_behind` when it is bound only after the loop."""
        if name in self.updated:
            return PARAMETERS if name in self._parameters else OTHERS
        if name not in self._learned:
            made_here = name in self._bound and bool(self._from.get(name, set()) & self._arrays)
            if made_here and not (self._forward or self._parameters):
                return COMPUTED  # perhaps by an object, from parameters of its own
            return DATA if (name in self._arrays and not is_behind) or made_here else OTHERS
        if not self._forward:
            return COMPUTED
        return BACKWARD if name in self._used - self._forward else FORWARD

    def _updates(self) -> set[str]:
        """The names that are computed from what they were an iteration before."""
        found: set[str] = set()
        for each in self._steps:
            before = {name: self._from.get(name, {name}) for name in each.reads}
            roots = set(each.reads).union(*before.values())
            for name in each.writes:
                found |= {name} & roots - self._bound_before(each, name)
                self._from[name] = roots | self._from.get(name, set())
        return found

    def _bound_before(self, step: _Step, name: str) -> set[str]:
        """The name itself, where this iteration has bound it anew before a step."""
        for each in self._steps:
            if each is step:
                return set()
            if name in each.writes:
                return set() if name in each.reads else {name}
        return set()

    def _below(self, names: set[str]) -> set[str]:
        """What depends on some names."""
        found = set(names)
        for _ in range(2):  # also on what was computed an iteration before
            for each in self._steps:
                if each.reads & found:
                    found |= each.writes
        return found

    def _compared(self) -> set[str]:
        """What is compared with the labels, and what that is computed from."""
        computed = self._learned - self.updated
        known: set[str] = set()  # data that goes into the net
        behind: set[str] = set()  # what depends on labels
        found: set[str] = set()
        for each in self._steps:
            met = each.reads & computed - behind
            data = {name for name in each.reads - self._learned if self._is_data(name)}
            labels = data - known
            # `h = np.tanh(W @ x + U @ h)` compares nothing.
            enters = bool(each.reads & self.updated) and met <= each.writes
            if labels and met and not enters:
                found |= met - each.writes
                found |= {one for name in met & each.writes for one in self._parents(name)}
                behind |= each.writes
            elif each.reads & behind:
                behind |= each.writes
            elif each.reads & self._learned:
                known |= data
            elif data and not labels:
                known |= each.writes
        return self._leading_to(found - behind)

    def _entering(self, numbers: set[str]) -> set[str]:
        """Those that the forward pass is computed from; a sum of costs isn't, nor is a rate."""
        goals = self._forward or self._bound - self.updated
        made = (each.reads for each in self._steps if each.writes & goals)
        return numbers & set[str]().union(*made)

    def _is_data(self, name: str) -> bool:
        return name in self._arrays or bool(self._from.get(name, set()) & self._arrays)

    def _parents(self, name: str) -> set[str]:
        """What a name was bound to first in an iteration."""
        first = next(each for each in self._steps if name in each.writes)
        return set(first.reads)

    def _leading_to(self, names: Iterable[str]) -> set[str]:
        """Names that are bound in an iteration, and those that they are computed from."""
        made = self._bound - self.updated
        found = set(names) & made
        for each in reversed(self._steps):
            if each.writes & found:
                found |= (each.reads | each.writes) & made
        return found


class _Reader:
    """Takes statements for steps."""

    def __init__(self, tree: ast.Module) -> None:
        # What functions of the script read besides what they are given.
        self._outside = {
            each.name: _loaded(each) - bound_names(each, None)
            for each in ast.walk(tree) if isinstance(each, ast.FunctionDef)
        }

    def steps(self, loop: ast.For | ast.While) -> list[_Step]:
        """The steps of one iteration."""
        head = [] if isinstance(loop, ast.While) else [self._bound_by(loop)]
        return [*head, *self._all(loop.body)]

    def _all(self, body: Iterable[ast.stmt]) -> Iterator[_Step]:
        for each in body:
            yield from self._of(each)

    def _of(self, node: ast.stmt) -> Iterator[_Step]:
        """A statement's steps; what stands under a condition is taken to be executed."""
        match node:
            case ast.Assign(targets=[ast.Tuple() as names], value=ast.Tuple() as values) if len(
                names.elts
            ) == len(values.elts):
                for target, value in zip(names.elts, values.elts, strict=True):
                    yield self._assignment([target], value)
            case ast.Assign():
                yield self._assignment(node.targets, node.value)
            case ast.AnnAssign(value=ast.expr() as value):
                yield self._assignment([node.target], value)
            case ast.AugAssign():
                step = self._assignment([node.target], node.value)
                yield _Step(step.reads | step.writes, step.writes)
            case ast.For():
                yield self._bound_by(node)
                yield from self._changing_items(node)
            case ast.If() | ast.While():
                yield _Step(self._read(node.test), frozenset())
                yield from self._all([*node.body, *node.orelse])
            case ast.With() | ast.Try():
                yield from self._all(node.body)
            case ast.Expr(value=ast.Call() as call):
                yield _Step(self._read(call), _filled(call))

    def _bound_by(self, loop: ast.For) -> _Step:
        return _Step(self._read(loop.iter), _stored(loop.target))

    def _assignment(self, targets: Iterable[ast.expr], value: ast.expr) -> _Step:
        reads, writes = set(self._read(value)), set[str]()
        for target in targets:
            writes |= _stored(target)
            for each in ast.walk(target):
                if isinstance(each, ast.Subscript):  # the rest of it stays
                    writes |= _loaded(each.value)
                    reads |= _loaded(each.value) | self._read(each.slice)
        return _Step(frozenset(reads), frozenset(writes))

    def _changing_items(self, loop: ast.For) -> Iterator[_Step]:
        """The steps of a loop over lists: to change an item in place is to change its list."""
        lists = _lists(loop)
        for each in self._all(loop.body):
            changed = each.writes & each.reads
            whole = frozenset[str]().union(*(lists.get(name, ()) for name in changed))
            yield _Step(each.reads | whole, each.writes | whole)

    def _read(self, node: ast.AST) -> frozenset[str]:
        """The names that are read, those of functions only for what they read outside."""
        called = {
            id(each.func): each.func.id for each in ast.walk(node)
            if isinstance(each, ast.Call) and isinstance(each.func, ast.Name)
        }
        outside = (self._outside.get(name, frozenset()) for name in called.values())
        return frozenset[str]().union(*outside) | {
            each.id for each in ast.walk(node)
            if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Load)
            and id(each) not in called
        }


def _lists(loop: ast.For) -> dict[str, frozenset[str]]:
    """The names that a loop binds to items, and the names of what these are items of."""
    match loop.target, loop.iter:
        case ast.Tuple(elts=names), ast.Call(func=ast.Name("zip"), args=lists):
            pairs = list(zip(names, lists, strict=False))
        case ast.Tuple(elts=names), ast.Tuple(elts=rows) | ast.List(elts=rows):
            columns = zip(*(row.elts for row in rows if isinstance(row, ast.Tuple)), strict=False)
            pairs = [
                (name, ast.Tuple(list(column), ast.Load()))
                for name, column in zip(names, columns, strict=False)
            ]
        case target, over:
            pairs = [(target, over)]
    return {each.id: _loaded(over) for each, over in pairs if isinstance(each, ast.Name)}


def _filled(call: ast.Call) -> frozenset[str]:
    """What a call writes into: `costs.append(cost)`, `np.add.at(a, ...)`, `f(a, out=b)`."""
    into = [each.value for each in call.keywords if each.arg == "out"]
    if isinstance(call.func, ast.Attribute):
        into += call.args[:1] if call.func.attr == "at" else [call.func.value]
    return frozenset(each.id for each in into if isinstance(each, ast.Name))


def _loaded(node: ast.AST) -> frozenset[str]:
    return _names(node, ast.Load)


def _stored(node: ast.AST) -> frozenset[str]:
    return _names(node, ast.Store)


def _names(node: ast.AST, context: type[ast.expr_context]) -> frozenset[str]:
    return frozenset(
        each.id for each in ast.walk(node)
        if isinstance(each, ast.Name) and isinstance(each.ctx, context)
    )


def _bound_behind(tree: ast.Module, loop: ast.For | ast.While) -> set[str]:
    """The names that a script binds only behind its loop."""
    early = {each.arg for each in ast.walk(tree) if isinstance(each, ast.arg)}
    late: set[str] = set()
    for each in ast.walk(tree):
        if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store):
            (late if each.lineno > _end(loop) else early).add(each.id)
    return late - early
