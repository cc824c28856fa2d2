"""What `plt.show()` does while a script is stepped: the figures go to whoever shows the session.

matplotlib loads this as its backend (`module://nnstep.showing`, see engine/effects.py). Nothing
opens a window or waits. What is shown was drawn by matplotlib's own Agg; how it looks on the
screen, and where it is kept, is for the shell. Under `nnstep run` matplotlib is left alone.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib._pylab_helpers import Gcf
from matplotlib.backend_bases import FigureManagerBase
from matplotlib.backends.backend_agg import FigureCanvasAgg
from numpy.typing import NDArray

from nnstep.engine import effects
from nnstep.processes import in_one_line


@dataclass(frozen=True, slots=True)
class Shown:
    """A figure as it was shown.

    Attributes:
        number: matplotlib's number of it.
        title: of its window, such as `Figure 1`.
        pixels: red, green and blue from 0 to 255, shape (height, width, 3), on white.
        png: the same as a file.
        waits: whether the script would wait until a person closes it.
        error: why matplotlib could not draw it; empty where it could.
    """

    number: int
    title: str
    pixels: NDArray[np.uint8]
    png: bytes
    waits: bool
    error: str = ""


class FigureManager(FigureManagerBase):
    """Hands a figure over in place of a window."""

    def show(self) -> None:
        """Show the figure; the script goes on."""
        _show(self, waits=False)

    @classmethod
    def pyplot_show(cls, *, block: bool | None = None) -> None:
        """Show all figures; those that a person would have closed by now are closed."""
        for manager in Gcf.get_all_fig_managers():
            _show(manager, waits=block is not False)
        if block is not False:
            Gcf.destroy_all()


class FigureCanvas(FigureCanvasAgg):
    """Draws as Agg does."""

    manager_class = FigureManager

    def start_event_loop(self, timeout: float = 0) -> None:
        """Go on at once, for `plt.pause` and `plt.ginput`: nobody clicks on a picture."""


def _show(manager: Any, waits: bool) -> None:
    effects.show(lambda: _drawn(manager, waits))


def _drawn(manager: Any, waits: bool) -> Shown:
    number, title, file = manager.num, str(manager.get_window_title()), io.BytesIO()
    canvas = manager.canvas
    try:
        canvas.draw()
        canvas.print_png(file)
    except Exception as error:  # a window would stay empty, and the script go on
        nothing = np.empty((0, 0, 3), np.uint8)
        return Shown(number, title, nothing, b"", waits, in_one_line(error))
    colours = np.asarray(canvas.buffer_rgba(), dtype=np.float64)
    opaque = colours[..., 3:] / 255
    pixels = colours[..., :3] * opaque + 255 * (1 - opaque)
    return Shown(number, title, pixels.round().astype(np.uint8), file.getvalue(), waits)
