"""Assignments -> ops: names, attributes, subscripts, unpacking, augmented assignment, `del`."""

from __future__ import annotations

import ast
from typing import Any

from nnstep.engine import ops
from nnstep.engine.assembler import Leaf, Unsupported
from nnstep.engine.comprehensions import Comprehensions
from nnstep.engine.fragments import parameter, place, read
from nnstep.engine.ops import Store


class Assignments(Comprehensions):
    """The part of the compiler that knows targets."""

    def _native(self, node: ast.stmt) -> None:
        raise NotImplementedError

    def assign(self, target: ast.expr, value: Leaf, shown: ast.AST) -> None:
        """Emit the assignment of a value to one target."""
        match target:
            case ast.Name():
                store = self.target_store(target)
                assert store is not None
                self.emit(ops.BIND, shown, [value], store=store, stop=True, at=target)
            case ast.Attribute() | ast.Subscript():
                self._store_in(target, value, shown)
            case ast.Tuple() | ast.List():
                self._unpack(target, value, shown)
            case _:
                raise Unsupported

    def _store_in(
        self, target: ast.Attribute | ast.Subscript, value: Leaf, shown: ast.AST
    ) -> None:
        if not value.fixed and self._target_has_ops(target):
            value = self.spill(value, target)
        leaves, made = self._place_of(target, 1)
        statement = place(ast.Assign([made], read(parameter(0), target)), target)
        name = self.text(target) if isinstance(target, ast.Attribute) else None
        self.emit(
            self._kind(target), shown, [value, *leaves], [statement],
            Store(ops.NOWHERE, None, name), stop=True, at=target, extra=target,
        )

    def _kind(self, target: ast.expr) -> int:
        stepped = self.operators and isinstance(target, ast.Subscript)
        return ops.OPERATOR if stepped else ops.COMPUTE

    def _target_has_ops(self, target: ast.Attribute | ast.Subscript) -> bool:
        parts = [target.value, *([target.slice] if isinstance(target, ast.Subscript) else [])]
        return any(map(self.has_ops, parts))

    def _place_of(
        self, target: ast.Attribute | ast.Subscript, offset: int
    ) -> tuple[list[Leaf], Any]:
        """The leaves of a target, and the target over parameters from `offset` on."""
        nodes = list(self._operands(target))
        leaves = self.reduce_all(nodes)
        numbers = {id(each): number for number, each in enumerate(nodes)}
        return leaves, self._over_parameters(target, numbers, offset)

    def _over_parameters(self, target: ast.expr, numbers: dict[int, int], offset: int) -> Any:
        made = self.rebuild(target, numbers, offset)
        if isinstance(made, ast.Attribute):
            made.attr = self.mangled(made.attr)
        return made

    def _unpack(self, target: ast.Tuple | ast.List, value: Leaf, shown: ast.AST) -> None:
        inner = [each.value if isinstance(each, ast.Starred) else each for each in target.elts]
        names = [self.target_store(each) for each in inner]
        plain = all(name is not None for name in names)
        slots = [] if plain else [self.take() for _ in inner]
        parts = names if plain else [Store(ops.TEMP, slot) for slot in slots]
        parameters = [f".u{number}" for number in range(len(inner))]
        made: list[ast.expr] = []
        for each, identifier in zip(target.elts, parameters, strict=True):
            name: ast.expr = place(ast.Name(identifier, ast.Store()), each)
            starred = isinstance(each, ast.Starred)
            made.append(place(ast.Starred(name, ast.Store()), each) if starred else name)
        unpack = place(
            ast.Assign([place(ast.Tuple(made, ast.Store()), target)], read(parameter(0), target)),
            target,
        )
        values: list[ast.expr] = [read(identifier, target) for identifier in parameters]
        give = place(ast.Return(place(ast.Tuple(values, ast.Load()), target)), target)
        self.emit(
            ops.COMPUTE, shown, [value], [unpack, give], Store(ops.MANY, tuple(parts)), stop=True,
            at=target,
        )
        for each, slot in zip(inner, slots, strict=False):
            base = self.depth
            self.assign(each, self.temporary(slot, each, self.text(each)), shown)
            self.depth = base

    def _augassign(self, node: ast.AugAssign) -> None:
        if isinstance(node.target, ast.Name):
            name = self.store_name(node.target.id)
            leaf = self._name(place(ast.Name(node.target.id, ast.Load()), node.target))
            if not self.is_leaf(node.value) and not leaf.fixed:
                leaf = self.spill(leaf, node.target)
            leaves = [leaf, self.reduce(node.value)]
            body = self._in_place(node, [])
            self.emit(self._aug_kind(), node, leaves, body, name, stop=True, extra=node)
            return
        target = node.target
        leaves, made = self._place_of(target, 2)
        kept = [self._keep(leaf, target) for leaf in leaves]
        self._flush()
        again = [
            self.temporary(leaf.clears[0], target, leaf.text, keep=True) if leaf.clears else leaf
            for leaf in kept
        ]
        old = self._old_value(node, target, again)
        value = self.reduce(node.value)
        store = Store(ops.NOWHERE, None, self.text(target))
        body = self._in_place(node, [place(ast.Assign([made], read(parameter(0), target)), target)])
        self.emit(
            self._aug_kind(), node, [old, value, *kept], body, store, stop=True, extra=node
        )

    def _aug_kind(self) -> int:
        return ops.OPERATOR if self.operators else ops.COMPUTE

    def _keep(self, leaf: Leaf, node: ast.AST) -> Leaf:
        return leaf if leaf.fixed else self.spill(leaf, node)

    def _old_value(
        self, node: ast.AugAssign, target: ast.Attribute | ast.Subscript, leaves: list[Leaf]
    ) -> Leaf:
        """The value that `target op= ...` starts from, read before the right side."""
        numbers = {id(each): number for number, each in enumerate(self._operands(target))}
        made = self._over_parameters(target, numbers, 0)
        made.ctx = ast.Load()
        slot = self.take()
        stop = isinstance(target, ast.Subscript) and not self.is_leaf(node.value)
        self.emit(
            self._kind(target), target, leaves, made, Store(ops.TEMP, slot), stop=stop, extra=made
        )
        return self.temporary(slot, target, self.text(target))

    def _in_place(self, node: ast.AugAssign, then: list[ast.stmt]) -> list[ast.stmt]:
        value = place(ast.Name(parameter(0), ast.Store()), node.target)
        change = place(ast.AugAssign(value, node.op, read(parameter(1), node.value)), node)
        return [change, *then, place(ast.Return(read(parameter(0), node)), node)]

    def _delete(self, node: ast.Delete) -> None:
        for target in node.targets:
            if isinstance(target, ast.Tuple | ast.List):
                self._delete(place(ast.Delete(target.elts), node))
            elif isinstance(target, ast.Name):
                name = self.store_name(target.id)
                self.emit(ops.DELETE, node, extra=name, stop=True, at=target)
            else:
                assert isinstance(target, ast.Attribute | ast.Subscript)
                leaves, made = self._place_of(target, 0)
                self.emit(
                    self._kind(target), node, leaves, [place(ast.Delete([made]), target)],
                    stop=True, at=target, extra=target,
                )

    def _assign(self, node: ast.Assign) -> None:
        target = node.targets[0]
        if len(node.targets) == 1 and isinstance(target, ast.Name):
            self.compute(node.value, self.store_name(target.id), shown=node)
            return
        if len(node.targets) == 1 and not isinstance(target, ast.Tuple | ast.List):
            self.assign(target, self.reduce(node.value), node)
            return
        slot = self.take()
        self.compute(node.value, Store(ops.TEMP, slot))
        self.depth = slot + 1
        for at, target in enumerate(node.targets):
            last = at == len(node.targets) - 1
            value = self.temporary(slot, node.value, self.text(node.value), keep=not last)
            self.assign(target, value, node)
            self.depth = slot + 1

    def _annassign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self._assign(place(ast.Assign([node.target], node.value), node))
        simple = isinstance(node.target, ast.Name) and node.simple
        if not self.code.is_module and isinstance(node.target, ast.Name):
            return  # in a function nothing is evaluated, and `(x): int` doesn't even bind
        if not simple:
            raise Unsupported
        bare = place(ast.AnnAssign(node.target, node.annotation, None, node.simple), node)
        self._native(bare)
