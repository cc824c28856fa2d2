"""What a session can show: the points of a script, what it predicts where, and its net.

Records the epoch on a tape, asks it (insight/boundary.py, insight/layers.py), and puts the session
back. How it is drawn is for the views.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from nnstep.engine import frameeval
from nnstep.engine.frames import Frame
from nnstep.engine.mainloop import function_around
from nnstep.engine.moments import Path, path_of
from nnstep.engine.ops import Op
from nnstep.engine.timeline import Interrupted
from nnstep.tracing import LIMIT, TOO_LONG, Traced
from nnstep.understanding import Understanding

if TYPE_CHECKING:
    from nnstep.insight.boundary import Boundary, Data
    from nnstep.insight.layers import Layers
    from nnstep.insight.readings import Step
    from nnstep.insight.tape import Tape


class Weights(NamedTuple):
    """A matrix of weights.

    Attributes:
        name: how the script calls it.
        value: the script's own.
        turned: whether its columns are the units before it, as in `W @ x`.
    """

    name: str
    value: Any
    turned: bool

    @property
    def between(self) -> Any:
        """The weights, shape (n, m), between n units and the m behind them."""
        return self.value.T if self.turned else self.value


class Picturing(Understanding):
    """A script whose points, predictions and units can be shown."""

    def points(self) -> Data:
        """The points of the plane that the script works on, and their labels.

        Raises:
            ValueError: there are none.
        """
        from nnstep.insight.boundary import data_among, data_of, labels_among

        found = self._traced("plot data", None, lambda tape, _: data_of(tape)).found
        data: Data | None = found[0] if found is not None else data_among(self.names())
        if data is None:
            begun = self.main is None or self._timeline.course.has_epochs
            when = "so far" if self.main is None else "in this epoch or the one before"
            raise ValueError(_NO_POINTS.format(when) if begun else _NOT_BEGUN)
        if data.labels is None:  # they were compared with nothing yet
            data = data._replace(labels=labels_among(self.names(), len(data.points)))
        return data

    def weights(self) -> list[Weights]:
        """The matrices that a training step updates and that fit behind one another.

        Raises:
            ValueError: there are none.
        """
        from nnstep.insight.layers import matrices

        self._check_epochs()
        found: list[Weights] = []
        named = self._asked("net", lambda _: matrices(self._step()[0]))
        frame = self._main_frame()
        for name, turned in named:
            each = Weights(name, self._weight(name, frame), turned)
            if not found or each.between.shape[0] == found[-1].between.shape[1]:
                found.append(each)
        if not found:
            raise ValueError(_NO_WEIGHTS)
        return found

    def _main_frame(self) -> Frame:
        """The frame of the main loop.

        Raises:
            ValueError: it stands in a function that isn't running.
        """
        assert self.main is not None
        home = function_around(self._program.tree, self.main)
        if home is None:
            return self._ended
        frame = self._machine.frame
        while frame is not None and frame.code.name != home.name:
            frame = frame.back
        if frame is None:
            behind = self._timeline.here() > self._timeline.course.entry
            raise ValueError(
                f"the weights are variables of {home.name}(), which isn't running here; "
                f"`{'repoch' if behind else 'epoch'}` goes to an epoch of it"
            )
        return frame

    def _weight(self, name: str, frame: Frame) -> Any:
        try:
            return np.asarray(frameeval.evaluate(frameeval.compiled(name, "eval"), frame))
        except NameError as error:
            raise ValueError(self.absence(error.name) or str(error)) from None

    def layers(self, row: int, gradients: bool = False) -> Layers:
        """The values of one sample on the units of the net, as they were computed last.

        The session stands afterwards where it stood, its state the same to the bit.

        Args:
            row: which sample, counted from 0.
            gradients: what the script computes as the gradients for the units, and those of the
                weights, in place of the activations and the weights.

        Raises:
            ValueError: there is no such sample, or such values were not found or computed yet.
        """
        found: Layers = self.trace_layers(row, gradients).found
        return found

    def trace_layers(self, row: int, gradients: bool = False) -> Traced:
        """As `layers`, with from when on the tape was."""
        from nnstep.insight.layers import layers, plan

        self._check_epochs()
        where = self._asked("net", lambda _: plan(*self._step()))
        if where is None:
            raise ValueError(
                "no product such as `x @ W` was found of a layer's values with a matrix that a "
                "training step updates"
            )
        if gradients and where.missing():
            raise ValueError(
                f"no product of a layer's values with gradients was found that leads to the update "
                f"of `{where.missing()[0]}`; `net {row}` draws the values of the forward pass"
            )
        found = self._traced("net", None, lambda tape, _: layers(tape, where, row, gradients))
        if found.found is None:
            what = "backward pass" if gradients else "forward pass"
            raise ValueError(f"the {what} wasn't computed yet; `epoch` goes to where it was")
        return found

    def _step(self) -> tuple[Step, int]:
        """The training step of an epoch, and the place of the epoch in its paths."""
        from nnstep.insight.readings import record
        from nnstep.insight.tape import TooLong

        run = self._as_run()
        try:
            return record(run, self._epochs_to_check(run)[0], [], edited=False), len(run.entry)
        except TooLong:
            raise ValueError("a training step has too many ops to be followed") from None

    def boundary(self, rows: int, columns: int) -> Boundary:
        """What the script predicts all over the plane, with the parameters that it has here.

        Within an epoch they are those with which it has predicted last; at the end of the
        script, those with which its training has ended. The session stands afterwards where it
        stood, its state the same to the bit.

        Args:
            rows: of the grid.
            columns: of the grid.

        Raises:
            ValueError: there are no points, or nothing is predicted of them.
        """
        from nnstep.insight.boundary import boundary

        doing, found = "plot boundary", None
        if self.finished:
            found = self._asked(doing, lambda _: self._trained(rows, columns))
        if found is None:
            ask = self._traced(doing, None, lambda tape, _: boundary(tape, rows, columns))
            found = ask.found
        if found is None:
            self.points()
            raise ValueError(
                "nothing was found that is computed from the points alone, row by row, and then "
                "compared with their labels"
            )
        made: Boundary = found
        return made

    def _trained(self, rows: int, columns: int) -> Boundary | None:
        """The boundary that the main loop has left behind; None where that can't be told."""
        from nnstep.insight.boundary import boundary, moved
        from nnstep.insight.readings import numbers_at
        from nnstep.insight.tape import Tape

        timeline, entry = self._timeline, self._timeline.course.entry
        if self.main is None or not timeline.course.has_epochs:
            return None
        last = max(self._traveller.last_head(self._epochs) - 1, 0)
        begin = (*entry, last, entry[-1])
        if timeline.edits_after(begin):  # which are no ops, and so on no tape
            return None
        timeline.go(begin)
        frame, module = self._machine.frame, self._program.globals
        start = dict(numbers_at(frame, module))
        tape = Tape(lambda: timeline.interrupted)
        self._record_the_rest(tape, entry)
        return boundary(tape, rows, columns, moved(tape, start, dict(numbers_at(frame, module))))

    def _record_the_rest(self, tape: Tape, entry: Path) -> None:
        """Run on to where the main loop is left, by its end or by a `break`."""
        from nnstep.insight.tape import Recorder, TooLong

        def halts(frame: Frame, op: Op) -> bool:
            return self._timeline.interrupted or path_of(frame)[: len(entry)] != entry

        try:
            self._machine.run(Recorder(tape, halts, LIMIT))
        except TooLong:
            raise ValueError(TOO_LONG) from None
        if self._timeline.interrupted:
            raise Interrupted("interrupted")


_NO_WEIGHTS = "no matrix of weights was found that a training step updates"
_NOT_BEGUN = "no epoch has been run yet; `epoch 2` runs one"
_NO_POINTS = (
    "nothing that was computed {} has two columns, or two rows, of "
    "numbers for at least four points; only points of the plane can be drawn"
)
