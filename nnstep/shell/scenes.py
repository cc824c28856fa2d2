"""What the shell shows of a session at a stop: the views put together, nothing computed.

The views draw one thing each; here stands what belongs on the screen after a motion.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePath
from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.text import Text

from nnstep.engine.events import Event
from nnstep.engine.source import Source
from nnstep.engine.stops import Breakpoint
from nnstep.insight.arrays import changed
from nnstep.insight.health import activation, activations, health
from nnstep.insight.parts import read
from nnstep.lessons import about
from nnstep.shell.failures import describe, missing
from nnstep.shell.remembered import Restored
from nnstep.version import __version__
from nnstep.views.changes import change_view, restored_view
from nnstep.views.excerpt import excerpt
from nnstep.views.health import health_view
from nnstep.views.stop import stop_view
from nnstep.views.text import DIM, NAME, clean, crop, flow, plain, wrap

if TYPE_CHECKING:
    from nnstep.reports import LoopInfo, Stop
    from nnstep.session import Session

WELCOME = (
    "`step` runs one op, `back` takes it back, `next` runs one statement, `continue` runs to a "
    "breakpoint or the end; `help` lists the commands."
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
    if session.next_op is None:
        return ended(session, width)
    return Group(place(session, width, ascii), next_line(session, width, ascii))


def place(session: Session, width: int, ascii: bool) -> Text:
    """The place in the script of the op that runs next."""
    op = session.next_op
    if op is None:
        return Text("")
    return excerpt(op.source, op.span, width=width, ascii=ascii)


def stop(
    event: Event, source: Source | None, at: Stop, width: int, ascii: bool
) -> RenderableType:
    """What an op did, and what a watch saw of it. What it printed isn't told: it has passed by."""
    watched = _watched(at)
    mask = changed(*at.change) if at.change is not None else None
    view = stop_view(
        replace(event, printed=""), source, width=width, ascii=ascii,
        changes={} if mask is None else {watched: mask},
    )
    if at.change is None:
        return view
    shown = watched in (*event.names, *(each.name for each in event.mutated))
    change = change_view(watched, *at.change, width=width, shown=shown, ascii=ascii)
    return Group(view, change)


def health_of(session: Session, width: int, ascii: bool) -> Text | None:
    """What is wrong with the values of the variables; None when nothing is."""
    makers = activations(session.source.text)
    return health_view(health(session.names(), makers), width, ascii)


def health_after(event: Event, session: Session, width: int, ascii: bool) -> Text | None:
    """What is wrong with what an op bound or changed; None when nothing is.

    NaN and Inf stand in the facts of the value already.
    """
    changed_names = {each.name: each.value for each in event.mutated}
    bound = {event.name: event.value} if event.name is not None else {}
    touched = {*event.names, *changed_names}
    if event.exception is not None or not touched:
        return None
    applied = read(event.text, event.operands)
    maker = activation(applied.node) if applied is not None else None
    makers = {event.name: maker} if event.name is not None and maker is not None else {}
    names = session.names() | changed_names | bound
    return health_view(health(names, makers, touched, gaps=False), width, ascii)


def _watched(at: Stop) -> str:
    return str(at.breakpoint.where) if at.breakpoint is not None else ""


def restored(found: Restored, width: int, ascii: bool) -> Text | None:
    """Which variables have other values after going back; None when there is nothing to tell."""
    return restored_view(found.again, found.not_yet, width=width, ascii=ascii)


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
        words = "the script has ended; `back` goes back, `restart` begins again"
    elif isinstance(error, SystemExit):
        words = f"the script has ended with {describe(error)}; `back` goes back"
    else:
        words = (
            f"the script raised {type(error).__qualname__}; its variables are still here: "
            "`vars`, `where`, `p EXPR`; `back` goes back, `restart` begins again"
        )
    lines = [*wrap(missing(error) if error is not None else "", width), *wrap(words, width)]
    return Text("\n".join(lines), style=DIM)


def breakpoint_line(at: Breakpoint, ascii: bool = False) -> Text:
    """One breakpoint: its number, where it stops, its condition."""
    where = _CATCHES[str(at.where)] if at.kind == "catch" else at.where
    words = _PLACES[at.kind].format(where)
    if at.condition:
        words += f", if {at.condition}"
    label = kind_of(at)
    line = Text(plain(f"{label} {at.number}: {words}", ascii))
    line.stylize(NAME, 0, len(label) + len(str(at.number)) + 1)
    if at.ignore:
        line.append(f", ignored {_times(at.ignore)} more", style=DIM)
    if at.hits:
        line.append(f", hit {_times(at.hits)}", style=DIM)
    return line


def kind_of(at: Breakpoint) -> str:
    """What a breakpoint is called: a watch and a catch go by names of their own."""
    label = _KINDS.get(at.kind, "breakpoint")
    return f"temporary {label}" if at.temporary else label


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"


_KINDS = {"watch": "watchpoint", "catch": "catchpoint"}
_PLACES = {
    "name": "whenever {} gets a value",
    "line": "before line {}",
    "function": "before function {} runs",
    "watch": "whenever the value of {} changes",
    "catch": "{}",
}
_CATCHES = {
    "nan": "when an op makes NaN or Inf out of finite values",
    "exception": "when an op raises an exception",
}


def stopped_at(at: Breakpoint | None, ascii: bool = False) -> Text:
    """That a motion ended at a breakpoint."""
    if at is None:
        return Text("stopped at a breakpoint", style=NAME)
    return Text(plain(f"stopped at {_KINDS.get(at.kind, 'breakpoint')} {at.number}: {at}", ascii),
                style=NAME)


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


def loops(found: Sequence[LoopInfo], width: int, ascii: bool) -> Text:
    """The loops of a script, `>` at the one that counts the epochs."""
    room = max(len(str(each.line)) for each in found)
    lines = []
    for each in found:
        mark, note = (">", "   the main loop") if each.is_main else (" ", "")
        start = f"{mark} {each.line:>{room}}  "
        text = crop(plain(each.text, ascii), max(width - len(start) - len(note), 1))
        lines.append(Text(f"{start}{text}{note}", style=NAME if each.is_main else ""))
    return Text("\n").join(lines)


def when(session: Session, width: int, ascii: bool) -> Text:
    """A moment in words: `1200.17   epoch 1200, op 17   line 43 in build_model   ...`."""
    at = session.position
    branches = session.branches()
    branch = next((each.name for each in branches if each.current), "")
    facts = [f"branch {branch}"] if len(branches) > 1 else []
    if at.moment is None:
        label, facts = "end", ["the script has ended", *facts]
    else:
        inside = "" if at.function == "<module>" else f" in {at.function}"
        section = [f"section {at.section}"] if at.section else []
        place = f"line {at.line}{inside}"
        label, facts = at.moment.text, [_in_words(session), place, *section, *facts]
    lines = flow([label, *(clean(each, ascii) for each in facts)], width, gap="   ")
    shown = Text("\n".join(lines))
    shown.stylize(NAME, 0, len(label))
    return shown


def _in_words(session: Session) -> str:
    """What the text of a moment says: `2.2/4` is `epoch 2, op 2, op 4 of sigmoid`."""
    moment = session.position.moment
    assert moment is not None
    if session.no_epoch_follows:
        return "the main loop ends here"
    start, _, rest = moment.text.partition(".")
    outer, *inner = rest.split("/")
    words = [_STARTS.get(start, f"epoch {start}"), _op_in_words(outer)]
    called = [each.function for each in session.frames()][::-1][-len(inner) :] if inner else []
    words += [f"{_op_in_words(op)} of {name}" for op, name in zip(inner, called, strict=True)]
    return ", ".join(filter(None, words))


def _op_in_words(text: str) -> str:
    """`17[2]` is the 17th op, in the third iteration of a loop."""
    number = re.split(r"[\[']", text, maxsplit=1)[0]
    inner = ", ".join(f"iteration {each} of a loop" for each in re.findall(r"\[(\d+)\]", text))
    op = "its beginning" if number == "0" else f"op {number}"
    return f"{op} in {inner}" if inner else op


_STARTS = {"start": "before the main loop", "end": "behind the main loop", "top": ""}
