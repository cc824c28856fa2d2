"""What a session can show of the plane: the points of a script, and what it predicts where.

Records the epoch on a tape, asks it (insight/boundary.py), and puts the session back. How it is
drawn is for the views.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

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
