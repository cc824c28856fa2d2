"""What a compiled script is: ops in a flat list, one list a function.

Data, and no behaviour: the compiler makes ops, the machine executes them.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from types import CodeType
from typing import Any, Final

from nnstep.engine.source import Source, Span

# Kinds. Plain integers, the frequent ones first: the machine compares them for every op.
COMPUTE: Final = 0  # result = fn(*operands)
CALL: Final = 1  # the same, and the first operand may be a function to step into
BIND: Final = 2  # result = the one operand
BRANCH: Final = 3  # go to target when the truth of the operand is `flag`
NEXT: Final = 4  # the next item of the iterator in `slot`, or go to target
RETURN: Final = 5
JUMP: Final = 6
SPILL: Final = 7  # operands into temporaries, before a later operand can change them
OPERATOR: Final = 8  # like COMPUTE; an operand's own operator method may be stepped into
ITER: Final = 9  # iterator into `slot`, its counter into the slot behind
WHILE: Final = 10  # one more iteration of a `while` in the counter behind `slot`
ENTER: Final = 11  # with: call __enter__, keep __exit__ in `slot`
EXIT: Final = 12  # with: call the __exit__ kept behind `slot`
SIGNAL: Final = 13  # into a `finally` by the front door; `resume` is where it ends
END_FINALLY: Final = 14  # go where `slot` says, or raise what it holds
TRIM: Final = 15  # leave exception handlers: back to `level` handled exceptions
MATCH: Final = 16  # go to target unless the handled exception fits the operand
RERAISE: Final = 17  # a bare raise, or the end of handlers of which none fitted
DELETE: Final = 18
CLEAR: Final = 19  # forget a temporary
NATIVE: Final = 20  # a statement that Python itself executes
CELL: Final = 21  # a fresh cell for a comprehension's captured variable
CATCH: Final = 22  # an exception arrives at a `finally`: `slot` holds it
NOP: Final = 23

# Where a result goes.
NOWHERE: Final = 0
TEMP: Final = 1
LOCAL: Final = 2
GLOBAL: Final = 3
IN_CELL: Final = 4
TEMP_CELL: Final = 5
MANY: Final = 6
BOTH: Final = 7


class Label:
    """A place in the list of ops that is known only later."""

    __slots__ = ("pc",)

    def __init__(self) -> None:
        self.pc = -1


@dataclass(frozen=True, slots=True)
class Store:
    """Where a result goes.

    Attributes:
        how: NOWHERE, TEMP, LOCAL, GLOBAL, IN_CELL, TEMP_CELL, MANY or BOTH.
        to: the slot, the name, or the stores of the parts: for MANY
            each gets one item, for BOTH each the whole value.
        name: the name in the script that is bound by it, such as `zh` or `self.W1`.
    """

    how: int
    to: Any = None
    name: str | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Every name that it binds."""
        if self.how in (MANY, BOTH):
            return tuple(name for part in self.to for name in part.names)
        return (self.name,) if self.name else ()


DISCARD: Final = Store(NOWHERE)


@dataclass(frozen=True, slots=True)
class Handler:
    """Where an exception goes that is raised in a protected part.

    Attributes:
        label: the first op of the handler.
        level: how many handled exceptions surround the protected part.
        depth: how many temporaries are alive there; those above are forgotten.
    """

    label: Label
    level: int
    depth: int


@dataclass(frozen=True, slots=True)
class Loop:
    """A loop of the script.

    Attributes:
        node: the `for` or `while` statement, or the generator of a comprehension.
        slot: its iterator; the slot behind it counts its iterations from 0.
        head: the op that begins an iteration.
        end: the op behind its body.
        after: the op behind all of it, its `else` included: where a `break` goes.
        returns: where a `return` in its body goes on when Python itself has executed it, the
            temporary of the iterator holding what it gave; -1 when there is no such place.
    """

    node: ast.AST
    slot: int
    head: Label
    end: Label
    after: Label = field(default_factory=Label)
    returns: Label = field(default_factory=Label)


def no_operands(variables: Any, temps: Any, constants: Any = ()) -> tuple[Any, ...]:
    """What an op loads that works on nothing.

    It takes its arguments as the fragments do that load operands: Python 3.12 tells functions at
    a call apart by numbers that may coincide, and would crash where only some have defaults.
    """
    return ()


@dataclass(slots=True, eq=False)
class Op:
    """One op.

    Attributes:
        kind: one of the kinds above.
        node: the part of the script that it computes.
        stop: whether stepping halts at it.
        store: where its result goes, split into `how` and `to` for the machine.
        load: the frame's locals and temporaries -> the operands.
        fn: the operands -> the result; its code lies at the op's place in the script.
        handler: where an exception goes that it raises, None for out of the function.
        loops: the loops around it, outermost first.
        index: its place in the list.
        target: the op that it jumps to.
        slot: the temporary that its kind speaks of.
        flag: for BRANCH the truth that jumps; for CALL whether all operands but the first are
            the positional arguments.
        operands: the script's text of each operand.
        at: where its code lies, within `node`.
        statement: the innermost statement around it.
        comprehensions: those around it, outermost first, for tracebacks before Python 3.12.
        scope: the comprehensions' own variables there: name, temporary, whether in a cell.
        extra: what its kind needs besides.
    """

    kind: int
    node: ast.AST
    stop: bool
    store: Store
    handler: Handler | None
    loops: tuple[Loop, ...]
    comprehensions: tuple[ast.AST, ...]
    load: Callable[..., tuple[Any, ...]] = no_operands
    fn: Callable[..., Any] = lambda *_: None
    index: int = -1
    label: Label | None = None
    target: int = -1
    slot: int = -1
    flag: bool = False
    operands: tuple[str, ...] = ()
    scope: tuple[tuple[str, int, bool], ...] = ()
    extra: Any = None
    how: int = NOWHERE
    to: Any = None
    at: ast.AST | None = None
    statement: ast.AST | None = None


@dataclass(slots=True)
class Signature:
    """How a function's arguments become its locals; read off its native code.

    Attributes:
        plain: whether it takes positional parameters only.
    """

    positional: tuple[str, ...]
    keyword_only: tuple[str, ...]
    positional_only: int
    rest: str | None
    keywords: str | None
    cells: tuple[str, ...]
    plain: bool

    @classmethod
    def of(cls, code: CodeType) -> Signature:
        """The signature of a native code object."""
        names, count, only = code.co_varnames, code.co_argcount, code.co_kwonlyargcount
        at = count + only
        rest = keywords = None
        if code.co_flags & 0x04:  # CO_VARARGS
            rest, at = names[at], at + 1
        if code.co_flags & 0x08:  # CO_VARKEYWORDS
            keywords = names[at]
        return cls(
            names[:count],
            names[count : count + only],
            code.co_posonlyargcount,
            rest,
            keywords,
            code.co_cellvars,
            plain=not (only or rest or keywords),
        )


@dataclass(eq=False)
class Code:
    """One function of a script, or the script itself, as ops.

    Attributes:
        source: the text it comes from.
        name: the function's name as tracebacks show it, `<module>` for the script.
        native: CPython's code object of the same function.
        node: its AST node.
        module: the globals it runs in.
        ops: the flat list.
        depth: how many temporaries it needs.
        loops: its loops, in the order of the text.
        owner: the class around it, whose name mangles private names.
        flags: the `__future__` features in force.
        raisers: what makes traceback entries for its ops, kept once made.
    """

    source: Source
    name: str
    native: CodeType
    node: ast.AST
    module: dict[str, Any]
    ops: list[Op] = field(default_factory=list)
    depth: int = 0
    loops: list[Loop] = field(default_factory=list)
    owner: str | None = None
    flags: int = 0
    raisers: dict[Any, CodeType] = field(default_factory=dict)

    @cached_property
    def signature(self) -> Signature:
        """How arguments become locals."""
        return Signature.of(self.native)

    @cached_property
    def quick(self) -> tuple[str, ...] | None:
        """The parameters, when binding arguments is no more than naming them; else None."""
        signature = self.signature
        simple = signature.plain and not signature.cells and not self.native.co_freevars
        return signature.positional if simple else None

    @cached_property
    def is_module(self) -> bool:
        """Whether it is the script itself and not a function."""
        return isinstance(self.node, ast.Module)

    def span(self, op: Op) -> Span:
        """Where an op stands; of a loop, a branch or a definition only the head."""
        node = op.node
        span = self.source.span(node)
        body = getattr(node, "body", None)
        if not isinstance(node, ast.stmt) or not isinstance(body, list):
            return span
        head = _head(node)
        if head is None:
            line = node.lineno
            return Span(line, span.column, line, len(self.source.line(line).rstrip()))
        end = self.source.span(head)
        return Span(span.line, span.column, end.end_line, end.end_column)

    def text(self, op: Op) -> str:
        """An op as the script has it, its line breaks folded."""
        return self.source.segment(self.span(op))


def _head(node: ast.stmt) -> ast.AST | None:
    """The last expression in the head of a compound statement."""
    match node:
        case ast.For():
            return node.iter
        case ast.While() | ast.If():
            return node.test
        case ast.With():
            last = node.items[-1]
            return last.optional_vars or last.context_expr
        case _:
            return None
