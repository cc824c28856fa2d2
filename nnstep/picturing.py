"""What a session can show of the plane: the points of a script, and what it predicts where.

Records the epoch on a tape, asks it (insight/boundary.py), and puts the session back. How it is
drawn is for the views.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from nnstep.engine.frames import Frame
from nnstep.engine.moments import Path, path_of
from nnstep.engine.ops import Op
from nnstep.engine.timeline import Interrupted
from nnstep.tracing import LIMIT, TOO_LONG
from nnstep.understanding import Understanding

if TYPE_CHECKING:
    from nnstep.insight.boundary import Boundary, Data
    from nnstep.insight.tape import Tape


class Picturing(Understanding):
    """A script whose points and predictions can be shown."""

    def points(self) -> Data:
        """The points of the plane that the script works on, and their labels.

        Raises:
            ValueError: there are none.
        """
        from nnstep.insight.boundary import data_of

        found = self._traced("plot data", None, lambda tape, _: data_of(tape)).found
        if found is None:
            raise ValueError(_NO_POINTS)
        data: Data = found[0]
        return data

    def weights(self) -> list[tuple[str, Any]]:
        """The matrices that a training step updates and that fit behind one another, (n, m) each.

        Raises:
            ValueError: there are none.
        """
        from nnstep.insight.readings import record

        self._check_epochs()

        def find(here: Path) -> list[str]:
            run = self._as_run()
            updates = record(run, self._epochs_to_check(run)[0], []).updates
            tables = [each for each in updates if np.ndim(each.old) == 2]
            return [each.name for each in sorted(tables, key=lambda each: each.first_read)]

        found: list[tuple[str, Any]] = []
        for name in self._asked("net", find):
            value = np.asarray(self.eval(name))
            if not found or value.shape[0] == found[-1][1].shape[1]:
                found.append((name, value))
        if not found:
            raise ValueError("no matrix of weights was found that a training step updates")
        return found

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
        if self.main is None or not entry:
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


_NO_POINTS = (
    "nothing that was computed in this epoch or the one before has two columns, or two rows, of "
    "numbers for at least four points; only points of the plane can be drawn"
)
