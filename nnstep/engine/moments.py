"""Where in time a machine stands, read off its frames. Nothing is counted for it."""

from __future__ import annotations

import ast
import sys
from typing import NamedTuple

from nnstep.engine.events import Moment
from nnstep.engine.frames import Frame
from nnstep.engine.ops import Code, Loop

Path = tuple[int, ...]
"""The coordinates of a moment; see `Moment.path`."""

END: Path = (sys.maxsize,)
"""The end of the script."""

ERROR: Path = (sys.maxsize - 1,)
"""Behind the path of an op: when it has raised what nobody handles."""


class Place(NamedTuple):
    """Where one frame stands.

    Attributes:
        code: its ops.
        pc: its next op.
        counters: the iteration of each loop around that op, outermost first.
        attempt: for the method of an operator, which of its candidates it is.
    """

    code: Code
    pc: int
    counters: tuple[int, ...]
    attempt: tuple[int, ...] = ()

    def iterations(self) -> list[tuple[Loop, int]]:
        """The loops around with their iterations; a loop's head begins the next one."""
        loops = self.code.ops[self.pc].loops
        return [
            (loop, count + 1 if self.pc == loop.head.pc else count)
            for loop, count in zip(loops, self.counters, strict=True)
        ]


Standing = list[Place]
"""Where all frames stand, outermost first."""


def standing(frame: Frame) -> Standing:
    """Read off where a frame and all that called it stand; quick, for it is done at every op."""
    places = []
    each: Frame | None = frame
    while each is not None:
        places.append(_place(each))
        each = each.back
    places.reverse()
    return places


def _place(frame: Frame) -> Place:
    pc, temps = frame.pc, frame.temps
    counters = tuple([temps[loop.slot + 1] for loop in frame.code.ops[pc].loops])
    # The fewer candidates are left, the later it is.
    then = frame.then
    attempt = (-len(then[2]),) if then is not None and then[0] == "operator" else ()
    return Place(frame.code, pc, counters, attempt)


def moment(places: Standing, main: ast.AST | None) -> Moment:
    """The moment at which frames stand so.

    Args:
        places: where they stand.
        main: the loop whose iterations are the epochs.
    """
    epoch, text = _text(places, main)
    return Moment(_path(places), epoch, text)


def _path(places: Standing) -> Path:
    path: list[int] = []
    for code, pc, counters, attempt in places:
        path += attempt
        for loop, count in zip(code.ops[pc].loops, counters, strict=True):
            head = loop.head.pc
            path += (head, count + 1 if pc == head else count)
        path.append(pc)
    return tuple(path)


def path_of(frame: Frame | None) -> Path:
    """The path of the moment at which a frame stands; `END` when there is none."""
    return END if frame is None else _path(standing(frame))


def stands_at(frame: Frame, path: Path) -> bool:
    """Whether that is a frame's moment: as `path_of`, but quick where it isn't."""
    each: Frame | None = frame
    at = len(path)
    while each is not None:
        found = _path([_place(each)])
        at -= len(found)
        if at < 0 or path[at : at + len(found)] != found:
            return False
        each = each.back
    return at == 0


def iterations_before(head: Path, path: Path) -> int | None:
    """How many iterations of a loop, from its head on, lie before a moment; None: all."""
    if head >= path:
        return 0
    around = len(head) - 2
    return path[around] - head[around] if head[:around] == path[:around] else None


def epoch_of(frame: Frame | None, main: ast.AST | None) -> int | None:
    """The iteration of the main loop as it was entered last, None outside of it."""
    if frame is None:
        return None
    for place in reversed(standing(frame)):
        for loop, count in place.iterations():
            if loop.node is main:
                return count
    return None


def _text(places: Standing, main: ast.AST | None) -> tuple[int | None, str]:
    """`1200.17` within the main loop; what is called from there adds `/3` a frame."""
    for at, place in reversed(list(enumerate(places))):
        for depth, (loop, epoch) in enumerate(place.iterations()):
            if loop.node is main:
                rest = "".join(f"/{_local(each)}" for each in places[at + 1 :])
                return epoch, f"{epoch}.{_local(place, depth)}{rest}"
    first = places[0]
    ranks = "/".join(_local(each) for each in places)
    head = next((loop.head.pc for loop in first.code.loops if loop.node is main), None)
    if head is None:
        return None, f"top.{ranks}"
    return None, f"{'start' if first.pc < head else 'end'}.{ranks}"


def _local(place: Place, depth: int = -1) -> str:
    """A frame's part of the text: which stop it is, and the iterations of loops further in."""
    loops = place.iterations()
    main = loops[depth][0] if depth >= 0 else None
    inner = "".join(f"[{count}]" for _, count in loops[depth + 1 :])
    attempt = f"'{-place.attempt[0]}" if place.attempt and place.attempt[0] else ""
    return f"{_rank(place, main)}{inner}{attempt}"


def _rank(place: Place, loop: Loop | None = None) -> int:
    """Which stop an op is, counted from the head of a loop (which is 0), or from 1."""
    if loop is None:
        first = 0
    elif place.pc == loop.head.pc:
        return 0
    else:
        first = loop.head.pc + 1
    return sum(op.stop for op in place.code.ops[first : place.pc]) + 1
