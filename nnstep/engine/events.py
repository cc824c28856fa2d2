"""What one executed op yields: the op, its operands, its result, what it bound and changed.

Data only. The machine makes events, the timeline keeps them, insight reads them, views draw them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import total_ordering
from typing import Any, NamedTuple

from nnstep.engine.source import Span


class Operand(NamedTuple):
    """One value that an op worked on.

    Attributes:
        name: its text in the script, such as `ah` or `wo.T` or `ao - labels`.
        value: the value as it was when the op ran.
    """

    name: str
    value: Any


class Mutation(NamedTuple):
    """One array or container that an op changed in place.

    Attributes:
        name: the name it was changed under, such as `delta3` or `self.W1`.
        aliases: every other name that shares its memory, such as `probs`.
        before: a copy of the value before the op, or None when it was too large to keep.
        value: the changed value.
    """

    name: str
    aliases: tuple[str, ...]
    before: Any
    value: Any


@total_ordering
@dataclass(frozen=True, slots=True)
class Moment:
    """The one coordinate of time: where every frame stands, and in which iteration.

    Moments of one run are ordered as they happened. The text, such as `1200.17`, is
    epoch.op within the main loop; `start.N` and `end.N` lie before and after it.

    Attributes:
        path: for each frame, outermost first, the loop heads and iteration counters around
            its op, then the op itself; lexicographic order is the order in time.
        epoch: the iteration of the main loop, counted from 0, or None outside of it.
        text: how it is shown and typed.
    """

    path: tuple[int, ...]
    epoch: int | None
    text: str

    def __lt__(self, other: Moment) -> bool:
        return self.path < other.path

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Moment) and self.path == other.path

    def __hash__(self) -> int:
        return hash(self.path)

    def __str__(self) -> str:
        return self.text


@dataclass(slots=True, weakref_slot=True, eq=False, repr=False)
class Event:
    """What one executed op did.

    Attributes:
        kind: `compute`, `call` (a step into a function), `return` (the call's end, back in the
            caller), `bind`, `loop` (a loop variable bound), `loop end`, `store`, `native`,
            `load` (one operand read), or `error`.
        text: the op as the script has it, such as `zh = np.dot(feature_set, wh)`.
        names: the names it bound, in order: `("feature_set", "labels")`.
        value: its result. For several names, the tuple of their values.
        operands: what it worked on, in order, the called function first.
        line: the 1-based line of the op.
        span: the whole place of the op, for underlining.
        path: the file of the script or module it stands in.
        function: the name of the function it ran in, or `<module>`.
        moment: when it ran.
        mutated: the arrays and containers that it changed in place.
        printed: the text that it printed.
        exception: what it raised, else None.
        depth: how many functions deep it ran.
    """

    kind: str
    text: str
    names: tuple[str, ...]
    value: Any
    operands: tuple[Operand, ...]
    line: int
    span: Span
    path: str
    function: str
    moment: Moment
    mutated: tuple[Mutation, ...] = ()
    printed: str = ""
    exception: BaseException | None = None
    depth: int = field(default=0)

    @property
    def name(self) -> str | None:
        """The name it bound, when it bound exactly one."""
        return self.names[0] if len(self.names) == 1 else None

    def __repr__(self) -> str:
        shape = getattr(self.value, "shape", None)
        what = f" -> {shape}" if shape is not None else ""
        return f"<Event {self.moment}: {self.kind} {self.text!r}{what}>"
