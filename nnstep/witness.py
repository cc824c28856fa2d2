"""A script in a process of its own, asked step by step for the values that it makes.

Two scripts that are compared share nothing so: neither random state nor modules nor what they
print. Here is both who asks (`Witness`) and who answers (`answer`), and what goes between them:
plain data. Not what the values of two scripts have to do with one another (differences.py).
"""

from __future__ import annotations

import ast
import os
import pickle
import queue
import struct
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from nnstep import processes
from nnstep.engine.events import Event
from nnstep.engine.names import bound_names
from nnstep.insight.apart import in_short, plain, weight
from nnstep.insight.parts import is_data, worked_on
from nnstep.session import Session

# What a script can't be opened with.
UNREADABLE = (OSError, SyntaxError, ValueError, RecursionError, MemoryError, OverflowError)


class Died(Exception):
    """The process has ended without an answer; the message says how."""


@dataclass(frozen=True, slots=True)
class Op:
    """The op that made a value.

    Attributes:
        text: the op as the script has it.
        line: its line.
        path: the file it stands in.
        moment: when it ran, such as `0.17`.
        operands: what it worked on, each with its shape or value in short.
    """

    text: str
    line: int
    path: str
    moment: str
    operands: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """One op that has bound or changed names, or a call, or its end.

    Attributes:
        kind: `bind`, `call` or `return`.
        depth: how many functions deep.
        function: the function it stands in.
        op: the op.
        bound: the names with their values; those of parameters for a call.
        callee: the function that is called.
        nothing: whether the call gave nothing, so that it was made for what it does.
    """

    kind: str
    depth: int
    function: str
    op: Op
    bound: tuple[tuple[str, Any], ...] = ()
    callee: str = ""
    nothing: bool = False


class Failure(NamedTuple):
    """An exception that a script didn't catch: in words, and the op that raised it."""

    text: str
    op: Op | None


@dataclass(slots=True)
class Stretch:
    """An epoch, or what lies before the main loop or behind it.

    Attributes:
        epoch: which; None outside of the main loop.
        steps: what was done in it.
        failure: what ended the script in it.
        cut: whether there was more than is noted.
        over: whether the script has ended.
    """

    epoch: int | None
    steps: list[Step] = field(default_factory=list)
    failure: Failure | None = None
    cut: bool = False
    over: bool = False


@dataclass(frozen=True, slots=True)
class Opened:
    """What a script is like.

    Attributes:
        names: the variables that it binds, with the first line of each.
        home: the function that its main loop stands in, or `<module>`.
        loop: the head of its main loop, empty where there is none.
    """

    names: dict[str, int]
    home: str
    loop: str


@dataclass(frozen=True, slots=True)
class State:
    """The variables at one moment.

    Attributes:
        names: name to plain value.
        failure: what has ended the script.
    """

    names: dict[str, Any]
    failure: Failure | None = None


# Who asks.


class Witness:
    """The process of one script. `tell` begins something, `answer` waits for what comes of it.

    Attributes:
        path: the script.
    """

    def __init__(self, path: str) -> None:
        """Start the process.

        Args:
            path: a script, resolved already.
        """
        self.path = path
        self._process = processes.start(
            __name__, {**processes.ONE_THREAD, **processes.NO_WINDOW}
        )
        self.tell("open", path)

    def tell(self, what: str, argument: Any = None) -> None:
        """Say what is to be done."""
        assert self._process.stdin is not None
        try:
            _write(self._process.stdin.fileno(), (what, argument))
        except OSError:
            pass  # It has died; `answer` says so.

    def answer(self) -> Any:
        """Wait for the answer to what was told.

        Raises:
            Died: the process has.
            Exception: one of `UNREADABLE`, where the script can't be opened.
        """
        assert self._process.stdout is not None
        found = _read(self._process.stdout.fileno())
        if found is None:
            code = self._process.wait()
            raise Died(f"{self.path}: its process ended with code {code} and without an answer")
        good, value = found
        if not good:
            raise value
        return value

    def close(self) -> None:
        """End the process, whatever it does."""
        self._process.kill()
        with self._process:
            pass


def _write(to: int, message: Any) -> None:
    data = pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)
    view = memoryview(struct.pack("<Q", len(data)) + data)
    while view:
        view = view[os.write(to, view) :]


def _read(of: int) -> Any:
    """The next message, None where no whole one comes any more."""
    head = _exactly(of, 8)
    data = _exactly(of, struct.unpack("<Q", head)[0]) if head is not None else None
    return pickle.loads(data) if data is not None else None


def _exactly(of: int, size: int) -> bytes | None:
    parts = []
    while size:
        part = os.read(of, min(size, 1 << 20))
        if not part:
            return None
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


# Who answers: all that follows happens in the process of the script.


def answer() -> None:
    """What the new process does: open a script, and do what it is told until nobody asks."""
    questions, answers = processes.part_with_streams()
    told: queue.SimpleQueue[tuple[str, Any]] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(questions, told), daemon=True).start()
    _, path = told.get()
    try:
        teller = _Teller(Session(path))
    except UNREADABLE as error:
        _write(answers, (False, _portable(error)))
        return
    _write(answers, (True, teller.opened()))
    while True:
        what, argument = told.get()
        _write(answers, (True, getattr(teller, what)(*([] if argument is None else [argument]))))


def _listen(questions: int, told: queue.SimpleQueue[tuple[str, Any]]) -> None:
    """Pass on what is asked, and end the process when whoever asked is gone."""
    while (message := _read(questions)) is not None:
        told.put(message)
    os._exit(1)


def _portable(error: Exception) -> Exception:
    """An exception that another process can have."""
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return ValueError(str(error))
    return error


_MOST, _BYTES = 100_000, 256 << 20  # ops and bytes of one stretch that are noted


class _Teller:
    """Tells what a session does, a stretch at a time."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._next: tuple[int | None, list[Step]] | None = None  # begun, and not told yet

    def opened(self) -> Opened:
        """What the script is like."""
        tree = self._session._program.tree
        home = _home(tree, self._session.main)
        heads = [each.text for each in self._session.loops() if each.is_main]
        return Opened(_variables(tree, home), getattr(home, "name", TOP), "".join(heads))

    def adopt(self, head: str) -> Opened:
        """Take the loop with a certain head, or the only one, for the main loop."""
        loops = self._session.loops()
        chosen = [each for each in loops if each.text == head] or loops
        if len(chosen) == 1:
            self._session.use_loop(chosen[0].line)
        return self.opened()

    # Op by op.

    def stretch(self) -> Stretch:
        """The next epoch, or what lies before the main loop or behind it, op by op."""
        epoch, steps = self._next or (self._session.position.epoch, [])
        self._next = None
        found = Stretch(epoch, steps)
        count = size = 0
        while not self._session.finished:
            event = self._session.step()
            if event is None:
                break
            new = list(self._steps(event))
            if event.moment.epoch != epoch and event.kind != "loop end":
                self._next = event.moment.epoch, new
                break
            steps += new
            count, size = count + 1, size + sum(weight(v) for each in new for _, v in each.bound)
            if count >= _MOST or size >= _BYTES:
                found.cut = True
                self._skip_rest()
                break
        if self._next is None and self._session.finished:
            found.over, found.failure = True, self._failure()
        return found

    def _skip_rest(self) -> None:
        """Run to the next epoch without looking."""
        if self._session.main is None:
            self._session.run()
        else:
            self._session.epoch()

    def _steps(self, event: Event) -> Iterator[Step]:
        op = _op_of(event)
        if event.kind == "call":
            frame = self._session.frames()[0]
            bound = tuple((name, plain(value)) for name, value in frame.names.items())
            yield Step("call", event.depth, event.function, op, bound, frame.function)
            return
        bound = tuple((name, plain(value)) for name, value in _bound(event) if is_data(value))
        if event.kind == "return":
            yield Step("return", event.depth, event.function, op, bound, "", event.value is None)
        elif bound:
            yield Step("bind", event.depth, event.function, op, bound)

    # At moments.

    def state(self, epoch: int) -> State | None:
        """The variables at the beginning of an epoch; None where there is no such epoch."""
        return self._here() if self.goto(epoch) else None

    def goto(self, epoch: int) -> bool:
        """Go to the beginning of an epoch; whether there is one."""
        self._next = None
        try:
            self._session.goto(epoch=epoch)
        except ValueError:
            return False
        return self._session.position.epoch == epoch

    def end(self) -> State:
        """The variables at the end."""
        self._next = None
        self._session.run()
        return self._here()

    def _here(self) -> State:
        names = self._session.names()
        return State({name: plain(value) for name, value in names.items()}, self._failure())

    def _failure(self) -> Failure | None:
        error = self._session.error
        if error is None:
            return None
        words = " ".join(str(error).split())
        text = f"{type(error).__name__}: {words}" if words else type(error).__name__
        op, at = self._session.next_op, self._session.position
        if op is None:
            return Failure(text, None)
        return Failure(text, Op(op.text, op.line, op.source.path, str(at.moment)))


TOP = "<module>"


def _home(tree: ast.AST, main: ast.AST | None) -> ast.AST:
    """The innermost function that holds the main loop, or the module."""
    homes = [
        each for each in ast.walk(tree)
        if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef) and main is not None
        and any(node is main for node in ast.walk(each))
    ]
    return homes[-1] if homes else tree


def _variables(tree: ast.AST, home: ast.AST) -> dict[str, int]:
    """The variables of the module, of the function with the main loop, and of objects."""
    wanted = {
        name for scope in (tree, home) for name in bound_names(scope, None, with_parameters=False)
    }
    found: dict[str, int] = {}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Name | ast.Attribute) or not isinstance(node.ctx, ast.Store):
            continue
        name = node.id if isinstance(node, ast.Name) else ast.unparse(node)
        if name in wanted or isinstance(node, ast.Attribute):
            found[name] = min(node.lineno, found.get(name, node.lineno))
    return dict(sorted(found.items(), key=lambda each: each[1]))


def _bound(event: Event) -> Iterator[tuple[str, Any]]:
    """The names that an op has bound or changed, with their values as they are behind it."""
    changed = {each.name: each.value for each in event.mutated}
    if event.kind == "store":
        found = dict(_stored(event, changed))
    else:
        values = event.value if len(event.names) > 1 else (event.value,)
        found = dict(zip(event.names, values, strict=False))
    yield from found.items()
    for name, value in changed.items():
        if name not in found and not (event.kind == "store" and "[" in name):
            yield name, value


def _stored(event: Event, changed: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """What a store has changed: an attribute, or of `a[0]` all of `a`."""
    held = {each.name: each.value for each in event.operands}
    for name in event.names:
        base = _base(name)
        if base == name:
            yield name, changed.get(name, event.value)
        elif base in changed or base in held:
            yield base, changed.get(base, held.get(base))


def _base(name: str) -> str:
    """Of `a[0]` it is `a`, of `self.p["b"]` `self.p`; a name is its own."""
    node = ast.parse(name, mode="eval").body
    if not isinstance(node, ast.Subscript):
        return name
    return ast.get_source_segment(name, node.value) or ast.unparse(node.value)


def _op_of(event: Event) -> Op:
    operands = tuple((each.name, in_short(each.value)) for each in worked_on(event.operands))
    return Op(event.text, event.line, event.path, str(event.moment), operands)
