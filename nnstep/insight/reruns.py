"""The cost as a function of a parameter where the tape can't tell it: the script itself runs again.

What Python executes natively (a generator expression, `map`, operators called by `sum`) leaves no
ops on a tape, so no entries can be executed again. Then the run is put back to where the epoch
begins, the parameter nudged there, and the script run on to where the cost is read. It takes some
hundred times as long as replay.py, and says nothing of what happens in between.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from time import perf_counter
from typing import Any

import numpy as np

from nnstep.engine import frameeval
from nnstep.engine.frames import Frame
from nnstep.engine.moments import Path
from nnstep.engine.ops import NEXT, WHILE
from nnstep.engine.timeline import Interrupted, Unreachable
from nnstep.insight.memoryviews import owner_of
from nnstep.insight.readings import Reading, Step, numbers_at
from nnstep.insight.replay import Unrepeatable
from nnstep.insight.tape import first_number
from nnstep.insight.truths import Nudged, least_precise, signs
from nnstep.insight.updates import Update

_SLOW = 0.5  # seconds of one run, from which on hundreds take too long
_BUDGET = 30.0  # seconds that all runs for an epoch may take, about
_MOST, _FEWEST, _DIRECTIONS = 48, 4, 4  # elements, and random directions, of one parameter
_SWEEP = 14  # runs for an element that is looked at once more
_PROBE = 1e-3
_SAME = 1e-13  # relative: sums over a set's items come out in another order each time
_AGAIN = {8: 1e-9, 4: 1e-5, 2: 1e-2}  # the same by the bytes of a number, for costs that were read


class Epoch:
    """A training step that can be run again, up to where its cost is read.

    The run stands there afterwards, and arrays that the step changes in place hold what they held
    there, until the step is put back.

    Attributes:
        step: the training step.
        base: the cost when nothing is changed.
        itemsize: the bytes of the least precise number of the step.
    """

    def __init__(self, step: Step, reading: Reading) -> None:
        """Args:
        step: the training step.
        reading: of the cost.

        Raises:
            Unrepeatable: it takes too long, does what isn't to be done again, or isn't the same.
        """
        if step.refusal:
            raise Unrepeatable(step.refusal)
        self.step = step
        self.base = first_number(reading.value)
        self.itemsize = least_precise(step.tape.owners)
        self._code = frameeval.compiled(reading.text, "eval")
        self._took = 0.0
        self._up = reading.up
        for path in dict.fromkeys([_earliest(step, reading), reading.path]):
            self._end = path
            if self._is_same():
                return
        raise Unrepeatable("executed again, the step gives another cost")

    def extent(self, parameters: int) -> dict[str, int]:
        """How much of each of so many parameters can be measured in time, for `slopes`."""
        runs = int(_BUDGET / max(self._took, 1e-6) / max(parameters, 1))
        count = min(max(runs // 4, _FEWEST), _MOST)
        refined = min(max(runs // 2 // _SWEEP, 1), count)
        return {
            "most": count, "chosen": count, "directions": min(count, _DIRECTIONS),
            "refined": refined,
        }

    def cost(self, nudge: Callable[[Frame], None]) -> float:
        """The cost when something is changed where the epoch begins.

        Args:
            nudge: changes it, given the frame of the main loop.

        Raises:
            Unrepeatable: it can't be changed, or the script takes another course then.
        """
        run = self.step.run
        course = run.timeline.course
        self._go_to_start()
        ends = dict(course.ends)
        # What is nudged is no state of the script's.
        run.timeline.frozen = True
        try:
            assert run.machine.frame is not None
            nudge(run.machine.frame)
            run.timeline.go_on(self._end)
            with run.timeline.hidden():
                return first_number(frameeval.evaluate(self._code, self._frame()))
        except (Interrupted, Unrepeatable):
            raise
        except Unreachable:
            raise Unrepeatable("nudged, the epoch takes another course") from None
        except Exception as error:
            raise Unrepeatable(f"nudged, the cost has no value: {error}") from None
        finally:
            run.timeline.frozen = False
            course.ends = ends

    def _frame(self) -> Frame:
        """That in which the cost is known."""
        frame = self.step.run.machine.frame
        for _ in range(self._up):
            frame = frame and frame.back
        assert frame is not None
        return frame

    def _go_to_start(self) -> None:
        run = self.step.run
        run.timeline.go((*run.entry, self.step.epoch, run.entry[-1]))
        run.timeline.take(run.timeline.here())

    def _is_same(self) -> bool:
        """Whether the cost comes out again; with a look at the time and at the outside."""
        self._go_to_start()  # what lies before has no part in what the outside notices
        timeline = self.step.run.timeline
        known, timeline.repeated = timeline.repeated, {}
        try:
            found, self._took = self._timed()
        except Unrepeatable:
            return False
        finally:
            noticed, timeline.repeated = timeline.repeated, known | timeline.repeated
        if noticed:
            self._refuse("and the epoch does what shouldn't be done again and again")
        for _ in range(2):  # something else may have held it up
            if self._took > _SLOW:
                self._took = min(self._took, self._timed()[1])
        if self._took > _SLOW:
            self._refuse("and the epoch takes too long to be run again and again")
        return bool(np.isclose(found, self.base, rtol=_AGAIN[self.itemsize], atol=1e-300))

    def _timed(self) -> tuple[float, float]:
        began = perf_counter()
        return self.cost(lambda frame: None), perf_counter() - began

    def _refuse(self, why: str) -> None:
        self.step.refusal = why
        raise Unrepeatable(why)


class Rerun(Nudged):
    """The cost as a function of a parameter, by running an epoch again."""

    def __init__(self, epoch: Epoch, update: Update) -> None:
        """Args:
        epoch: what is run.
        update: of the parameter.

        Raises:
            Unrepeatable: it can't be nudged.
        """
        if update.old.dtype.kind not in "fc":
            raise Unrepeatable(f"`{update.name}` holds no numbers with a fraction")
        self.epoch = epoch
        self.value = update.old
        self.base = epoch.base
        self.itemsize = epoch.itemsize
        self._update = update
        self._nudged: tuple[Any, Any] | None = None
        self.depends = self._moves()

    def cost(self, change: Any) -> float:
        """The cost when the parameter is changed by so much where the epoch begins.

        Args:
            change: of the parameter's shape.

        Raises:
            Unrepeatable: the script takes another course then.
        """
        try:
            return self.epoch.cost(lambda frame: self._nudge(frame, change))
        finally:
            self._undo()

    def is_repeatable(self) -> bool:
        """Whether the same comes out when nothing is changed: the epoch has been tried."""
        return True

    def _moves(self) -> bool:
        """Whether the cost changes at all when the parameter does."""
        size, shape = self.value.size, self.value.shape
        moves = (_PROBE * signs(seed, size).reshape(shape) for seed in (0, 1))
        costs = (self.cost(sign * each) for each in moves for sign in (1, -1))
        return not all(np.isclose(each, self.base, rtol=_SAME, atol=0.0) for each in costs)

    def _nudge(self, frame: Frame, change: Any) -> None:
        name, value = self._update.name, self._value_at(frame)
        same = value is not None and np.shape(value) == self.value.shape
        if not same or not np.allclose(value, self.value, equal_nan=True):
            raise Unrepeatable(f"`{name}` is something else where the epoch begins")
        if not isinstance(value, np.ndarray):
            self._nudge_number(frame, first_number(change))
        elif value.flags.writeable:
            self._nudged = value, value.copy()
            value += np.reshape(change, value.shape)
        else:
            raise Unrepeatable(f"`{name}` can't be written to")

    def _nudge_number(self, frame: Frame, change: float) -> None:
        name = self._update.name
        if not change:
            return
        try:
            code = frameeval.compiled(f"{name} = {name} + ({change!r})", "exec")
            frameeval.execute(code, frame)
        except Exception as error:
            raise Unrepeatable(f"`{name}` can't be nudged: {error}") from None

    def _undo(self) -> None:
        """No saved state puts back an array that the script itself never changes in place."""
        if self._nudged is not None:
            value, before = self._nudged
            value[...] = before
            self._nudged = None

    def _value_at(self, frame: Frame) -> Any:
        """The script's own object, which may be another one each time the epoch begins."""
        name = self._update.name
        places = dict(numbers_at(frame, self.epoch.step.run.program.globals))
        if name in places:
            return places[name]
        first = places.get(name.split(", ")[0])  # one of several that look into one memory
        return owner_of(first) if first is not None else None


def _earliest(step: Step, reading: Reading) -> Path:
    """When a cost has its value that is only a name: the backward pass need not be run again.

    That is behind the last op that binds the name, or stores an attribute that is called so.
    """
    nodes = [*ast.walk(ast.parse(reading.text.strip(), mode="eval").body)]
    plain = all(isinstance(each, ast.Name | ast.Attribute | ast.Load) for each in nodes)
    if reading.inner or not plain:
        return reading.path
    known = {each.id for each in nodes if isinstance(each, ast.Name)}
    known |= {each.attr for each in nodes if isinstance(each, ast.Attribute)}
    numbers = {number for each in reading.entries for number in each.reads}
    before = [each for each in step.script if each.at < reading.at]
    base = min((each.depth for each in before), default=0)
    path = reading.path
    for each in reversed(before):
        bound = {name.rpartition(".")[2] for name in each.names}
        if not known.isdisjoint(bound) or not numbers.isdisjoint((*each.makes, *each.changes)):
            break
        if each.depth == base and each.op.stop and each.op.kind not in (NEXT, WHILE):
            path = each.path
    return path
