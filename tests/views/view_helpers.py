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


# Colours.

Triple = tuple[int, int, int]


def luminance(colour: Triple) -> float:
    """How bright a colour is, as WCAG 2 has it."""
    parts = [each / 255 for each in colour]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Triple, other: Triple) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)
