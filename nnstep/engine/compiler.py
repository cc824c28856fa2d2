"""ast -> Code: the statements of a function, op by op.

Expressions have a module of their own. A statement that holds anything unknown becomes one
NATIVE op, which Python itself executes with the right result.
"""

from __future__ import annotations
import __future__

import ast
from collections.abc import Sequence
from types import CodeType
from typing import Any

from nnstep.engine import ops
from nnstep.engine.assembler import Block, Leaf, Unsupported
from nnstep.engine.definitions import Definitions
from nnstep.engine.fragments import parameter, place, read
from nnstep.engine.natives import Native, native_statement
from nnstep.engine.ops import Code, Label, Loop, Store
from nnstep.engine.positions import asked_place
from nnstep.engine.scopes import Scopes

_FUTURE_FLAGS = 0
for _name in __future__.all_feature_names:
    _FUTURE_FLAGS |= getattr(__future__, _name).compiler_flag


def compile_code(
    scopes: Scopes, native: CodeType, node: ast.AST, module: dict[str, Any], operators: bool
) -> Code:
    """Compile one function, or the module itself, to ops.

    Args:
        scopes: the source and its functions.
        native: CPython's code object of the function.
        node: its AST node: a module, a function definition or a lambda.
        module: the globals in which it runs.
        operators: whether some class of the script has operator methods to step into.
    """
    code = Code(scopes.source, native.co_name, native, node, module)
    _Compiler(code, scopes, native.co_flags & _FUTURE_FLAGS, operators).run()
    return code


class _Compiler(Definitions):
    """Compiles the body of one function."""

    def __init__(self, code: Code, scopes: Scopes, flags: int, operators: bool) -> None:
        super().__init__(code, scopes, flags, operators)
        code.flags, code.owner = flags, self.owner
        self._blocks: list[Block] = []
        self._returns: list[tuple[Loop, tuple[Any, ...]]] = []

    def run(self) -> None:
        """Compile it all."""
        node = self.code.node
        self.take()
        if isinstance(node, ast.Lambda):
            self.statement = node
            leaf = self.reduce(node.body)
            self.emit(ops.RETURN, node.body, [leaf], stop=True)
        else:
            body = _body_of(node)
            self._body(body)
            end = place(ast.Constant(None), body[-1]) if body else None
            last = end or ast.Constant(None, lineno=1, col_offset=0, end_lineno=1, end_col_offset=0)
            self.statement = last
            self.emit(ops.RETURN, last, [Leaf(last, "None")], stop=not self.code.is_module)
        self._native_returns()
        self.finish()

    def _body(self, statements: Sequence[ast.stmt]) -> None:
        for statement in statements:
            self._statement(statement)

    def _statement(self, node: ast.stmt) -> None:
        mark = self.mark()
        outer, self.statement = self.statement, node
        state = self._state()
        visit = getattr(self, f"_{type(node).__name__.lower()}", None)
        try:
            if visit is None:
                raise Unsupported
            visit(node)
        except Unsupported:
            self.back_to(mark)
            self._restore(state)
            self._native(node)
        self.statement = outer
        self.depth = mark.depth
        added = self.code.ops[mark.count :]
        # Every statement that does something can be stopped at.
        if added and not any(op.stop for op in added):
            added[-1].stop = True

    def _state(self) -> tuple[Any, ...]:
        """What surrounds the next op, to come back to when a statement is given up half way."""
        return (
            self.handler, self.level, self.loops, self.comprehensions, self.scope,
            list(self._comprehension_names), list(self._blocks), self.statement,
        )

    def _restore(self, state: tuple[Any, ...]) -> None:
        self.handler, self.level, self.loops, self.comprehensions, self.scope, *rest = state
        self._comprehension_names, self._blocks, self.statement = rest

    # Simple statements.

    def _expr(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):
            self.compute(node.value, ops.DISCARD, shown=node)

    def _pass(self, node: ast.Pass) -> None:
        self.emit(ops.NOP, node)

    def _global(self, node: ast.Global | ast.Nonlocal) -> None:
        """Nothing happens: the names are resolved when compiling."""

    _nonlocal = _global

    def _import(self, node: ast.Import) -> None:
        for alias in node.names:
            single = place(ast.Import([alias]), node)
            bound = alias.asname or alias.name.split(".")[0]
            self._import_one(node, single, bound)

    def _importfrom(self, node: ast.ImportFrom) -> None:
        if node.names[0].name == "*" or node.module == "__future__":
            raise Unsupported
        for alias in node.names:
            single = place(ast.ImportFrom(node.module, [alias], node.level), node)
            self._import_one(node, single, alias.asname or alias.name)

    def _import_one(self, node: ast.stmt, single: ast.stmt, bound: str) -> None:
        give = place(ast.Return(read(bound, node)), node)
        store = self.store_name(bound)
        self.emit(ops.COMPUTE, node, [], [single, give], store, stop=True)

    # Control flow.

    def _if(self, node: ast.If) -> None:
        otherwise, end = Label(), Label()
        self.jump_if(node.test, otherwise, False, node)
        self._body(node.body)
        if node.orelse:
            self.jump(end, node)
        self.here(otherwise)
        self._body(node.orelse)
        self.here(end)

    def _for(self, node: ast.For) -> None:
        outer = self.loops
        at = asked_place(node.iter, node)
        loop = self.begin_for(node, node.iter, self.reduce(node.iter), node.target, at)
        self._loop_body(node, loop, loop.slot, outer)

    def _while(self, node: ast.While) -> None:
        outer = self.loops
        slot = self.take(2)
        loop = Loop(node, slot, Label(), Label())
        self.emit(ops.ITER, node.test, slot=slot, flag=True)
        self.code.loops.append(loop)
        self.loops = (*outer, loop)
        self.here(loop.head)
        self.emit(ops.WHILE, node, slot=slot)
        self.jump_if(node.test, loop.end, False, node)
        self._loop_body(node, loop, -1, outer)

    def _loop_body(
        self, node: ast.For | ast.While, loop: Loop, slot: int, outer: tuple[Loop, ...]
    ) -> None:
        """What a loop does in an iteration and at its end; `slot` holds its iterator, or is -1."""
        # A `finally` around it has ways on of its own: there every return is executed op by op.
        plain = not any(each.kind == "finally" for each in self._blocks)
        if plain and not self.code.is_module and _returns(node):
            self._returns.append((loop, self._state()))
        block = Block("loop", self.handler, self.level, loop.after, loop.head, slot, outer)
        self._blocks.append(block)
        self._body(node.body)
        self._blocks.pop()
        self.jump(loop.head, node)
        self.end_for(loop)
        self._body(node.orelse)
        self.here(loop.after)

    def _native_returns(self) -> None:
        """What follows when Python itself has executed a loop, and met a `return` in it.

        It stands behind all other ops, so that these keep their numbers.
        """
        for loop, state in self._returns:
            self._restore(state)
            self.depth = loop.slot + 2
            start = len(self.code.ops)
            self.here(loop.returns)
            self._return_slot(loop.node, loop.slot)  # type: ignore[arg-type]
            for op in self.code.ops[start:]:
                op.stop = False

    # What only Python itself executes.

    def _native(self, node: ast.stmt) -> None:
        native = native_statement(node, self.code)
        slot = self.take()
        self.emit(
            ops.NATIVE, node, store=Store(ops.TEMP, slot), extra=native, stop=True
        )
        if native.signals:
            self._signals(node, native, slot)

    def _signals(self, node: ast.stmt, native: Native, slot: int) -> None:
        """Do what a native statement asked for: `return`, `break` or `continue`."""
        for signal in sorted(native.signals):
            passed = Label()
            leaf = self.temporary(slot, node, "", keep=True)
            test = ast.Compare(
                place(ast.Subscript(read(parameter(0), node), ast.Constant(0), ast.Load()), node),
                [ast.Eq()],
                [ast.Constant(signal)],
            )
            flag = self.take()
            self.emit(ops.COMPUTE, node, [leaf], place(test, node), Store(ops.TEMP, flag))
            self._branch(node, self.temporary(flag, node, ""), passed, False)
            self.depth = flag
            if signal == "return":
                self._return_slot(node, slot)
            elif signal == "break":
                self._break(place(ast.Break(), node))
            else:
                self._continue(place(ast.Continue(), node))
            self.here(passed)

    def _return_slot(self, node: ast.stmt, slot: int) -> None:
        inner = self.temporary(slot, node, "return")
        value = place(ast.Subscript(inner.expr, ast.Constant(1), ast.Load()), node)
        self._give_back(node, Leaf(value, "return", inner.clears), value)


def _returns(loop: ast.AST) -> bool:
    """Whether a statement of a loop may return from the function around it."""
    inner = [each for each in ast.iter_child_nodes(loop) if not isinstance(each, ast.expr)]
    definitions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return any(
        isinstance(each, ast.Return) or (not isinstance(each, definitions) and _returns(each))
        for each in inner
    )


def _body_of(node: ast.AST) -> list[ast.stmt]:
    body: list[ast.stmt] = getattr(node, "body", [])
    return body

