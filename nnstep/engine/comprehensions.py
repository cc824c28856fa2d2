"""Loops and comprehensions -> ops: iterators, loop variables, and what a comprehension collects.

A comprehension steps within its function; its own variables live in temporaries, so they hide
nothing and nothing sees them.
"""

from __future__ import annotations

import ast
from typing import Any

from nnstep.engine import ops
from nnstep.engine.assembler import Leaf, Unsupported
from nnstep.engine.expressions import Comprehension, Expressions
from nnstep.engine.fragments import parameter, place, read
from nnstep.engine.ops import Label, Loop, Store
from nnstep.engine.positions import asked_place, element_place

EXHAUSTED: Any = object()
"""What a loop's `next` gives when there is no next item."""


class Comprehensions(Expressions):
    """The part of the compiler that knows how to iterate."""

    def _comprehension(self, node: Comprehension, slot: int) -> None:
        empty: ast.expr
        if isinstance(node, ast.ListComp):
            empty = ast.List([], ast.Load())
        elif isinstance(node, ast.SetComp):
            empty = ast.Call(read(parameter(0), node), [], [])
        else:
            empty = ast.Dict([], [])
        first = self.reduce(node.generators[0].iter)
        if first.clears != (self.depth - 1,):
            first = self.spill(first, node.generators[0].iter)
        leaves = [self.constant(set, node)] if isinstance(node, ast.SetComp) else []
        self.emit(ops.COMPUTE, node, leaves, place(empty, node), Store(ops.TEMP, slot))
        # The function around asks for the first iterator, as if the rest were called with it.
        source = node.generators[0].iter
        iterator = self.iterate(first, source, asked_place(source, node))
        outer = self.comprehensions, self.loops
        self.comprehensions = (*self.comprehensions, node)
        names = self._own_names(node)
        outer_scope = self.scope
        self.scope += tuple((name, *place) for name, place in names.items())
        self._comprehension_names.append(names)
        self._generator(node, 0, iterator, slot, node)
        self._comprehension_names.pop()
        self.scope = outer_scope
        self.comprehensions, self.loops = outer
        self.depth = slot + 1

    def _own_names(self, node: Comprehension) -> dict[str, tuple[int, bool]]:
        """Temporaries for the names that the generators bind; cells for captured ones."""
        captured = {
            identifier
            for inner, native in self._children.items()
            if node in _ancestors(self.scopes.tree, inner)
            for identifier in native.co_freevars
        }
        if any(each.is_async for each in node.generators) or _reads_ahead(node):
            raise Unsupported
        names = {}
        for generator in node.generators:
            for each in _names(generator.target, ast.Store):
                identifier = self.mangled(each)
                if identifier not in names:
                    names[identifier] = self.take(), identifier in captured
        for slot, in_cell in names.values():
            if in_cell:
                self.emit(ops.CELL, node, slot=slot)
        return names

    def _generator(
        self, node: Comprehension, at: int, source: Leaf | int, result: int, around: ast.AST
    ) -> None:
        """One `for`, and all that stands behind it, which Python places at `around`."""
        generator = node.generators[at]
        asked = asked_place(generator.iter, around)
        loop = self.begin_for(generator, generator.iter, source, generator.target, asked)
        for test in generator.ifs:
            around = self.jump_if(test, loop.head, False, around)
        if at + 1 < len(node.generators):
            inner = node.generators[at + 1].iter
            self._generator(node, at + 1, self.reduce(inner), result, around)
        else:
            self._element(node, result, around)
        self.jump(loop.head, generator.iter)
        self.end_for(loop)

    def _element(self, node: Comprehension, result: int, around: ast.AST) -> None:
        base = self.depth
        parts = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        leaves = self.reduce_all(parts)
        kept = self.temporary(result, node, "", keep=True)
        add = {ast.ListComp: list.append, ast.SetComp: set.add, ast.DictComp: dict.__setitem__}
        at = element_place(parts, around)
        places = [read(parameter(number), at) for number in range(1, len(leaves) + 2)]
        call = place(ast.Call(read(parameter(0), at), [*places], []), at)
        leaves = [self.constant(add[type(node)], at), kept, *leaves]
        self.emit(ops.COMPUTE, node, leaves, call, at=at)
        self.depth = base

    def iterate(self, source: Leaf, iterable: ast.expr, at: ast.AST) -> int:
        """Emit the making of an iterator; the temporary that holds it, its counter behind it."""
        slot = self.take(2)
        again = ast.Call(read(parameter(0), at), [read(parameter(1), at)], [])
        leaves = [self.constant(iter, at, "iter"), source]
        self.emit(ops.ITER, iterable, leaves, place(again, at), slot=slot, at=at)
        return slot

    def begin_for(
        self, node: ast.AST, iterable: ast.expr, source: Leaf | int, target: ast.expr, at: ast.AST
    ) -> Loop:
        """Emit the start of a loop up to the binding of its variable.

        `source` is what is iterated, or the temporary that holds its iterator already; `at` is
        where Python places the asking for its items.
        """
        slot = source if isinstance(source, int) else self.iterate(source, iterable, at)
        text = self.text(iterable)
        loop = Loop(node, slot, Label(), Label())
        self.code.loops.append(loop)
        self.loops = (*self.loops, loop)
        self.here(loop.head)
        end = self.fragments.constant(EXHAUSTED, at)
        step = self.constant(next, at, "next")
        leaves = [step, self.temporary(slot, at, text, keep=True), Leaf(end, "")]
        places = [read(parameter(number), at) for number in (1, 2)]
        call = ast.Call(read(parameter(0), at), [*places], [])
        name = self.target_store(target)
        store = name or Store(ops.TEMP, self.take())
        self.emit(
            ops.NEXT, node if isinstance(node, ast.stmt) else target, leaves, place(call, at),
            store, at=at, label=loop.end, slot=slot, stop=True,
        )
        if name is None:
            self.assign(target, self.temporary(store.to, target, text), target)
        return loop

    def end_for(self, loop: Loop) -> None:
        """Set the label behind a loop's body."""
        self.loops = self.loops[:-1]
        self.here(loop.end)

    def target_store(self, target: ast.expr) -> Store | None:
        """The store of a target that is a bare name, None for others."""
        if not isinstance(target, ast.Name):
            return None
        identifier = self.mangled(target.id)
        if self._comprehension_names and identifier in self._comprehension_names[-1]:
            slot, in_cell = self._comprehension_names[-1][identifier]
            return Store(ops.TEMP_CELL if in_cell else ops.TEMP, slot, target.id)
        return self.store_name(target.id)


def _ancestors(tree: ast.AST, node: ast.AST) -> list[ast.AST]:
    """The nodes around a node; worked out once a tree."""
    parents: dict[ast.AST, ast.AST] | None = getattr(tree, "_parents", None)
    if parents is None:
        parents = {child: each for each in ast.walk(tree) for child in ast.iter_child_nodes(each)}
        tree._parents = parents  # type: ignore[attr-defined]
    found = []
    while node in parents:
        node = parents[node]
        found.append(node)
    return found


def _names(node: ast.AST, context: type[ast.expr_context]) -> list[str]:
    """The names in an expression that are read, or stored."""
    return [
        each.id for each in ast.walk(node)
        if isinstance(each, ast.Name) and isinstance(each.ctx, context)
    ]


def _reads_ahead(node: Comprehension) -> bool:
    """Whether a variable may be read before it is bound, as in `[a for b in x if a for a in y]`.

    A temporary can't tell.
    """
    ahead = {name for each in node.generators for name in _names(each.target, ast.Store)}
    for each in node.generators:
        first = each is node.generators[0]  # whose iterable belongs to the function around
        read = _names(each.target, ast.Load) + ([] if first else _names(each.iter, ast.Load))
        if not ahead.isdisjoint(read):
            return True
        ahead.difference_update(_names(each.target, ast.Store))
        if any(not ahead.isdisjoint(_names(test, ast.Load)) for test in each.ifs):
            return True
    return False
