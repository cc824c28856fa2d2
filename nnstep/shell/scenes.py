"""What the shell shows of a session at a stop: the views put together, nothing computed.

The views draw one thing each; here stands what belongs on the screen after a motion.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePath
from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.text import Text

from nnstep.engine.events import Event
from nnstep.engine.source import Source
from nnstep.engine.stops import Breakpoint
from nnstep.lessons import about
from nnstep.shell.failures import describe
from nnstep.version import __version__
from nnstep.views.excerpt import excerpt
from nnstep.views.stop import stop_view
from nnstep.views.text import DIM, NAME, clean, crop, plain, wrap

if TYPE_CHECKING:
    from nnstep.session import Session

WELCOME = (
    "`step` runs one op, `next` one statement, `continue` runs to a breakpoint or the end; "
    "`help` lists the commands."
)


def banner(session: Session, width: int, ascii: bool) -> RenderableType:
    """Which script is open, what it says of itself, and how to begin."""
    source = session.source
    facts = [f"nnstep {__version__}", PurePath(source.path).name, f"{len(source.lines) - 1} lines"]
    if source.sections:
        facts.append(f"{len(source.sections)} sections")
    first = Text(crop(clean("  ".join(facts), ascii), width))
    first.stylize(NAME, len(facts[0]) + 2, len(facts[0]) + 2 + len(facts[1]))
    teaches, _ = about(source.text)
    lines = [first]
    lines += [Text(line) for line in wrap(plain(teaches, ascii), width)]
    lines += [Text(line, style=DIM) for line in wrap(WELCOME, width)]
    return Group(*lines, Text(""))


def start(session: Session, width: int, ascii: bool) -> RenderableType:
    """The place of the op that runs first."""
    op = session.next_op
    if op is None:
        return ended(session, width)
    return Group(
        excerpt(op.source, op.span, width=width, ascii=ascii), next_line(session, width, ascii)
    )


def stop(event: Event, source: Source | None, width: int, ascii: bool) -> RenderableType:
    """What an op did. What it printed isn't told: it has just passed by."""
    return stop_view(replace(event, printed=""), source, width=width, ascii=ascii)


def next_line(session: Session, width: int, ascii: bool) -> Text:
    """The op that runs next: `next: zo = np.dot(ah, wo)   1200.3 line 43`."""
    op = session.next_op
    if op is None:
        return ended(session, width)
    inside = "" if op.function == "<module>" else f" in {op.function}"
    place = clean(f"   {session.position.moment} line {op.line}{inside}", ascii)
    text = crop(f"next: {plain(op.text, ascii)}", max(width - len(place), width // 3))
    return Text(crop(text + place, width), style=DIM)


def ended(session: Session, width: int) -> Text:
    """That nothing is left to run, and why."""
    error = session.error
    if error is None:
        words = "the script has ended; `restart` begins again"
    elif isinstance(error, SystemExit):
        words = f"the script has ended with {describe(error)}; `restart` begins again"
    else:
        words = (
            f"the script raised {type(error).__qualname__}; its variables are still here: "
            "`vars`, `where`, `p EXPR`; `restart` begins again"
        )
    return Text("\n".join(wrap(words, width)), style=DIM)


def breakpoint_line(at: Breakpoint, ascii: bool = False) -> Text:
    """One breakpoint: its number, where it stops, its condition."""
    words = _PLACES[at.kind].format(at.where)
    if at.condition:
        words += f", if {at.condition}"
    label = "temporary breakpoint" if at.temporary else "breakpoint"
    line = Text(plain(f"{label} {at.number}: {words}", ascii))
    line.stylize(NAME, 0, len(label) + len(str(at.number)) + 1)
    return line


_PLACES = {
    "name": "whenever {} gets a value",
    "line": "before line {}",
    "function": "before function {} runs",
}


def stopped_at(at: Breakpoint, ascii: bool = False) -> Text:
    """That a motion ended at a breakpoint."""
    return Text(plain(f"stopped at breakpoint {at.number}: {at}", ascii), style=NAME)


def frames(rows: Sequence[tuple[str, str, int, str]], width: int, ascii: bool) -> Text:
    """The functions that are running, innermost first, `>` at the current one.

    Args:
        rows: for each its name, file, line, and the op's text.
        width: no line is wider.
        ascii: nothing but ASCII characters.
    """
    places = [f"{PurePath(path).name}:{line}" for _, path, line, _ in rows]
    names = max((len(name) for name, *_ in rows), default=0)
    room = max(map(len, places), default=0)
    lines = [
        f"{'>' if number == 0 else ' '} {name:<{names}}  {place:<{room}}  {text}"
        for number, ((name, _, _, text), place) in enumerate(zip(rows, places, strict=True))
    ]
    return Text("\n").join(Text(crop(clean(line, ascii), width).rstrip()) for line in lines)
