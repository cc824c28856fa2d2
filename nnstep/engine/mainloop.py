"""Which loop of a script counts its epochs: read off the text, before anything runs.

The main loop is the outermost loop whose body updates numbers or arrays that it carries over
from one iteration to the next. A sweep around it, which starts anew each time, is not it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from nnstep.engine.names import parameters

_LOOPS = (ast.For, ast.While)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def main_loop(tree: ast.Module) -> ast.For | ast.While | None:
    """The loop whose iterations are the epochs, None when no loop updates anything."""
    analysis = _Analysis(tree)
    candidates = list(analysis.candidates(tree.body))
    for function in analysis.every:
        candidates += analysis.candidates(function.body)
    # Where several would do, the one that computes most is the training.
    return max(candidates, key=analysis.weight, default=None)


@dataclass
class _Analysis:
    tree: ast.Module
    every: list[ast.FunctionDef | ast.AsyncFunctionDef] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.every = [node for node in ast.walk(self.tree) if isinstance(node, _FUNCTIONS)]
        self._by_name: dict[str, list[ast.FunctionDef | ast.AsyncFunctionDef]] = {}
        for function in self.every:
            self._by_name.setdefault(function.name, []).append(function)
        self._updating: set[str] = set()
        self._find_updating()

    def _find_updating(self) -> None:
        """The functions that update, in place, something that outlives their call."""
        grown = True
        while grown:
            grown = False
            for function in self.every:
                if function.name in self._updating:
                    continue
                own = _own_names(function)
                if any(self._updates(statement, own) for statement in function.body):
                    self._updating.add(function.name)
                    grown = True

    def candidates(self, body: Iterable[ast.stmt]) -> Iterator[ast.For | ast.While]:
        """The outermost updating loops among statements."""
        for statement in body:
            if isinstance(statement, _LOOPS) and self._carries(statement):
                yield statement
            elif not isinstance(statement, _FUNCTIONS):
                for _, value in ast.iter_fields(statement):
                    if isinstance(value, list):
                        yield from self.candidates(
                            each for each in value if isinstance(each, ast.stmt)
                        )

    def _carries(self, loop: ast.For | ast.While) -> bool:
        fresh = _targets(loop.target) if isinstance(loop, ast.For) else set()
        return self._any_updates(loop.body, fresh)

    def _any_updates(self, body: list[ast.stmt], fresh: set[str]) -> bool:
        # All are looked at, also behind the first: each adds to what is fresh.
        return bool(sum(self._updates(statement, fresh) for statement in body))

    def _updates(self, node: ast.stmt, fresh: set[str]) -> bool:
        """Whether a statement updates something that isn't fresh; adds to `fresh` what it makes."""
        if isinstance(node, _FUNCTIONS):
            return False
        found = any(self._call_updates(call, fresh) for call in _calls(node))
        match node:
            case ast.AugAssign():
                constant = isinstance(node.value, ast.Constant)
                found |= not constant and _root(node.target) not in fresh
            case ast.Assign():
                found |= self._assignment_updates(node, fresh)
                for target in node.targets:
                    fresh |= _targets(target)
            case ast.For():
                fresh |= _targets(node.target)
        for block in ("body", "orelse", "finalbody", "handlers"):
            for inner in getattr(node, block, []):
                if isinstance(inner, ast.ExceptHandler):
                    found |= self._any_updates(inner.body, fresh)
                elif isinstance(inner, ast.stmt):
                    found |= self._updates(inner, fresh)
        return found

    def _assignment_updates(self, node: ast.Assign, fresh: set[str]) -> bool:
        """`w = w - lr * dw`, or `w, b = update(w, b, ...)` with a function of the script."""
        read = {ast.dump(each) for each in ast.walk(node.value) if _is_place(each)}
        for target in node.targets:
            for place in ast.walk(target):
                if not _is_place(place) or _root(place) in fresh or _as_read(place) not in read:
                    continue
                if isinstance(node.value, ast.BinOp):
                    return True
                if isinstance(node.value, ast.Call) and _called(node.value) in self._by_name:
                    return True
        return False

    def _call_updates(self, call: ast.Call, fresh: set[str]) -> bool:
        if _called(call) not in self._updating:
            return False
        roots = {_root(arg) for arg in call.args}
        if isinstance(call.func, ast.Attribute):
            roots.add(_root(call.func.value))
        roots.discard(None)
        return not roots or bool(roots - fresh)

    def weight(self, loop: ast.For | ast.While) -> int:
        """How many operations stand in a loop and in what it calls."""
        seen: set[str] = set()
        todo: list[ast.AST] = [loop]
        count = 0
        while todo:
            for node in ast.walk(todo.pop()):
                count += isinstance(node, ast.BinOp | ast.Call | ast.AugAssign)
                name = _called(node) if isinstance(node, ast.Call) else None
                if name in self._by_name and name not in seen:
                    seen.add(name)
                    todo += self._by_name[name]
        return count


def _own_names(function: ast.FunctionDef | ast.AsyncFunctionDef) -> set[str]:
    """Names that are fresh in every call: bound in it, and neither parameters nor global."""
    bound: set[str] = set()
    outside = set(parameters(function))
    for node in ast.walk(function):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            bound.add(node.id)
        elif isinstance(node, ast.Global | ast.Nonlocal):
            outside.update(node.names)
    return bound - outside


def _calls(node: ast.stmt) -> list[ast.Call]:
    """The calls in a statement itself, without the statements in it."""
    found = []
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.stmt | ast.ExceptHandler):
            found += [each for each in ast.walk(child) if isinstance(each, ast.Call)]
    return found


def _called(call: ast.Call) -> str | None:
    if isinstance(call.func, ast.Name):
        return call.func.id
    return call.func.attr if isinstance(call.func, ast.Attribute) else None


def _is_place(node: ast.AST) -> bool:
    return isinstance(node, ast.Name | ast.Attribute | ast.Subscript)


def _as_read(place: ast.AST) -> str:
    """A target, dumped as the same place looks where it is read."""
    return ast.dump(place).replace("ctx=Store()", "ctx=Load()")


def _root(node: ast.AST) -> str | None:
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None


def _targets(target: ast.AST) -> set[str]:
    return {
        node.id
        for node in ast.walk(target)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
