"""One training step on tape: forward, the cost where it is to be read, backward, the update.

Moves the machine, by the timeline, and leaves it somewhere within the step: whoever asks puts it
back. The cost is evaluated by a machine of its own, op by op on the same tape.
"""

from __future__ import annotations

import ast
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import CellType, FunctionType
from typing import Any, NamedTuple

from nnstep.engine.calls import Calls
from nnstep.engine.compiler import compile_code
from nnstep.engine.course import Edit
from nnstep.engine.frameeval import untouched_random_state
from nnstep.engine.frames import Frame
from nnstep.engine.machine import Machine
from nnstep.engine.moments import Path, path_of
from nnstep.engine.ops import NEXT, WHILE, Op
from nnstep.engine.program import Program
from nnstep.engine.scopes import Scopes
from nnstep.engine.source import Source
from nnstep.engine.timeline import Timeline
from nnstep.engine.values import attributes, is_of_script
from nnstep.insight.tape import Entry, Recorder, Tape, is_number
from nnstep.insight.updates import Update, in_use, unfollowed, updates

_RESULT = "__cost__"
_ALSO = 3  # scalars of the script
_PLACES = 6  # at which the cost is read
_DEEP, _MANY = 9, 200  # levels and items of containers in which parameters are looked for


class Run(NamedTuple):
    """A script that can be moved about.

    Attributes:
        program: its text and functions.
        machine: what runs it.
        timeline: its times.
        main: the loop whose iterations are the epochs.
        entry: the path to that loop's head, without the iteration.
    """

    program: Program
    machine: Machine
    timeline: Timeline
    main: ast.AST
    entry: Path

    def is_interrupted(self) -> bool:
        """Whether what is worked out should be given up; meanwhile it is told that it goes on."""
        if self.timeline.on_pause is not None:
            self.timeline.on_pause()
        return self.timeline.interrupted


@dataclass
class Reading:
    """The cost, evaluated at one place of the step.

    Attributes:
        text: the expression.
        path: when it was read.
        up: in which frame that was, counted from the innermost; 0 for that.
        inner: whether that is a function's which the main loop's calls, and which updates.
        at: how many entries of the script came before.
        entries: what it took to compute it.
        value: the cost.
        number: of the cost on the tape; None when it isn't followed.
        error: why there is none, if so.
        unclear: what of that couldn't be followed, in words.
        line: the line before which it was read.
    """

    text: str
    path: Path
    at: int
    line: int
    entries: list[Entry] = field(default_factory=list)
    value: Any = None
    number: int | None = None
    error: Exception | None = None
    unclear: frozenset[str] = frozenset()
    up: int = 0
    inner: bool = False


@dataclass
class Step:
    """One training step.

    Attributes:
        run: the script that it is a part of.
        epoch: in which it was.
        end: when it was over.
        tape: all of it, the cost's entries among the script's.
        script: the script's own entries.
        updates: the parameters' updates.
        kept: those of what the step only keeps, such as a sum of costs or a moving mean.
        unfollowed: what else is replaced by something that comes from it, as `updates` tells it.
        readings: the cost, read at several places.
        scalars: the numbers that the main loop's function computes, by their text.
        places: arrays by the texts that lead to them, when the step is over.
        counts: whole numbers that have names wherever the training step runs.
        refusal: why it can't be run again and again, once that is known.
    """

    run: Run
    epoch: int
    end: Path
    tape: Tape
    script: list[Entry]
    updates: list[Update]
    kept: list[Update]
    unfollowed: list[tuple[str, Any, int]]
    readings: list[Reading]
    scalars: dict[str, int]
    places: dict[str, Any]
    counts: dict[str, int]
    refusal: str = ""

    def put_back(self) -> None:
        """Have the run where the step ends, its arrays as they are there, after it ran again."""
        self.run.timeline.go(self.end)

    def unclear(self, reading: Reading) -> list[str]:
        """What couldn't be followed on the way to a cost and may have to do with a parameter."""
        moving = {each.number for each in self.updates} | {
            number for _, value, _ in self.unfollowed
            if (number := self.tape.number(value)) is not None
        }
        return [
            words for words, lack in self.tape.unclear.items()
            if (lack.at < reading.at or words in reading.unclear) and (
                lack.numbers is None
                or any(each in moving or not self.tape.is_leaf(each) for each in lack.numbers)
            )
        ]

    def of_updates(self) -> set[int]:
        """What the updates are computed from, gradients and steps: none of it is a cost."""
        writers = {each.at: update.number for update in self.updates for each in update.writers}
        found: set[int] = set()
        for each in reversed(self.tape.entries):
            if each.at in writers:
                found |= {*each.reads, *each.behind} - {writers[each.at]}
            elif not each.alias and not found.isdisjoint((*each.makes, *each.changes)):
                found.update(each.reads, each.behind)
        return found

    def beside_updates(self) -> dict[str, str]:
        """The names that a statement binds which updates a parameter, with what that is called."""
        base = min((each.depth for each in self.script), default=0)
        found: dict[str, str] = {}
        for update in self.updates:
            behind = (each for each in self.script if each.at >= update.at and each.depth == base)
            statement = next((each.op.statement for each in behind), None)
            for each in self.script:
                if each.depth == base and each.op.statement is statement:
                    found.update(dict.fromkeys(each.names, update.name))
        return {name: of for name, of in found.items() if name not in found.values()}

    def forward(self, reading: Reading) -> list[Entry]:
        """What leads to the cost: the script's entries before it, and its own."""
        return [*[each for each in self.script if each.at < reading.at], *reading.entries]


def record(run: Run, epoch: int, costs: list[str], *, edited: bool = True) -> Step:
    """Execute the first training step of an epoch, the costs read in it.

    Scalars that the script computes itself are read, too, as if they were costs.

    Args:
        run: the script.
        epoch: which one.
        costs: expressions; evaluated at every place at which they may be meant.
        edited: with what was typed in that epoch, which no op of the script has done.

    Raises:
        Unreachable: there is no such epoch.
        TooLong: the step has too many ops.
    """
    first = _Pass(run, epoch, edited=edited)
    first.run()
    places = first.places_for_costs()
    scalars = first.scalars(first.updating)
    also = [each for each in scalars if each not in costs and is_expression(each)]
    second = _Pass(run, epoch, first.end, places, [*costs, *also[:_ALSO]], edited)
    second.run()
    script = [each for each in second.tape.entries if id(each) not in second.foreign]
    asked = [entry for each in second.readings if each.text in costs for entry in each.entries]
    found = updates(second.tape, [*script, *asked], second.start, second.finish)
    others = unfollowed(second.tape, second.start, second.finish, found)
    certain = {each.number for each in in_use(found)}
    used = [each for each in found if each.number in certain or each.unseen]
    return Step(
        run, epoch, second.end or (), second.tape, script, used,
        [each for each in found if each not in used], others,
        second.readings, second.scalars(used[0].entry if used else None), second.finish,
        {name: each for name, each in run.program.globals.items() if type(each) is int},
    )


class _Pass:
    """One execution of a step."""

    def __init__(
        self, run: Run, epoch: int, end: Path | None = None, places: list[Path] | None = None,
        costs: list[str] | None = None, edited: bool = True,
    ) -> None:
        self._edited = edited
        self.tape = Tape(run.is_interrupted)
        self.readings: list[Reading] = []
        self.foreign: set[int] = set()
        self.start: dict[str, Any] = {}
        self.finish: dict[str, Any] = {}
        self.end = end
        self._run = run
        self._epoch = epoch
        self._places = places or []
        self._costs = costs or []
        self._loops: dict[Path, int] = {}
        self._recorder = Recorder(self.tape, self._halts)
        self._main: Frame | None = None
        self._edits: list[Edit] = []  # what was typed in this epoch
        self.updating: Entry | None = None  # what updates first

    def run(self) -> None:
        """Execute it."""
        run = self._run
        run.timeline.go((*run.entry, self._epoch, run.entry[-1]))
        self._main = run.machine.frame
        assert self._main is not None
        for each in self._main.stack():
            _part_floats(each.locals, set())
        _part_floats(run.program.globals, set())
        self._edits = run.timeline.edits_after(run.timeline.here()) if self._edited else []
        self.start = dict(numbers_at(self._main, run.program.globals))
        while True:
            run.machine.run(self._recorder)
            here = path_of(run.machine.frame)
            if self._edits and here == self._edits[0].path:
                self._edits.pop(0).apply()
                continue
            if not self._places or here < self._places[0] or run.machine.finished:
                break
            self._places = [each for each in self._places if each > here]
            self._read()
        self.finish = dict(numbers_at(self._main, run.program.globals))
        self.end = here

    def _halts(self, frame: Frame, op: Op) -> bool:
        here = path_of(frame)
        if self._edits and here == self._edits[0].path:
            return True
        if self._places and here >= self._places[0]:
            return True
        if self.end is not None:
            return here >= self.end
        entry = self._run.entry
        if here[: len(entry)] != entry or here[len(entry)] > self._epoch:
            return here[: len(entry)] != entry or here > (*entry, self._epoch, entry[-1])
        if op.kind in (NEXT, WHILE) and op.loops and op.loops[-1].node is not self._run.main:
            return self._is_another_step(here)
        return False

    def _is_another_step(self, head: Path) -> bool:
        """Whether an inner loop begins again that has made a whole step: one over batches."""
        began = self._loops.setdefault(head[:-2], len(self.tape.entries))
        if head[-2] == 0:
            self._loops[head[:-2]] = len(self.tape.entries)
            return False
        if head[-2] & (head[-2] - 1):  # a long loop isn't looked at each time
            return False
        if all(each.alias for each in self.tape.entries[began:]):
            return False
        finish = dict(numbers_at(self._main, self._run.program.globals))
        found = updates(self.tape, self.tape.entries, self.start, finish)
        used = [each for each in found if each.used]
        return bool(used) and all(each.first_read >= began for each in used)

    def places_for_costs(self) -> list[Path]:
        """Where the cost may be meant: before the first update, and before in-place changes."""
        found = updates(self.tape, self.tape.entries, self.start, self.finish)
        every = self.tape.entries
        used = in_use(found)  # a moving mean moves before the cost is known
        others = unfollowed(self.tape, self.start, self.finish, found) if not found else []
        first = min(
            (*(each.at for each in used), *(at for _, _, at in others)), default=len(every) - 1
        )
        marks = [each for each in every if each.at == first or (each.changes and each.at < first)]
        places = sorted(dict.fromkeys(each.outer for each in marks))[-_PLACES:]
        self.updating = next((each for each in every if each.at == first), None)
        inner = [self.updating.path] if self.updating is not None else []
        return sorted({*places, *inner})

    def _read(self) -> None:
        """Evaluate the costs here."""
        frame = self._run.machine.frame
        assert frame is not None
        before = len(self.tape.entries)
        line = frame.code.span(frame.op).line
        for up, each in enumerate(self._frames_from(frame)):
            for text in self._costs:
                reading = Reading(
                    text, path_of(frame), before, line, up=up, inner=each is not self._main
                )
                self._evaluate(reading, each)
                self.foreign.update(map(id, reading.entries))
                self.readings.append(reading)

    def _frames_from(self, frame: Frame) -> Iterator[Frame]:
        """The frames in which a cost may be known: the main loop's, or those that it has called."""
        yield frame
        each = frame.back
        while frame is not self._main and each is not None and each is not self._main:
            yield each
            each = each.back

    def _evaluate(self, reading: Reading, frame: Frame) -> None:
        names = frame.code.module | frame.visible()
        at, known = len(self.tape.entries), len(self.tape.owners)
        unclear = {*self.tape.unclear}
        recorder = Recorder(self.tape)
        with untouched_random_state(frame):
            try:
                machine = expression(self._run.program, reading.text, names)
                machine.run(recorder)
            except Exception as error:
                reading.error = error
                return
        reading.entries = self.tape.entries[at:]
        reading.unclear = frozenset(self.tape.unclear.keys() - unclear)
        changed = [each for each in reading.entries if any(n < known for n in each.changes)]
        if changed:
            name = self.tape.name(changed[0].changes[0]) or "something"
            reading.error = ValueError(f"it changes {name} (`{changed[0].text}`)")
            return
        if machine.error is not None:
            reading.error = machine.error if isinstance(machine.error, Exception) else None
            return
        reading.value = names.get(_RESULT)
        reading.number = self.tape.number(reading.value)
        if reading.number is not None:
            self.tape.forget(reading.number, _RESULT)

    def scalars(self, updating: Entry | None) -> dict[str, int]:
        """The numbers that are computed by the main loop's function, or by one that trains.

        Args:
            updating: what updates first.
        """
        own = [each for each in self.tape.entries if id(each) not in self.foreign]
        depth = min((each.depth for each in own), default=0)
        found: dict[str, int] = {}
        for each in sorted(own, key=lambda each: each.depth != depth):
            if each.depth != depth and not _is_beside(each, updating):
                continue
            if each.called and not each.names:
                continue  # to ask for it would call it again
            for value in (each.result, *each.operands):
                number = self.tape.number(value)
                if number is None or getattr(value, "size", 1) != 1 or self.tape.is_leaf(number):
                    continue
                own_text = each.text if each.depth == depth and value is each.result else ""
                for text in (self.tape.name(number) or own_text, _stored_as(each, value)):
                    if text:
                        found.setdefault(text, number)
        return found


def _is_beside(entry: Entry, update: Entry | None) -> bool:
    """Whether an entry stands in a function in which the first update is made, or that calls it."""
    return update is not None and entry.outer == update.outer and (
        entry.depth <= update.depth and entry.at < update.at
    )


def _stored_as(entry: Entry, value: Any) -> str:
    """The attribute that an entry stores a value as, such as `self.cost`."""
    stores = entry.result is None and len(entry.names) == 1 and "." in entry.names[0]
    return entry.names[0] if stores and entry.operands and value is entry.operands[0] else ""


def numbers_at(frame: Frame | None, module: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Numbers by the texts that lead to them, from a frame, then from those that called it.

    Args:
        frame: where it is begun.
        module: the names of the module, which come last.
    """
    seen = set[int]()
    while frame is not None:
        names = {**frame.visible()} if not frame.code.is_module else {}
        yield from _numbers_below(names, seen)
        frame = frame.back
    yield from _numbers_below(module, seen)


def _numbers_below(names: dict[str, Any], seen: set[int]) -> Iterator[tuple[str, Any]]:
    """The arrays and numbers that names, containers, and objects of the script's lead to.

    Nearest first. What is met again by another way, as an item by the variable of a loop, isn't
    looked through again, but for the numbers right in it; what an inner frame knows not even so.
    """
    before = frozenset(seen)
    top = {key: each for key, each in names.items()
           if isinstance(key, str) and not key.startswith("__")}  # fmt: skip
    todo = [*top.items()]
    for _ in range(_DEEP):
        below: list[tuple[str, Any]] = []
        for text, value in todo:
            if is_number(value):
                yield text, value
                continue
            items = _items_of(value, text) if id(value) not in before else []
            if id(value) in seen:
                yield from (each for each in items if is_number(each[1]))
            elif items:
                seen.add(id(value))
                below += items
        todo = below


def _items_of(value: Any, text: str) -> list[tuple[str, Any]]:
    kind = type(value)
    if issubclass(kind, dict):
        return [(f"{text}[{key!r}]", each) for key, each in value.items()]
    if issubclass(kind, list | tuple):
        return [(f"{text}[{at}]", each) for at, each in enumerate(value[:_MANY])]
    if is_of_script(kind):
        return [(f"{text}.{name}", each) for name, each in attributes(value).items()]
    if kind is FunctionType and value.__closure__:
        cells = zip(value.__code__.co_freevars, value.__closure__, strict=True)
        return [
            (f"{text}.{name}", each.cell_contents) for name, each in cells if each != CellType()
        ]
    return []


def _part_floats(value: Any, seen: set[int], depth: int = 0) -> None:
    """Make a number that stands in several places several numbers, as Python's are values.

    The tape tells values by identity, and the compiler makes one object of equal constants. The
    run is put back afterwards, so the script doesn't see it.
    """
    if depth > _DEEP or id(value) in seen:
        return
    seen.add(id(value))
    kind = type(value)
    if kind is CellType:
        if value != CellType() and type(value.cell_contents) is float:
            value.cell_contents = _another(value.cell_contents)
        elif value != CellType():
            _part_floats(value.cell_contents, seen, depth + 1)
        return
    if kind is FunctionType:
        for cell in value.__closure__ or ():
            _part_floats(cell, seen, depth + 1)
        return
    inner: dict[Any, Any] = {}
    if kind is dict:
        inner = value
    elif kind is list:
        inner = dict(enumerate(value)) if len(value) <= _MANY else {}
    elif is_of_script(kind):
        inner = value = attributes(value)
    for key, each in [*inner.items()]:
        if type(each) is float:
            value[key] = _another(each)
        elif not (isinstance(key, str) and key.startswith("__")):
            _part_floats(each, seen, depth + 1)


def _another(number: float) -> float:
    """The same number as another object."""
    found: float = struct.unpack("d", struct.pack("d", number))[0]
    return found


def is_expression(text: str) -> bool:
    """Whether a text is one."""
    try:
        compile(text, "<cost>", "eval")
    except SyntaxError:
        return False
    return True


def expression(program: Program, text: str, names: dict[str, Any]) -> Machine:
    """A machine that evaluates an expression, into the script's functions.

    Args:
        program: the script.
        text: the expression.
        names: its variables; the result is put among them.

    Raises:
        SyntaxError: it is none.
    """
    whole = f"{_RESULT} = (\n{text.strip()}\n)"
    path = "<cost>"
    native = compile(whole, path, "exec", dont_inherit=True)
    tree = ast.parse(whole, path)
    source = Source(path, whole)
    code = compile_code(Scopes(source, tree, native), native, tree, names, False)
    return Machine(Frame(code, names, None, None), Calls(program.lookup, {}))
