"""What a session tells of itself and of what it has found: data, and no behaviour."""

from __future__ import annotations

from typing import Any, NamedTuple

from nnstep.engine.events import Event, Moment
from nnstep.engine.source import Source, Span
from nnstep.engine.stops import Breakpoint


class Position(NamedTuple):
    """Where a session stands.

    Attributes:
        moment: the coordinate of time, shown as `epoch.op`; None at the end of the script.
        epoch: the iteration of the main loop, None outside of it.
        line: the 1-based line of the next op, 0 at the end.
        section: the title of the `# %%` section, or an empty string.
        function: the function's name, `<module>` outside of any.
        path: the file.
    """

    moment: Moment | None
    epoch: int | None
    line: int
    section: str
    function: str
    path: str


class Stop(NamedTuple):
    """Why a session stands where it stands.

    Attributes:
        reason: `start`, `step`, `breakpoint`, `epoch`, `until`, `section`, `finish`, `end`,
            `error` or `interrupted`.
        breakpoint: the breakpoint, when that is the reason.
        change: what the value was and is, when that is a watch.
    """

    reason: str
    breakpoint: Breakpoint | None
    change: tuple[Any, Any] | None = None


class NextOp(NamedTuple):
    """The op that runs next: its text and its place."""

    text: str
    span: Span
    line: int
    source: Source
    function: str


class FrameInfo(NamedTuple):
    """One function in progress: where it stands, and its variables."""

    function: str
    line: int
    text: str
    path: str
    names: dict[str, Any]


class Progress(NamedTuple):
    """How far a motion has come that takes its time.

    Attributes:
        epoch: the epoch that it is at, None outside of the main loop.
        epochs: how many there are, where that is known.
        cost: the cost, where it is known.
        seconds: since the motion began.
        text: what is going on, in a word or two; empty for running on.
    """

    epoch: int | None
    epochs: int | None
    cost: float | None
    seconds: float
    text: str


class LoopInfo(NamedTuple):
    """A loop of the script: its line, its head, and whether its iterations are the epochs."""

    line: int
    text: str
    is_main: bool


class History(NamedTuple):
    """An expression over the epochs.

    Attributes:
        text: the expression.
        first: the epoch of the first value.
        values: its last value in each epoch, None where it had none.
    """

    text: str
    first: int
    values: list[Any]


class Bisected(NamedTuple):
    """Where a condition became true.

    Attributes:
        epoch: in which epoch; None when that was before the main loop.
        event: the op that made it true.
        monotone: whether it stayed true from then on wherever that was tried.
        probes: at how many epochs it was tried.
    """

    epoch: int | None
    event: Event | None
    monotone: bool
    probes: int


class BranchInfo(NamedTuple):
    """One course that the run has taken.

    Attributes:
        name: what it is switched to by.
        parent: the branch that it left, None for the first.
        moment: when it left it.
        edits: what was changed by hand in it, since it left its parent.
        reached: the latest moment reached in it.
        current: whether the session is in it.
    """

    name: str
    parent: str | None
    moment: str
    edits: tuple[str, ...]
    reached: str
    current: bool


class Comparison(NamedTuple):
    """Two branches side by side, each where it was left.

    Attributes:
        names: the branches.
        values: the variables that differ, with their values in each.
        costs: the epochs that both have run, with the cost in each.
        cost: the expression for the cost; empty when none is known.
    """

    names: tuple[str, str]
    values: list[tuple[str, Any, Any]]
    costs: list[tuple[int, float, float]]
    cost: str
