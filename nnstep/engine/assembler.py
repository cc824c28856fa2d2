"""The growing list of ops: temporaries, labels, and the order in which operands are read.

The lowest layer of the compiler. It knows what an op needs, not what Python's syntax means.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import FunctionType
from typing import Any

from nnstep.engine import ops
from nnstep.engine.fragments import TEMPS, Fragments, item
from nnstep.engine.ops import DISCARD, Code, Handler, Label, Loop, Op, Store
from nnstep.engine.scopes import comprehension_name


class Unsupported(Exception):
    """A statement holds syntax that only Python itself executes."""


@dataclass(slots=True)
class Leaf:
    """An operand: something that is read without computing.

    Attributes:
        expr: the node that reads it in a `load` fragment.
        text: what the script calls it.
        clears: the temporaries that reading it uses up.
        fixed: whether nothing that runs before it is read can change it.
    """

    expr: ast.expr
    text: str
    clears: tuple[int, ...] = ()
    fixed: bool = False


@dataclass(slots=True)
class Mark:
    """How far the list had grown, to go back to."""

    count: int
    depth: int
    fragments: tuple[int, int]
    loops: int


class Assembler:
    """Builds the ops of one function."""

    def __init__(self, code: Code, flags: int) -> None:
        self.code = code
        self.fragments = Fragments(code.native, code.module, flags)
        self.handler: Handler | None = None
        self.level = 1
        self.statement: ast.AST | None = None
        self.scope: tuple[tuple[str, int, bool], ...] = ()
        self.depth = 0
        self.loops: tuple[Loop, ...] = ()
        self.comprehensions: tuple[ast.AST, ...] = ()
        self._spills: list[tuple[int, Leaf, ast.AST]] = []

    # Temporaries are taken and given back like a stack.

    def take(self, count: int = 1) -> int:
        """The first of so many fresh temporaries."""
        slot = self.depth
        self.depth += count
        self.code.depth = max(self.code.depth, self.depth)
        return slot

    def temporary(self, slot: int, at: ast.AST, text: str, keep: bool = False) -> Leaf:
        """The operand that lies in a temporary."""
        if keep:
            return Leaf(item(TEMPS, slot, at), text, (), True)
        return Leaf(ast.copy_location(ast.Name(f".t{slot}", ast.Load()), at), text, (slot,), True)

    # Ops.

    def emit(
        self,
        kind: int,
        node: ast.AST,
        leaves: Sequence[Leaf] = (),
        body: ast.expr | list[ast.stmt] | None = None,
        store: Store = DISCARD,
        *,
        stop: bool = False,
        at: ast.AST | None = None,
        label: Label | None = None,
        slot: int = -1,
        flag: bool = False,
        extra: Any = None,
    ) -> Op:
        """Add an op. `at` is where its code lies, when that is not all of `node`."""
        self._flush()
        op = Op(
            kind, node, stop, store, self.handler, self.loops, self.comprehensions,
            label=label, slot=slot, flag=flag, extra=extra, how=store.how, to=store.to,
            operands=tuple(leaf.text for leaf in leaves),
        )
        op.at = where = at or node
        op.statement = self.statement
        op.scope = self.scope
        self.fragments.inside = self._comprehension_name()
        if leaves:
            clears = [slot for leaf in leaves for slot in leaf.clears]
            self.fragments.load([leaf.expr for leaf in leaves], clears, where, _setter(op, "load"))
        if body is not None:
            self.fragments.compute(len(leaves), body, where, _setter(op, "fn"))
        self.code.ops.append(op)
        return op

    def _comprehension_name(self) -> str | None:
        """Before Python 3.12 a comprehension is a function of its own, and has a name."""
        if sys.version_info >= (3, 12) or not self.comprehensions:
            return None
        return comprehension_name(self.comprehensions[-1])

    def spill(self, leaf: Leaf, node: ast.AST) -> Leaf:
        """Read an operand now, before the ops that follow."""
        slot = self.take()
        self._spills.append((slot, leaf, node))
        return self.temporary(slot, node, leaf.text)

    def _flush(self) -> None:
        if not self._spills:
            return
        spills, self._spills = self._spills, []
        leaves = [leaf for _, leaf, _ in spills]
        slots = [slot for slot, _, _ in spills]
        self.emit(ops.SPILL, spills[-1][2], leaves, extra=tuple(slots))

    def here(self, label: Label | None = None) -> Label:
        """Set a label to the next op."""
        self._flush()
        label = label or Label()
        label.pc = len(self.code.ops)
        return label

    def jump(self, label: Label, node: ast.AST, *, stop: bool = False) -> None:
        """Add a jump."""
        self.emit(ops.JUMP, node, label=label, stop=stop)

    # A statement can be taken back, when a part of it turns out to be unknown.

    def mark(self) -> Mark:
        """How far the list has grown."""
        self._flush()
        return Mark(len(self.code.ops), self.depth, self.fragments.mark(), len(self.code.loops))

    def back_to(self, mark: Mark) -> None:
        """Forget all that was added since."""
        self._spills.clear()
        del self.code.ops[mark.count :]
        del self.code.loops[mark.loops :]
        self.depth = mark.depth
        self.fragments.back_to(mark.fragments)

    def finish(self) -> None:
        """Compile the fragments and settle the jumps."""
        self._flush()
        self.fragments.build()
        for index, op in enumerate(self.code.ops):
            op.index = index
            if op.label is not None:
                op.target = op.label.pc


@dataclass(slots=True)
class Block:
    """Something that `return`, `break` and `continue` must leave in order.

    Attributes:
        kind: `loop`, `handler` or `finally`.
        handler: what protects the code around it.
        level: how many handled exceptions surround it.
        label: of a `finally`, its first op; of a loop, the op behind it.
        again: of a loop, the op that begins the next iteration.
        slot: of a `finally`, where it keeps how it ends; of a loop, its iterator or -1.
        loops: the loops around it.
        after: of a `finally`, where those go on who left through it, and what they do there.
    """

    kind: str
    handler: Handler | None
    level: int
    label: Label = field(default_factory=Label)
    again: Label = field(default_factory=Label)
    slot: int = -1
    loops: tuple[Loop, ...] = ()
    after: list[tuple[Label, Callable[[], None]]] = field(default_factory=list)


def _setter(op: Op, attribute: str) -> Any:
    def set_function(made: FunctionType) -> None:
        setattr(op, attribute, made)

    return set_function
