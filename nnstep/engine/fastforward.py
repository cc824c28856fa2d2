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
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from time import perf_counter
from types import CellType, CodeType, FunctionType, MethodType
from typing import Any, Protocol

from nnstep.engine.fragments import place, read
from nnstep.engine.frames import Frame
from nnstep.engine.halted import Halted
from nnstep.engine.iterators import ITERATORS
from nnstep.engine.names import mangle
from nnstep.engine.natives import Signals, filled, function_code, with_own_functions
from nnstep.engine.ops import Code, Loop

# Names of the chunk's own variables; a script can't have such.
_ITEMS, _BEGUN, _LIMIT = ".items", ".begun", ".limit"
_OWN = (_ITEMS, _BEGUN, _LIMIT)
_UNBOUND = ".NameError"  # a constant, in place of which comes what it names

# How a chunk ends.
BOUNDARY, EXHAUSTED, BREAK, RETURN = "boundary", "exhausted", "break", "return"

# They look at the frame that calls them, which would be the chunk's.
_LOOKS_AT_FRAME = {
    "locals", "vars", "dir", "eval", "exec", "globals", "_getframe", "currentframe", "stack",
    "breakpoint",
}

class Armed(Protocol):
    """Looks for something while a chunk runs."""

    chunks: dict[tuple[int, int], tuple[Code, Chunk | None]]
    fired: bool

    def loop(self, node: ast.For | ast.While, /) -> list[ast.stmt]:
        """The statements of a loop with what looks between them."""

    def fill(self, code: CodeType, /) -> CodeType:
        """The same, once they are compiled, with what they call."""

    def find_functions(self) -> None:
        """Find out which functions of the script take part."""

    def armed(self) -> AbstractContextManager[None]:
        """Have them look."""


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
        jumps: whether it may be left out of a `try` or `with`: between such a jump and where it
            leads lie ops at which stepping halts, which are executed natively with it.
    """

    loop: Loop
    native: CodeType
    jumps: bool

    @property
    def is_while(self) -> bool:
        """Whether it is no `for`."""
        return isinstance(self.loop.node, ast.While)

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
        items = _asked_once(frame.temps[slot])
        own = {_ITEMS: CellType(items), _BEGUN: begun, _LIMIT: limit}
        lent = _lend(frame, [_name_of(each) for each in self.native.co_freevars if each not in own])
        made = FunctionType(
            self.native, frame.code.module,
            closure=tuple([
                own[name] if name in own else frame.locals[_name_of(name)]
                for name in self.native.co_freevars
            ]),
        )
        failure: BaseException | None = None
        ended: Any = None
        try:
            ended = made()
        except BaseException as error:
            failure = error
        _take_back(frame, lent)
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


def _name_of(variable: str) -> str:
    """The variable that one of the chunk stands for."""
    return variable.removeprefix(".")


class _Caught(BaseException):
    """Stands for a check that has fired, and whose exception the script has caught."""


def _asked_once(items: Any) -> Any:
    """An iterator that a `for` may begin with again, though it is one of the script's own making.

    Each chunk asks it for its iterator, which would be a call that the script doesn't make.
    """
    if type(items) in ITERATORS or not isinstance(getattr(type(items), "__iter__", None), _PYTHON):
        return items
    return _Items(items)


_PYTHON = (FunctionType, MethodType)


class _Items:
    """Gives the items of an iterator."""

    def __init__(self, items: Any) -> None:
        self._items = items

    def __iter__(self) -> _Items:
        return self

    def __next__(self) -> Any:
        return next(self._items)


def _lend(frame: Frame, names: Sequence[str]) -> list[str]:
    """Put the frame's variables into cells, where they aren't; nothing else keeps their values."""
    variables, lent = frame.locals, []
    for name in names:
        if name not in variables:
            variables[name] = CellType()
        elif type(variables[name]) is CellType:
            continue
        else:
            variables[name] = CellType(variables[name])
        lent.append(name)
    return lent


def _take_back(frame: Frame, names: Sequence[str]) -> None:
    """Take the variables out of their cells."""
    variables = frame.locals
    for name in names:
        try:
            variables[name] = variables[name].cell_contents
        except ValueError:
            del variables[name]


def compile_chunk(code: Code, loop: Loop, checks: Armed | None = None) -> Chunk | None:
    """Compile a loop; None when its statements need the script's own frame.

    Args:
        code: the function that it stands in.
        loop: the loop.
        checks: what is to be looked for in it.
    """
    node = loop.node
    if not isinstance(node, ast.For | ast.While) or not _is_possible(node, code):
        return None
    transform = _Body(code, node)
    statement = copy.deepcopy(node)
    statement.orelse = []  # the machine's affair
    statement = transform.visit(statement)
    if checks is not None:
        statement.body = checks.loop(statement)
    body = _for(statement) if isinstance(statement, ast.For) else _while(statement)
    if RETURN in transform.signals and loop.returns.pc < 0:
        return None
    # What no inner function knows can be kept where it is quickest.
    fast = [] if checks is not None else _fast_names(code, node)
    body = _with_fast(body, fast, node)
    try:
        native = function_code(body, node, code, extra=(*_OWN, *map(_cell_of, fast)), fast=fast)
    except SyntaxError:  # such as `global x` in the loop's body, behind a use of x
        return None
    if checks is not None:
        native = checks.fill(native)
    native = filled(native, {_UNBOUND: NameError})
    own = with_own_functions(native, code.native)
    return Chunk(loop, own, _jumps(node)) if own is not None else None


def _fast_names(code: Code, node: ast.AST) -> list[str]:
    """The variables in a loop that only the function itself knows."""
    if code.is_module:
        return []
    known = {*code.native.co_cellvars, *code.native.co_freevars}
    named = {mangle(each.id, code.owner) for each in ast.walk(node) if isinstance(each, ast.Name)}
    return sorted(set(code.native.co_varnames) & named - known)


def _cell_of(name: str) -> str:
    """The chunk's own variable that brings a fast one in, and takes it out again."""
    return f".{name}"


def _with_fast(body: list[ast.stmt], names: Sequence[str], at: ast.AST) -> list[ast.stmt]:
    """A chunk that takes variables out of their cells first, and puts them back however it ends.

    While it runs they are in no cell: nothing else may keep their values.
    """
    before, after = [], []
    for name in names:
        cell = _cell_of(name)
        before.append(_moved(cell, name, at))
        after.append(_moved(name, cell, at))
    if not names:
        return body
    return [*before, place(ast.Try(body, [], [], after), at)]


def _moved(source: str, target: str, at: ast.AST) -> ast.stmt:
    """`target = source; del source`, or nothing when the source is unbound."""
    move = ast.Assign([ast.Name(target, ast.Store())], read(source, at))
    gone = ast.Delete([ast.Name(source, ast.Del())])
    unbound = ast.ExceptHandler(ast.Constant(_UNBOUND), None, [ast.Pass()])
    return place(ast.Try([place(move, at), place(gone, at)], [unbound], [], []), at)


def _is_possible(node: ast.For | ast.While, code: Code) -> bool:
    for each in _own_nodes(node):
        if isinstance(each, ast.Name) and each.id in _LOOKS_AT_FRAME:
            return False
        if isinstance(each, ast.Attribute) and each.attr in _LOOKS_AT_FRAME:
            return False
        if isinstance(each, ast.ImportFrom) and each.names[0].name == "*":
            return False
    return True


def _jumps(loop: ast.For | ast.While) -> bool:
    """Whether a `return`, or a `break` of this very loop, stands within a `with` or `try`."""
    return any(_leaves(each, guarded=False, breaks=True) for each in loop.body)


def _leaves(node: ast.AST, *, guarded: bool, breaks: bool) -> bool:
    if isinstance(node, ast.Return | ast.Break):
        return guarded and (breaks or isinstance(node, ast.Return))
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.expr):
        return False
    guarded = guarded or isinstance(node, ast.With | ast.Try)
    own = node.body if isinstance(node, ast.For | ast.While) else ()  # whose `break` is its own
    return any(
        _leaves(each, guarded=guarded, breaks=breaks and each not in own)
        for each in ast.iter_child_nodes(node)
    )


def _own_nodes(node: ast.AST) -> list[ast.AST]:
    """The nodes that the frame itself executes: of functions within, defaults and decorators."""
    found: list[ast.AST] = [node]
    for each in ast.iter_child_nodes(node):
        if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            for part in (each.args, *getattr(each, "decorator_list", ())):
                found += _own_nodes(part)
        else:
            found += _own_nodes(each)
    return found


class _Body(Signals):
    """The statements of a loop, made to end the chunk where an iteration ends."""

    def __init__(self, code: Code, loop: ast.For | ast.While) -> None:
        super().__init__(code)
        self.leaves = True
        self._loops = -1  # the loop itself is a part of the chunk
        self._ends_in_body = isinstance(loop, ast.For)

    def visit_Continue(self, node: ast.Continue) -> Any:
        if self._functions or self._loops or not self._ends_in_body:
            return node
        return [_end_of_iteration(node), node]

    def visit_Break(self, node: ast.Break) -> ast.stmt:
        return node if self._functions or self._loops else self._signal(node, BREAK)


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

    def chunk(self, code: Code, loop: Loop, checks: Armed | None = None) -> Chunk | None:
        """A loop as native code, None where only the machine can run it."""
        key = id(code), loop.head.pc
        chunks = self._chunks if checks is None else checks.chunks
        if key not in chunks:
            chunks[key] = code, compile_chunk(code, loop, checks)
        return chunks[key][1]

    def hurry(self) -> None:
        """Have a chunk end with the iteration that is under way; for signal handlers."""
        self._limit.cell_contents = 0

    @staticmethod
    def _missed(checks: Armed | None, halts: int) -> BaseException | None:
        if Halted.count != halts:
            return Halted()
        return _Caught() if checks is not None and checks.fired else None

    def run(
        self, chunk: Chunk, frame: Frame, count: int | None,
        pause: Callable[[float], float | None], checks: Armed | None = None,
    ) -> str:
        """Run iterations; how that has ended.

        Args:
            chunk: the loop.
            frame: whose loop it is.
            count: how many iterations at most.
            pause: called between slices with the seconds that the last one took; gives the
                seconds that the next may take, None to end here.
            checks: what is looked for, the same as the chunk was made with.

        Raises:
            ChunkError: something was raised; the frame is within an iteration.
        """
        if checks is not None:
            checks.find_functions()
        at, size, done = chunk.loop.slot + 1, 1, 0
        while True:
            asked = size if count is None else min(size, count - done)
            self._limit.cell_contents = asked
            before, halts = frame.temps[at], Halted.count
            start = perf_counter()
            with checks.armed() if checks is not None else nullcontext():
                ended = chunk.run(frame, self._limit)
            took = perf_counter() - start
            ran = frame.temps[at] - before
            missed = self._missed(checks, halts)
            if missed is not None:  # the script has caught what should have left the loop
                frame.temps[at], frame.pc = before, chunk.loop.head.pc
                raise ChunkError(ran, missed)
            done += ran
            if ended != BOUNDARY:  # what the loop has left behind may still be dying
                return ended
            if ran < asked or done == count:
                pause(took)
                return ended
            wanted = pause(took)
            if wanted is None:
                return ended
            size = max(1, min(int(ran * wanted / max(took, 1e-9)), 8 * size))
