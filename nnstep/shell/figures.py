"""Figures that a script shows with matplotlib: drawn into the terminal, and kept as PNG files.

How matplotlib comes to hand them over is in showing.py; how a picture becomes half blocks, in
views/images.py.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from nnstep.shell.kept import folder, name_of, why, write
from nnstep.views.images import image_view

if TYPE_CHECKING:
    from nnstep.shell.output import Output
    from nnstep.showing import Shown


_KEPT = 100  # files of a script


def show(shown: Shown, count: int, script: str, output: Output) -> None:
    """Draw a figure where there are colours, and say where its file lies, or why there is none.

    Args:
        shown: the figure.
        count: the how manieth it is of those that the session shows, from 1.
        script: the path of the script.
        output: where it is shown.
    """
    if shown.error:
        output.hint(f"{shown.title} could not be drawn: {shown.error}")
        return
    if output.palette and not output.ascii:
        output.show(image_view(shown.pixels, width=output.width))
    high, wide = shown.pixels.shape[:2]
    what = f"{shown.title}, {wide} x {high} pixels"
    try:
        path = _keep(shown, count, script)
        output.hint(f"{what}, is in")
        output.hint(f"  {path}", whole=True)
    except OSError as error:
        output.hint(f"{what}, could not be kept: {why(error)}")


def _keep(shown: Shown, count: int, script: str) -> Path:
    """Write the PNG file; the next session with the script writes the same files.

    Raises:
        OSError: it can't be written.
    """
    path = folder("figures") / f"{name_of(script)}-{(count - 1) % _KEPT + 1}.png"
    write(path, shown.png)
    return path
