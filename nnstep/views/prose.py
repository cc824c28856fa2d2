"""Markdown as lines of a screen, in attributes that can be read on dark and light grounds alike.

rich sets it; here stands only what headings and code look like. Nothing in it can steer the
terminal: what isn't printable becomes `?`.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from rich.text import Text

from nnstep.views.text import clean

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderResult
    from rich.markdown import Markdown

_WIDEST = 80  # longer lines are hard to read
_STYLES = {
    "markdown.h1": "bold underline", "markdown.h2": "bold underline", "markdown.h3": "bold",
    "markdown.code": "bold", "markdown.code_block": "none", "markdown.item.bullet": "none",
    "markdown.link": "underline", "markdown.link_url": "underline",
    "markdown.table.header": "bold", "markdown.table.border": "dim",
}  # fmt: skip


def prose(text: str, width: int, colour: bool) -> Text:
    """Markdown, laid out.

    Args:
        text: Markdown.
        width: no line is wider; nor than 80 cells.
        colour: whether escape codes may be written.
    """
    from rich.console import Console
    from rich.theme import Theme

    console = Console(
        file=io.StringIO(), width=min(width, _WIDEST), force_terminal=colour, theme=Theme(_STYLES),
        color_system="truecolor" if colour else None, legacy_windows=False, no_color=not colour,
    )  # fmt: skip
    readable = "\n".join(clean(line) for line in text.splitlines())
    with console.capture() as captured:
        console.print(_markdown(readable))
    lines = [line.rstrip() for line in captured.get().splitlines()]
    return Text.from_ansi("\n".join(lines))


def _markdown(text: str) -> Markdown:
    """rich's Markdown with all headings at the left: that is where reading begins."""
    from rich.markdown import Heading, Markdown

    class Left(Heading):
        def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
            text = self.text.copy()
            text.justify = "left"
            yield text

    class Laid(Markdown):
        elements = {**Markdown.elements, "heading_open": Left}  # noqa: RUF012

    return Laid(text, code_theme="ansi_dark", hyperlinks=False)
