"""Running on: a loop of the script compiled back to native code, many iterations at a time.

A chunk is the loop as a function over the frame's own variables. It ends where an iteration
ends, so the frame can be saved there, shown, or stepped on from. What goes wrong in it, or has to
be looked at op by op, is done again by the machine from a saved state; that is the caller's
affair.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import perf_counter
from types import CellType, CodeType, FunctionType
from typing import Any

from nnstep.engine.fragments import place, read
from nnstep.engine.frames import Frame
from nnstep.engine.natives import Signals, function_code
from nnstep.engine.ops import Code, Loop

# Names of the chunk's own variables; a script can't have such.
_ITEMS, _BEGUN, _LIMIT = ".items", ".begun", ".limit"
_OWN = (_ITEMS, _BEGUN, _LIMIT)

# How a chunk ends.
BOUNDARY, EXHAUSTED, BREAK, RETURN = "boundary", "exhausted", "break", "return"

# They look at the frame that calls them, which would be the chunk's.
_LOOKS_AT_FRAME = {
    "locals", "vars", "dir", "eval", "exec", "globals", "_getframe", "currentframe", "stack",
    "breakpoint",
}

Guard = Callable[[list[ast.stmt]], list[ast.stmt]]
"""Puts what must be looked at while the chunk runs into the body of its loop."""


class ChunkError(Exception):
    """An exception has left a chunk, whose state is somewhere within an iteration.

    Attributes:
        begun: how many iterations had begun, the failed one included.
        error: the exception.
    """

    def __init__(self, begun: int, error: BaseException) -> None:
        super().__init__(str(error))
        self.begun = begun
        self.error = error


@dataclass(frozen=True, slots=True)
class Chunk:
    """A loop as native code.

    Attributes:
        loop: the loop.
        native: its code; the free variables are the frame's.
    """

    loop: Loop
    native: CodeType

    def run(self, frame: Frame, limit: CellType) -> str:
        """Run iterations until the limit, or the end of the loop; how it has ended.

        The frame stands at the loop's head before and, when it has ended at a boundary, after.

        Args:
            frame: whose loop it is.
            limit: how many iterations at most. A lower number put in while it runs counts too.

        Raises:
            ChunkError: something was raised; the frame is within an iteration.
        """
        slot = self.loop.slot
        begun = CellType(0)
        own = {_ITEMS: CellType(frame.temps[slot]), _BEGUN: begun, _LIMIT: limit}
        cells = _cells(frame, self.native.co_freevars, own)
        made = FunctionType(
            self.native, frame.code.module,
            closure=tuple([cells[name] for name in self.native.co_freevars]),
        )
        failure: BaseException | None = None
        ended: Any = None
        try:
            ended = made()
        except BaseException as error:
            failure = error
        _write_back(frame, cells)
        if failure is not None:
            raise ChunkError(begun.cell_contents, failure)
        frame.temps[slot + 1] += begun.cell_contents
        if ended is None:
            return BOUNDARY
        how, value = ended
        self._leave(frame, how, value)
        return str(how)

    def _leave(self, frame: Frame, how: str, value: Any) -> None:
        """Go where the loop's end leads."""
        frame.temps[self.loop.slot] = (how, value) if how == RETURN else None
        ways = {
            EXHAUSTED: self.loop.end, BREAK: self.loop.after, RETURN: self.loop.returns,
        }
        frame.pc = ways[how].pc


def _cells(
    frame: Frame, names: Sequence[str], own: dict[str, CellType]
) -> dict[str, CellType]:
    """The frame's variables in cells; it keeps no other reference to their values meanwhile."""
    cells = dict(own)
    variables = frame.locals
    for name in names:
        if name in own:
            continue
        held = variables.get(name, cells)
        if type(held) is CellType:
            cells[name] = held
        elif held is cells:
            cells[name] = CellType()
        else:
            cells[name] = CellType(held)
            del variables[name]
    return cells


def _write_back(frame: Frame, cells: dict[str, CellType]) -> None:
    variables = frame.locals
    for name, cell in cells.items():
        if name in _OWN or variables.get(name) is cell:
            continue
        try:
            variables[name] = cell.cell_contents
        except ValueError:
            variables.pop(name, None)


def compile_chunk(code: Code, loop: Loop, guard: Guard | None = None) -> Chunk | None:
    """Compile a loop; None when its statements need the script's own frame.

    Args:
        code: the function that it stands in.
        loop: the loop.
        guard: changes the statements before they are compiled.
    """
    node = loop.node
    if not isinstance(node, ast.For | ast.While) or not _is_possible(node, code):
        return None
    transform = _Body(code, node)
    statement = copy.deepcopy(node)
    statement.orelse = []  # the machine's affair
    statement = transform.visit(statement)
    if guard is not None:
        statement.body = guard(statement.body)
    body = _for(statement) if isinstance(statement, ast.For) else _while(statement)
    if RETURN in transform.signals and loop.returns.pc < 0:
        return None
    try:
        native = function_code(body, node, code, extra=_OWN)
    except SyntaxError:  # such as `global x` in the loop's body, behind a use of x
        return None
    return Chunk(loop, native)


def _is_possible(node: ast.For | ast.While, code: Code) -> bool:
    for each in _own_nodes(node):
        if isinstance(each, ast.Name) and each.id in _LOOKS_AT_FRAME:
            return False
        if isinstance(each, ast.Attribute) and each.attr in _LOOKS_AT_FRAME:
            return False
        if isinstance(each, ast.AnnAssign) and code.is_module:
            return False  # it writes into the module's `__annotations__`
        if isinstance(each, ast.ImportFrom) and each.names[0].name == "*":
            return False
    return True


def _own_nodes(node: ast.AST) -> list[ast.AST]:
    """The nodes that the frame itself executes, not those in functions within."""
    found: list[ast.AST] = [node]
    for each in ast.iter_child_nodes(node):
        if not isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            found += _own_nodes(each)
    return found


class _Body(Signals):
    """The statements of a loop, made to end the chunk where an iteration ends."""

    def __init__(self, code: Code, loop: ast.For | ast.While) -> None:
        super().__init__(code)
        self._loops = -1  # the loop itself is a part of the chunk
        self._ends_in_body = isinstance(loop, ast.For)

    def visit_Continue(self, node: ast.Continue) -> Any:
        if self._functions or self._loops or not self._ends_in_body:
            return node
        return [_end_of_iteration(node), node]

    def visit_Break(self, node: ast.Break) -> ast.stmt:
        return node if self._functions or self._loops else self._signal(node, BREAK)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> Any:
        """Of a function's own variables an annotation does nothing, and can't be compiled here."""
        self.generic_visit(node)
        if self._functions or not isinstance(node.target, ast.Name):
            return node
        if node.value is None:
            return place(ast.Pass(), node)
        return place(ast.Assign([node.target], node.value), node)


def _end_of_iteration(at: ast.AST) -> ast.stmt:
    """Return, with nothing, when the limit is reached."""
    test = ast.Compare(read(_BEGUN, at), [ast.GtE()], [read(_LIMIT, at)])
    return place(ast.If(place(test, at), [ast.Return()], []), at)


def _begin(at: ast.AST) -> ast.stmt:
    counter = ast.Name(_BEGUN, ast.Store())
    return place(ast.AugAssign(counter, ast.Add(), ast.Constant(1)), at)


def _exhausted(at: ast.AST) -> ast.stmt:
    parts: list[ast.expr] = [ast.Constant(EXHAUSTED), ast.Constant(None)]
    return place(ast.Return(ast.Tuple(parts, ast.Load())), at)


def _for(node: ast.For) -> list[ast.stmt]:
    node.iter = read(_ITEMS, node.iter)
    node.body = [_begin(node), *node.body, _end_of_iteration(node)]
    return [node, _exhausted(node)]


def _while(node: ast.While) -> list[ast.stmt]:
    ends = place(ast.If(ast.UnaryOp(ast.Not(), node.test), [_exhausted(node)], []), node.test)
    node.test = place(ast.Constant(True), node)
    node.body = [_end_of_iteration(node), _begin(node), ends, *node.body]
    return [node]


class FastForward:
    """Runs loops in slices of many iterations, each of which ends where an iteration ends."""

    def __init__(self) -> None:
        self._chunks: dict[tuple[int, int], tuple[Code, Chunk | None]] = {}
        self._limit = CellType(0)

    def chunk(self, code: Code, loop: Loop) -> Chunk | None:
        """A loop as native code, None where only the machine can run it."""
        key = id(code), loop.head.pc
        if key not in self._chunks:
            self._chunks[key] = code, compile_chunk(code, loop)
        return self._chunks[key][1]

    def hurry(self) -> None:
        """Have a chunk end with the iteration that is under way; for signal handlers."""
        self._limit.cell_contents = 0

    def run(
        self, chunk: Chunk, frame: Frame, count: int | None,
        pause: Callable[[float], float | None],
    ) -> str:
        """Run iterations; how that has ended.

        Args:
            chunk: the loop.
            frame: whose loop it is.
            count: how many iterations at most.
            pause: called between slices with the seconds that the last one took; gives the
                seconds that the next may take, None to end here.

        Raises:
            ChunkError: something was raised; the frame is within an iteration.
        """
        at, size, done = chunk.loop.slot + 1, 1, 0
        while True:
            asked = size if count is None else min(size, count - done)
            self._limit.cell_contents = asked
            before = frame.temps[at]
            start = perf_counter()
            ended = chunk.run(frame, self._limit)
            took = perf_counter() - start
            ran = frame.temps[at] - before
            done += ran
            if ended != BOUNDARY or ran < asked or done == count:
                pause(took)
                return ended
            wanted = pause(took)
            if wanted is None:
                return ended
            size = max(1, min(int(ran * wanted / max(took, 1e-9)), 8 * size))
