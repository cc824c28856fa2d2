"""Renders a view as a terminal of a given width would show it, for the tests of views."""

from __future__ import annotations

import io

from rich.cells import cell_len
from rich.console import Console, RenderableType


def rendered(view: RenderableType, width: int = 80) -> list[str]:
    """The lines that a console prints, none of them wider than it; trailing blanks removed."""
    file = io.StringIO()
    console = Console(file=file, width=width, height=1000, no_color=True, legacy_windows=False)
    console.print(view)
    lines = file.getvalue().removesuffix("\n").split("\n")
    assert all(cell_len(line) <= width for line in lines), lines
    return [line.rstrip() for line in lines]


def whole(view: RenderableType, width: int = 80) -> str:
    """The lines that a console prints, as one text."""
    return "\n".join(rendered(view, width))
