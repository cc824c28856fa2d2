"""What can be asked of a whole run: histories, the op that made a condition true, its branches.

And what a session tells while it works: how far it has come, and what is worth saying once.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from contextlib import suppress
from time import monotonic
from typing import Any, NamedTuple, TypeVar

import numpy as np

from nnstep.branches import Branch, Branches
from nnstep.engine import frameeval
from nnstep.engine.events import Event
from nnstep.engine.frames import Frame
from nnstep.engine.iterators import items_left
from nnstep.engine.moments import Path, path_of, standing
from nnstep.engine.stops import Breakpoint
from nnstep.engine.timeline import Interrupted, Unreachable
from nnstep.engine.values import frozen
from nnstep.goals import Before, End, Until
from nnstep.inquiry import Notes, Probe
from nnstep.insight.parts import shape_of
from nnstep.insight.shapes import ShapeStory, explain
from nnstep.motions import Motions, kept
from nnstep.reports import (
    Bisected,
    BranchInfo,
    Comparison,
    History,
    LoopInfo,
    Progress,
)

_T = TypeVar("_T")


class Questions(Motions):
    """A script whose whole run can be asked.

    Attributes:
        on_progress: is told how far a motion has come, some times a second.
    """

    on_progress: Callable[[Progress], None] | None = None
    _cost: str | None = None
    _told_at = 0.0

    def _load(self) -> None:
        super()._load()
        self._timeline.on_pause = self._on_pause
        self._outside.effects.on_write = self._on_write
        self._branches = Branches(self._timeline, self._outside)
        self._told: set[str] = set()
        self._histories: dict[tuple[str, str], _Noted] = {}

    # The main loop.

    def loops(self) -> list[LoopInfo]:
        """The loops of the script, in the order of the text."""
        tree = self._program.tree
        found = [each for each in ast.walk(tree) if isinstance(each, ast.For | ast.While)]
        return [
            LoopInfo(each.lineno, self.source.line(each.lineno).strip(), each is self.main)
            for each in sorted(found, key=lambda each: each.lineno)
        ]

    def use_loop(self, line: int) -> None:
        """Take another loop for the main one, whose iterations are the epochs.

        Raises:
            ValueError: none begins on that line.
        """
        tree = self._program.tree
        for each in ast.walk(tree):
            if isinstance(each, ast.For | ast.While) and each.lineno == line:
                self.main = self._driver.recorder.main = each
                self._driver.use_loop(each)
                self._histories.clear()
                return
        lines = [str(each.line) for each in self.loops()]
        there = f"loops begin on lines {', '.join(lines)}" if lines else "the script has no loop"
        if len(lines) == 1:
            there = f"the only loop begins on line {lines[0]}"
        raise ValueError(f"no loop begins on line {line}; {there}")

    @property
    def cost(self) -> str | None:
        """The expression for the cost: the lesson's, or one that was set; None if there is none."""
        if self._cost is None:
            from nnstep.lessons import measures

            self._cost = measures(self.source.text).cost
        return self._cost or None

    @cost.setter
    def cost(self, text: str | None) -> None:
        if text is None:  # what the script says of itself
            self._cost = None
            return
        code = frameeval.compiled(text, "eval")
        assert self._breakpoints is not None
        self._breakpoints.check_names(code, self.names())
        self._cost = text.strip()

    # Over all epochs.

    def history(self, text: str) -> History:
        """An expression over all epochs that were run, its last value in each.

        Raises:
            SyntaxError: it is no expression.
            ValueError: the script has no epochs, or a name in it occurs nowhere.
        """
        self._check_epochs()
        assert self._breakpoints is not None
        self._breakpoints.check_names(frameeval.compiled(text, "eval"), self.names())
        key, frontier = (self._branches.current.name, text), self._timeline.course.frontier
        known = self._histories.get(key)
        if known is not None and known.until == frontier:
            return History(text, 0, known.values)
        notes = Notes(text)
        self._doing = f"history of {text}"
        self._travel(lambda: self._note(notes, frontier))
        values = [notes.values.get(epoch) for epoch in range(max(notes.values, default=-1) + 1)]
        self._histories[key] = _Noted(frontier, values)
        return History(text, 0, values)

    def _note(self, notes: Notes, frontier: Path) -> Event | None:
        """Run from the main loop's beginning to the latest moment, and come back."""
        here = self._timeline.here()
        entry = self._traveller.entry(self._epochs)
        if entry < frontier:
            self._timeline.go((*entry, 0, entry[-1]))
            # What is asked might change something: no state is saved that has it in it.
            self._timeline.frozen = True
            try:
                self._timeline.go_on(frontier, notes=notes)
            finally:
                self._timeline.frozen = False
        self._timeline.go(here)
        return None

    def bisect(self, cond: str) -> Bisected:
        """Find the op at which a condition became true, and stand behind it.

        Asked only where epochs begin, by halves, and then at each op of the epoch found.

        Raises:
            ValueError: no epoch was run, it isn't true at the end of the last one that was, or
                nothing is called so.
        """
        self._check_epochs()
        if not self._timeline.course.has_epochs:
            raise ValueError(
                f"no epoch has been run yet; go on first, by `epoch 1000` or `continue`, and ask "
                f"then when `{cond}` became true"
            )
        holds = self._condition(cond)
        found: list[Bisected] = []
        self._doing = f"bisect {cond}"
        self._travel(lambda: self._bisect(cond, holds, found))
        return found[0]

    def _bisect(
        self, cond: str, holds: Callable[[Frame], bool], found: list[Bisected]
    ) -> Event | None:
        here, traveller, timeline = self._timeline.here(), self._traveller, self._timeline
        entry = traveller.entry(self._epochs)
        last = traveller.last_head(self._epochs)
        probe = Probe(timeline, entry, holds)
        first = probe.first(last)
        if first is None:
            timeline.go(here)
            raise ValueError(
                f"`{cond}` is not true at the end of epoch {last - 1}, the last that was run; go "
                "on first, and ask again"
            )
        if first > 0:
            timeline.go((*entry, first - 1, entry[-1]))
        else:
            timeline.go(timeline.course.beginning)
        end = (*entry, first, entry[-1])
        with self._driver.deaf():
            event = self._driver.go(Before(Until(holds, text=cond), end), every=False)
        epoch = first - 1 if first > 0 else None
        found.append(Bisected(epoch, event, probe.is_monotone, len(probe.found)))
        self._driver.reason = "bisect"
        return event

    # What was.

    def before(self, text: str) -> Any:
        """The value of a name, or of another expression, an epoch ago; see `then`.

        The session stands afterwards where it stood.

        Raises:
            KeyError: there was none.
        """
        self.at(text)  # which says of a name what is the matter with it
        code = frameeval.compiled(text, "eval")

        def ask(here: Path) -> tuple[Any, ...]:
            try:
                self._go_before(here)
            except Interrupted:
                raise
            except Unreachable:  # an epoch ago it didn't come here
                return ()
            with suppress(Exception):
                return (kept(frameeval.evaluate(code, self._frame())),)
            return ()

        found = self._asked(f"diff {text}", ask)
        if not found:
            raise KeyError(f"{text!r} had no value {self.then}")
        return found[0]

    @property
    def then(self) -> str:
        """With what `before` compares, in words: behind the main loop no op has one before it."""
        return "an epoch ago" if self.position.epoch is not None else "when the last epoch began"

    def _go_before(self, here: Path) -> None:
        """Go to the same op of the epoch before; from behind the main loop, to its last epoch."""
        entry = self._timeline.course.entry
        at = len(entry)
        inside = here[:at] == entry
        if self.main is None or not entry or here < entry or (inside and here[at] < 1):
            raise KeyError("there is no epoch before this one")
        if inside:
            self._timeline.go((*entry, here[at] - 1, *here[at + 1 :]))
        else:
            self._traveller.epochs_back(1, self._epochs)

    # The op that made a value.

    def shape_of(self, name: str) -> ShapeStory | None:
        """How the shape of a variable came about: told of the op that bound it last.

        The script is executed again for that; the session stands where it stood afterwards.

        Args:
            name: a variable here, or a place such as `self.W1`.

        Returns:
            None where no op bound it, or it has no shape.

        Raises:
            KeyError: there is no such variable here.
            ValueError: it is nothing that an op could have bound.
        """
        self.at(name)
        assert self._breakpoints is not None
        self._breakpoints.check_names(frameeval.compiled(name, "eval"), self.names())
        return self._asked(f"shape of {name}", lambda here: self._binding(name, here))

    def _asked(self, doing: str, ask: Callable[[Path], _T]) -> _T:
        """Find something out by executing again; the session stands then where it stood.

        Args:
            doing: what it is, for who is told of progress.
            ask: given the present moment, moves the machine about and gives the answer.
        """
        driver, found = self._driver, list[_T]()
        stood = driver.reason, driver.breakpoint, driver.change

        def go() -> Event | None:
            here = self._timeline.here()
            found.append(ask(here))
            self._timeline.go(here)
            return None

        self._doing = doing
        try:
            self._travel(go)
        finally:
            driver.reason, driver.breakpoint, driver.change = stood
            driver.interrupted = self._timeline.interrupted = False
        return found[0]

    def _binding(self, name: str, here: Path) -> ShapeStory | None:
        """Go back to the op that bound a name last, and explain it."""
        names = [name, *self._stored_as(name)]
        is_it, breakpoints = self._binds(names), self._breakpoints
        assert breakpoints is not None

        def on(end: Path) -> Path | None:
            while self._timeline.here() < end:
                event = self._driver.go(Before(End(), end), every=False)
                if self._driver.reason != "breakpoint":
                    return None
                if event is not None and is_it(event):
                    return self._timeline.here()
            return None

        with breakpoints.disabled():
            # The op right before; one that has raised has bound nothing.
            event = self._traveller.stand(here) if self._machine.error is None else None
            if event is None or not is_it(event):
                self._timeline.go(here)
                for at, each in enumerate(names):
                    breakpoints.by_number[-at] = Breakpoint(-at, "name", each)
                event = self._traveller.last_where(on, "shape")
            known = event is not None and is_it(event)
            return explain(self._maker(event), name) if known and event is not None else None

    def _maker(self, event: Event) -> Event:
        """For a value that was stored in an object, the op before, which has computed it."""
        if event.kind == "store" and event.operands and not event.mutated:
            before = self._traveller.back(1)
            if before is not None and before.text == event.operands[0].name:
                return before
        return event

    def _stored_as(self, name: str) -> list[str]:
        """How else the script stores an attribute: `net.W` may be the `self.W` of a method."""
        node = frameeval.parsed(name)
        if not isinstance(node, ast.Attribute) or not self._frame().code.is_module:
            return []
        same = {
            ast.unparse(each) for each in ast.walk(self._program.tree)
            if isinstance(each, ast.Attribute) and each.attr == node.attr
            and isinstance(each.ctx, ast.Store)
        }
        return sorted(same - {name})

    def _is_same(self, stored: str, name: str) -> bool:
        """Whether what was stored now is an attribute of the object that is meant.

        In a method that makes the object, this has no name yet.
        """
        owner, meant = stored.rpartition(".")[0], name.rpartition(".")[0]
        try:
            mine = frameeval.evaluate(frameeval.compiled(meant, "eval"), self._ended)
        except NameError:
            return True
        return mine is self.eval(owner)

    def _binds(self, names: list[str]) -> Callable[[Event], bool]:
        """Whether an event is one that bound a name, as it is meant where the session stands.

        Args:
            names: the name, and how else it may be stored.
        """
        name, *others = names
        frame, shape = self._frame(), shape_of(self.eval(name))
        own = not frame.code.is_module and name in frame.variables()
        depth = self._machine.depth - 1 if own else 0
        around = path_of(frame.back) if own else ()
        anywhere = not name.isidentifier()  # what holds it may have any name elsewhere

        def is_it(event: Event) -> bool:
            if event.kind == "call":
                return own and event.depth == depth - 1 and event.moment.path == around
            if any(each in event.names and self._is_same(each, name) for each in others):
                return shape_of(event.value) == shape
            if name not in event.names:
                return False
            if own:
                return event.depth == depth and event.moment.path[: len(around)] == around
            module = self._program.globals.get(name)
            return anywhere or event.depth == 0 or event.value is module

        return is_it

    # Branches.

    def branches(self) -> list[BranchInfo]:
        """The courses that the run has taken: one more for each change made in its past."""
        return self._branches.infos()

    def switch(self, name: str) -> Event | None:
        """Go over to another branch, to where it was left.

        Raises:
            KeyError: there is none of that name.
        """
        branch = self._branches.find(name)
        if branch is self._branches.current:
            return None

        def over() -> Event | None:
            self._branches.enter(branch)
            return self._traveller.stand(self._timeline.here(), "switch")

        event = self._travel(over)
        self._origins.clear()
        return event

    def compare(self, a: str, b: str) -> Comparison:
        """Two branches side by side: the variables that differ, and the cost in common epochs.

        Each is looked at where it was left. The session stands where it stood afterwards.

        Raises:
            KeyError: there is no such branch.
        """
        first, second = self._branches.find(a), self._branches.find(b)
        home, here = self._branches.current, self._timeline.here()
        home.here = here
        seen: list[dict[str, Any]] = []
        costs: list[list[Any]] = []
        for branch in (first, second):
            self._change_to(branch)
            seen.append({name: kept(value) for name, value in self.names().items()})
            with suppress(ValueError):
                costs.append(self.history(self.cost).values if self.cost else [])
        self._change_to(home)
        names = [name for name in seen[0] if name in seen[1]]
        values = [
            (name, seen[0][name], seen[1][name]) for name in names
            if frozen(seen[0][name]) != frozen(seen[1][name]) and _is_data(seen[0][name])
        ]
        pairs = [
            (epoch, float(one), float(other))
            for epoch, (one, other) in enumerate(zip(*costs, strict=False))
            if _is_number(one) and _is_number(other)
        ] if len(costs) == 2 else []
        return Comparison((a, b), values, pairs, self.cost or "")

    def _change_to(self, branch: Branch) -> None:
        def over() -> Event | None:
            self._branches.enter(branch)
            return None

        if branch is not self._branches.current:
            self._travel(over)

    # What is told while it runs, and once.

    def _on_write(self, deed: str) -> None:
        """The script does something that can't be undone."""
        timeline = self._timeline
        if self._outside.printed.hidden or timeline.here() < timeline.course.frontier:
            again = f"going through the past executes the script again: once more it {deed}"
            timeline.repeated[again] = None
        else:
            timeline.fence()

    def _on_pause(self) -> None:
        """Tell how far it has come, some times a second."""
        now = monotonic()
        if self.on_progress is None or now - self._told_at < _OFTEN:
            return
        self._told_at = now
        frame, epoch, epochs = self._machine.frame, None, None
        while frame is not None and epoch is None:
            for loop, count in zip(
                frame.op.loops, standing(frame)[-1].counters, strict=True
            ):
                if loop.node is self.main:
                    epoch = count + 1
                    epochs = _total(epoch, frame.temps[loop.slot])
                    break
            else:
                frame = frame.back
        seconds = now - self._began
        self.on_progress(Progress(epoch, epochs, self._cost_now(frame), seconds, self._doing))

    def _cost_now(self, frame: Frame | None) -> float | None:
        if frame is None or not self.cost:
            return None
        try:
            return float(frameeval.evaluate(frameeval.compiled(self.cost, "eval"), frame))
        except Exception:
            return None

    def notes(self) -> list[str]:
        """What is to be told once about going back, if anything has come up since."""
        timeline = self._timeline
        found = [
            f"going back leaves {name or 'something'} as it is: a {kind} can't be saved"
            for kind, name in timeline.kept.items()
        ] if timeline.went_back else []
        found += [f"a state could not be put back because of {what}" for what in timeline.lost]
        if self._outside.printed.strayed:
            found.append(
                "the script isn't deterministic: it has printed something else than before"
            )
        found += [*timeline.strays, *timeline.repeated]
        new = [each for each in found if each not in self._told]
        self._told.update(new)
        return new


class _Noted(NamedTuple):
    """The values of an expression, and up to which moment they are known."""

    until: Path
    values: list[Any]


_OFTEN = 0.06  # seconds between two looks at how far it has come


def _total(epoch: int, items: Any) -> int | None:
    """How many epochs there are, where the iterator knows."""
    left = items_left(items)
    return epoch + left if left is not None else None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | np.number) and not isinstance(value, bool)


def _is_data(value: Any) -> bool:
    return isinstance(value, np.ndarray | np.generic | int | float | complex | str | list | dict)
