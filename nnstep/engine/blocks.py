"""Protected statements -> ops: `try`, `with`, `raise`, `assert`, and what leaves a block early.

Which handler an op has is known when compiling, so entering a `try` costs nothing at run time.
A `finally` stands in the list once; a temporary keeps where it was entered from.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Any

from nnstep.engine import ops
from nnstep.engine.assembler import Block, Leaf
from nnstep.engine.assignments import Assignments
from nnstep.engine.fragments import parameter, place, read
from nnstep.engine.ops import Handler, Label, Store
from nnstep.engine.positions import asked_place, assertion_places

RETURNED = 0
"""The temporary that keeps a returned value while `finally` blocks run. It is the function's
first, so that no op of such a block can take it."""


class Blocks(Assignments):
    """The part of the compiler that knows exceptions and the ways out of blocks."""

    _blocks: list[Block]

    def _body(self, statements: Sequence[ast.stmt]) -> None:
        raise NotImplementedError

    def _give_back(self, node: ast.stmt, leaf: Leaf, value: ast.expr) -> None:
        """Leave all blocks and return; the value is read before any `finally` runs."""
        if self._blocks and not isinstance(value, ast.Constant):
            self.emit(ops.BIND, value, [leaf], store=Store(ops.TEMP, RETURNED), at=value)
            leaf = self.temporary(RETURNED, value, leaf.text)
        self._leave("function", node, lambda _: self.emit(ops.RETURN, node, [leaf], stop=True))

    def _leave(self, kind: str, node: ast.stmt, then: Callable[[Block | None], object]) -> None:
        """Leave the blocks up to the innermost one of a kind, and do something there.

        Each `finally` on the way runs first. What comes behind it is emitted behind it, so that
        ops stand in the order in which they run.
        """
        state = self.handler, self.level, self.loops
        found = None
        for block in reversed(self._blocks):
            if block.kind == kind:
                found = block
                break
            if block.kind == "finally":
                resume = Label()
                self.emit(
                    ops.SIGNAL, node, label=block.label, slot=block.slot,
                    extra=(resume, block.level),
                )
                block.after.append((resume, lambda: self._go_on(kind, node, then)))
                self.handler, self.level, self.loops = state
                return
            self._leave_block(block, node)
        then(found)
        self.handler, self.level, self.loops = state

    def _go_on(self, kind: str, node: ast.stmt, then: Callable[[Block | None], object]) -> None:
        outer, self.statement = self.statement, node
        self._leave(kind, node, then)
        self.statement = outer

    def _leave_block(self, block: Block, node: ast.AST) -> None:
        if block.kind == "handler":
            self.emit(ops.TRIM, node, extra=block.level)
        elif block.slot >= 0:
            self.emit(ops.CLEAR, node, slot=block.slot)
        self.handler, self.level = block.handler, block.level
        self.loops = block.loops

    def _raise(self, node: ast.Raise) -> None:
        if node.exc is None:
            self.emit(ops.RERAISE, node, [], [place(ast.Raise(), node)], stop=True)
            return
        values = [node.exc, *([node.cause] if node.cause else [])]
        leaves = self.reduce_all(values)
        places = [read(parameter(number), each) for number, each in enumerate(values)]
        statement = place(ast.Raise(*places), node)
        self.emit(ops.COMPUTE, node, leaves, [statement], stop=True)

    def _assert(self, node: ast.Assert) -> None:
        end = Label()
        self.jump_if(node.test, end, True, node)
        leaves = [self.reduce(node.msg)] if node.msg else []
        message = read(parameter(0), node.msg) if node.msg else None
        test, at = assertion_places(node)
        false = place(ast.Constant(False), test)
        failed = place(ast.Assert(false, message), at)
        self.emit(ops.COMPUTE, node, leaves, [failed], stop=True)
        self.here(end)

    def _try(self, node: ast.Try) -> None:
        if not node.finalbody:
            self._try_except(node)
            return
        slot = self.take()
        self._protected(
            node, slot, lambda: self._try_except(node), lambda: self._body(node.finalbody)
        )

    def _protected(self, node: ast.AST, slot: int, body: Any, final: Any) -> None:
        """A body, and what is done however it ends; `slot` keeps how it ended."""
        outer, level = self.handler, self.level
        block = Block("finally", outer, level, slot=slot, loops=self.loops)
        caught, resume = Label(), Label()
        self._blocks.append(block)
        self.handler = Handler(caught, level, self.depth)
        body()
        self._blocks.pop()
        self.handler = outer
        self.emit(ops.SIGNAL, node, label=block.label, slot=slot, extra=(resume, level))
        self.here(caught)
        self.emit(ops.CATCH, node, slot=slot)
        self.here(block.label)
        self.level = level + 1
        self._blocks.append(Block("handler", outer, level, loops=self.loops))
        final()
        self._blocks.pop()
        self.level = level
        self.emit(ops.END_FINALLY, node, slot=slot, label=resume)
        for label, go_on in block.after:
            self.here(label)
            go_on()
        self.here(resume)

    def _try_except(self, node: ast.Try) -> None:
        if not node.handlers:
            self._body(node.body)
            return
        outer, level = self.handler, self.level
        caught, end = Label(), Label()
        self.handler = Handler(caught, level, self.depth)
        self._body(node.body)
        self.handler = outer
        self._body(node.orelse)
        self.jump(end, node)
        self.here(caught)
        self.level = level + 1
        self._blocks.append(Block("handler", outer, level, loops=self.loops))
        for handler in node.handlers:
            self._except(handler, end, level)
        self._blocks.pop()
        self.level = level
        self.emit(ops.RERAISE, node, flag=True)
        self.here(end)

    def _except(self, node: ast.ExceptHandler, end: Label, level: int) -> None:
        following = Label()
        name = self.store_name(node.name) if node.name else None
        if node.type is not None:
            leaf = self.reduce(node.type)
            fits = _match_body(node)
            self.emit(
                ops.MATCH, node, [leaf], fits, name or ops.DISCARD, label=following, stop=True,
                at=node,
            )
        if name is None:
            self._body(node.body)
        else:
            slot = self.take()
            self._protected(
                node, slot, lambda: self._body(node.body),
                lambda: self.emit(ops.DELETE, node, extra=name, flag=True),
            )
        self.emit(ops.TRIM, node, extra=level)
        self.jump(end, node)
        self.here(following)

    def _with(self, node: ast.With) -> None:
        self._with_items(node, list(node.items))

    def _with_items(self, node: ast.With, items: list[ast.withitem]) -> None:
        if not items:
            self._body(node.body)
            return
        item, *rest = items
        leaf = self.reduce(item.context_expr)
        slot = self.take(2)
        at = item.context_expr
        target = item.optional_vars
        name = self.target_store(target) if target else None
        value = self.take() if target and name is None else None
        store = name or (Store(ops.TEMP, value) if value is not None else ops.DISCARD)
        where = asked_place(at, node)
        enter = place(ast.Call(read(parameter(0), where), [], []), where)
        op = self.emit(ops.ENTER, at, [leaf], enter, store, slot=slot, stop=True, at=where)
        bare = place(ast.With([ast.withitem(read(parameter(0), at))], [ast.Pass()]), node)
        self.fragments.compute(1, [bare], at, lambda made: setattr(op, "extra", made))

        def body() -> None:
            if target is not None and value is not None:
                self.assign(target, self.temporary(value, target, self.text(target)), target)
            self._with_items(node, rest)

        def leave() -> None:
            places = [read(parameter(number), where) for number in (1, 2, 3)]
            call = place(ast.Call(read(parameter(0), where), [*places], []), where)
            self._exit(at, call, slot)

        self._protected(node, slot, body, leave)

    def _exit(self, at: ast.expr, call: ast.expr, slot: int) -> None:
        op = self.emit(ops.EXIT, at, slot=slot, stop=True, at=call)
        self.fragments.compute(4, call, call, lambda made: setattr(op, "fn", made))

    def _return(self, node: ast.Return) -> None:
        value = node.value or place(ast.Constant(None), node)
        self._give_back(node, self.reduce(value), value)

    def _break(self, node: ast.Break) -> None:
        def leave(block: Block | None) -> None:
            assert block is not None
            if block.slot >= 0:
                self.emit(ops.CLEAR, node, slot=block.slot)
            self.jump(block.label, node)

        self._leave("loop", node, leave)

    def _continue(self, node: ast.Continue) -> None:
        def leave(block: Block | None) -> None:
            assert block is not None
            self.jump(block.again, node)

        self._leave("loop", node, leave)


def _match_body(at: ast.AST) -> list[ast.stmt]:
    """`except` asked of Python itself: the current exception, raised again, against a type."""
    handler = ast.ExceptHandler(
        read(parameter(0), at), None, [place(ast.Return(ast.Constant(True)), at)]
    )
    rest = ast.ExceptHandler(None, None, [place(ast.Return(ast.Constant(False)), at)])
    body: list[ast.stmt] = [place(ast.Raise(), at)]
    return [place(ast.Try(body, [place(handler, at), place(rest, at)], [], []), at)]
