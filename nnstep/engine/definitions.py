"""Definitions -> ops: functions, classes, their decorators, defaults and annotations.

Functions and class bodies are CPython's own code objects over the frame's cells, so they are what
they would be under plain Python; their ops are looked up by their code when they are called.
"""

from __future__ import annotations

import ast
import builtins
from typing import Any

from nnstep.engine import ops
from nnstep.engine.assembler import Unsupported
from nnstep.engine.blocks import Blocks
from nnstep.engine.fragments import parameter, place, read
from nnstep.engine.natives import native_statement
from nnstep.engine.ops import Store


class Definitions(Blocks):
    """The part of the compiler that knows `def` and `class`."""

    def _functiondef(self, node: ast.FunctionDef) -> None:
        if getattr(node, "type_params", None):
            raise Unsupported
        self._decorated(node, lambda store: self._function(node, store))

    def _asyncfunctiondef(self, node: ast.AsyncFunctionDef) -> None:
        self._functiondef(node)  # type: ignore[arg-type]

    def _function(self, node: ast.FunctionDef, store: Store) -> None:
        if _has_annotations(node):
            # Python itself works out annotations; a bodiless twin of the function holds them.
            slot, value = self.take(), self.take()
            self.with_defaults(node, node.args, Store(ops.TEMP, value), node)
            self.code.ops[-1].stop = False
            self._twin(node, slot)
            leaves = [
                self.constant(_annotate, node, "def"),
                self.temporary(value, node, node.name),
                self.temporary(slot, node, ""),
            ]
            places = [read(parameter(number), node) for number in (1, 2)]
            body = place(ast.Call(read(parameter(0), node), [*places], []), node)
            self.emit(ops.COMPUTE, node, leaves, body, store, stop=True)
        elif node.args.defaults or any(node.args.kw_defaults):
            self.with_defaults(node, node.args, store, node)
        else:
            self.emit(ops.BIND, node, [self.made(node)], store=store, stop=True)

    def _twin(self, node: ast.FunctionDef, slot: int) -> None:
        args = node.args
        bare = ast.arguments(
            args.posonlyargs, args.args, args.vararg, args.kwonlyargs,
            [None for _ in args.kwonlyargs], args.kwarg, [],
        )
        twin = ast.FunctionDef(node.name, bare, [ast.Pass()], [], node.returns)
        twin.type_params = []  # type: ignore[attr-defined]
        native = native_statement(place(twin, node), self.code, gives=True)
        self.emit(ops.NATIVE, node, store=Store(ops.TEMP, slot), extra=native)

    def _classdef(self, node: ast.ClassDef) -> None:
        if getattr(node, "type_params", None):
            raise Unsupported
        self._decorated(node, lambda store: self._class(node, store))

    def _class(self, node: ast.ClassDef, store: Store) -> None:
        if any(isinstance(each, ast.Starred) for each in node.bases):
            raise Unsupported
        values = [*node.bases, *(each.value for each in node.keywords)]
        leaves = [
            self.constant(builtins.__build_class__, node, "class"),
            self.made(node),
            *self.reduce_all(values),
        ]
        numbers = {id(each): number + 2 for number, each in enumerate(values)}
        bases = self.rebuild(node.bases, numbers)
        keywords = self.rebuild(node.keywords, numbers)
        args = [read(parameter(1), node), place(ast.Constant(node.name), node), *bases]
        body = place(ast.Call(read(parameter(0), node), args, keywords), node)
        self.emit(ops.COMPUTE, node, leaves, body, store, stop=True)

    def _decorated(self, node: ast.FunctionDef | ast.ClassDef, make: Any) -> None:
        """Evaluate decorators, make the thing, and call them on it, innermost first."""
        base = self.depth
        decorators = []
        for decorator in node.decorator_list:
            leaf = self.reduce(decorator)
            decorators.append(leaf if leaf.clears else self.spill(leaf, decorator))
        name = self.store_name(node.name)
        if not decorators:
            make(name)
            return
        self._flush()
        slot = self.take()
        make(Store(ops.TEMP, slot))
        self.code.ops[-1].stop = True
        for at, leaf in reversed(list(enumerate(decorators))):
            decorator = node.decorator_list[at]
            self.depth = slot + 1
            call = ast.Call(read(parameter(0), decorator), [read(parameter(1), decorator)], [])
            self.emit(
                ops.CALL, decorator, [leaf, self.temporary(slot, node, node.name)],
                place(call, decorator), Store(ops.TEMP, slot) if at else name,
                stop=True, flag=True,
            )
        self.depth = base


def _has_annotations(node: ast.FunctionDef) -> bool:
    args = node.args
    every = [*args.posonlyargs, *args.args, *args.kwonlyargs, args.vararg, args.kwarg]
    return node.returns is not None or any(each.annotation for each in every if each)


def _annotate(function: Any, twin: Any) -> Any:
    if hasattr(twin, "__annotate__"):
        function.__annotate__ = twin.__annotate__
    else:
        function.__annotations__ = twin.__annotations__
    return function
