"""What a session can show of the plane: the points of a script, and what it predicts where.

Records the epoch on a tape, asks it (insight/boundary.py), and puts the session back. How it is
drawn is for the views.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from nnstep.engine.moments import Path
from nnstep.understanding import Understanding

if TYPE_CHECKING:
    from nnstep.insight.boundary import Boundary, Data


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

        The session stands afterwards where it stood, its state the same to the bit.

        Args:
            rows: of the grid.
            columns: of the grid.

        Raises:
            ValueError: there are no points, or nothing is predicted of them.
        """
        from nnstep.insight.boundary import boundary

        found = self._traced("plot boundary", None, lambda tape, _: boundary(tape, rows, columns))
        if found.found is None:
            self.points()
            raise ValueError(
                "nothing was found that is computed from the points alone, row by row, and then "
                "compared with their labels"
            )
        made: Boundary = found.found
        return made


_NO_POINTS = (
    "nothing that was computed in this epoch or the one before has two columns, or two rows, of "
    "numbers for at least four points; only points of the plane can be drawn"
)
