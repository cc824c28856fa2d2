"""Snapshots: the whole state of a script, saved so that it can be put back in place.

Everything that can be reached from the frames and modules is saved by identity: the same list,
dictionary, array or instance gets its old contents back, so aliases stay aliases, views stay
views, and native functions see the restored state. What can't be saved is kept as it is and
named; while something lives whose advance can't be undone, such as a generator, there is no
snapshot at all. How each kind of object is saved is contents.py's affair, of arrays
savedarrays.py's; which objects there are reach.py's.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np

from nnstep.engine.contents import Saved, SavedDict, Stray, are_same
from nnstep.engine.frames import Frame
from nnstep.engine.iterators import Remade, SavedIterator
from nnstep.engine.machine import Machine
from nnstep.engine.reach import Kinds, Living, Reach
from nnstep.engine.savedarrays import SavedArray, Unchanged
from nnstep.engine.surroundings import Surroundings
from nnstep.engine.values import frozen, is_a

_FRAME = 1000  # bytes, about, of a saved frame


class _SavedFrame(NamedTuple):
    frame: Frame
    pc: int
    locals: dict[str, Any] | None
    temps: list[Any]
    excs: list[BaseException | None]
    handled: list[tuple[BaseException, Any, Any]]
    left: dict[int, list[Frame]] | None
    back: Frame | None
    then: tuple[Any, ...] | None
    operands: tuple[Any, ...] | None
    pending: tuple[Any, ...] | None
    mapping: dict[str, Any] | None

    @classmethod
    def of(cls, frame: Frame, earlier: _SavedFrame | None = None) -> _SavedFrame:
        """What a frame is like now; what it was, if it hasn't run since."""
        if earlier is not None and earlier._holds():
            return earlier
        handled = [
            (each, each.__traceback__, each.__context__)
            for each in frame.excs if each is not None
        ]
        return cls(
            frame, frame.pc, None if frame.code.is_module else dict(frame.locals),
            list(frame.temps), list(frame.excs), handled, frame.left and dict(frame.left),
            frame.back, frame.then, frame.operands, frame.pending, frame.mapping,
        )

    def _holds(self) -> bool:
        """Whether the frame is as it was.

        One that handles an exception is taken for changed, and the module's, whose variables
        are kept elsewhere.
        """
        frame, kept = self.frame, self.locals
        return (
            frame.pc == self.pc and frame.back is self.back
            and frame.mapping is self.mapping and frame.then is self.then
            and frame.operands is self.operands and frame.pending is self.pending
            and not (frame.left or self.left or self.handled)
            and are_same(frame.excs, self.excs) and are_same(frame.temps, self.temps)
            and kept is not None and are_same([*frame.locals], [*kept])
            and are_same([*frame.locals.values()], [*kept.values()])
        )

    def restore(self, remade: Remade) -> None:
        frame = self.frame
        frame.pc, frame.back, frame.then = self.pc, self.back, self.then
        frame.operands, frame.pending, frame.mapping = self.operands, self.pending, self.mapping
        if self.locals is not None:
            frame.locals.clear()
            frame.locals.update(remade.dict(self.locals))
        frame.temps[:] = remade.list(self.temps)
        frame.excs[:] = self.excs
        frame.left = self.left and dict(self.left)
        for error, traceback, context in self.handled:
            error.__traceback__, error.__context__ = traceback, context


class Snapshot:
    """A state.

    Attributes:
        size: about how many bytes it takes that an earlier snapshot doesn't.
    """

    __slots__ = (
        "_depth", "_frames", "_iterators", "_modules", "_saved", "_surroundings", "size",
    )

    def __init__(
        self, frames: list[_SavedFrame], depth: int, reach: Reach, around: Surroundings,
        modules: frozenset[int], earlier: Snapshot | None,
    ) -> None:
        self._frames = frames
        self._modules = modules
        self._depth = depth
        self._saved: list[Saved] = reach.saved
        self._iterators: list[SavedIterator] = reach.iterators
        self._surroundings = around
        known = set(map(id, earlier._frames)) if earlier is not None else set()
        own = sum(1 for each in frames if id(each) not in known)
        self.size = reach.size + 2000 + own * _FRAME

    @property
    def arrays(self) -> dict[int, SavedArray | Unchanged]:
        """The arrays, by identity."""
        kinds = SavedArray | Unchanged
        return {id(each.thing): each for each in self._saved if isinstance(each, kinds)}

    def differences(self, other: Snapshot) -> list[str]:
        """The names whose values are others in another snapshot of the same moment."""
        mine, theirs = self._told(), other._told()
        return sorted(name for name in mine.keys() & theirs.keys() if mine[name] != theirs[name])

    def _told(self) -> dict[str, Hashable]:
        """What can be compared, by name; the innermost function's names go first."""
        arrays = self.arrays
        every = [each.locals for each in self._frames if each.locals is not None]
        every += [each.items for each in self._saved if id(each.thing) in self._modules
                  and isinstance(each, SavedDict)]
        found: dict[str, Hashable] = {}
        for names in reversed(every):
            for name, value in names.items():
                array = arrays.get(id(value))
                if isinstance(array, SavedArray):
                    found[name] = array.blocks
                elif is_a(value, (int, float, complex, str, np.generic)):
                    found[name] = frozen(value)
        return found

    def measure(self, known: set[int]) -> int:
        """About how many bytes it takes besides what is known, which it becomes."""
        total = 2000 + 150 * len(self._saved)
        for frame in self._frames:
            if id(frame) not in known:
                known.add(id(frame))
                total += _FRAME
        for each in self._saved:
            total += each.size if not isinstance(each, SavedArray) else 0
            for held, size in each.held():
                if id(held) not in known:
                    known.add(id(held))
                    total += size
        return total

    def restore(self, machine: Machine) -> None:
        """Put the state back, in place.

        Raises:
            Lost: something in it can't be put back.
        """
        remade = Remade(self._iterators)
        for each in self._saved:
            each.restore(remade)
        for frame in self._frames:
            frame.restore(remade)
        machine.stand(self._frames[0].frame if self._frames else None, self._depth)
        self._surroundings.restore()


class Snapshots:
    """Takes snapshots of one script.

    Attributes:
        kept: what is kept as it is when going back: a name in the script by the type's name.
        hindrance: why there was no snapshot the last time, empty if there was.
    """

    def __init__(
        self, is_own: Callable[[ModuleType], bool], written: frozenset[str], uses_random: bool,
        suspends: bool = True, resizes: bool = False,
    ) -> None:
        """Args:
        is_own: whether a module is a part of the script.
        written: the identifiers of arrays that the script may change in place.
        uses_random: whether the script uses the module `random`.
        suspends: whether something of it may be half-way that must not die when a state is put
            back, such as a generator or an open file.
        resizes: whether it resizes arrays.
        """
        self.kept: dict[str, str] = {}
        self.hindrance = ""
        self._kinds = Kinds(is_own, written, resizes)
        self._uses_random = uses_random
        self._latest: Snapshot | None = None
        self._living: list[Any] = []
        self._hindered = suspends

    def keep_living(self, machine: Machine, modules: Iterable[dict[str, Any]]) -> None:
        """Keep what can't be set back from dying when an older state takes its place."""
        if not self._hindered:
            return
        living = Living(self._kinds)
        for frame in machine.frame.stack() if machine.frame else ():
            _reach_frame(living, _SavedFrame.of(frame))
        for module in modules:
            living.add(module, "")
        living.run()
        known = set(map(id, self._living))
        self._living += [each for each in living.strays if id(each) not in known]

    def living_arrays(self) -> set[int]:
        """The arrays of the latest state, by identity: they live without being kept here."""
        known: set[int] = set()
        if self._latest is not None:
            self._latest.measure(known)
        return known

    def take(self, machine: Machine, modules: Iterable[dict[str, Any]]) -> Snapshot | None:
        """The state now, None when it can't be saved.

        Args:
            machine: its frames, and all that they reach, are saved.
            modules: the globals of the script's own modules.
        """
        latest = self._latest
        reach = Reach(self._kinds, latest.arrays if latest is not None else {})
        known = {id(each.frame): each for each in latest._frames} if latest is not None else {}
        stack = machine.frame.stack() if machine.frame else ()
        frames = [_SavedFrame.of(each, known.get(id(each))) for each in stack]
        try:
            for saved in frames:
                _reach_frame(reach, saved)
            modules = list(modules)
            for module in modules:
                reach.add(module, "")
            reach.run()
        except Stray as stray:
            self.hindrance, self._hindered = str(stray), True
            return None
        self.hindrance = ""
        self.kept.update(reach.kept)
        around = Surroundings(self._uses_random, latest._surroundings if latest else None)
        own = frozenset(map(id, modules))
        self._latest = Snapshot(frames, machine.depth, reach, around, own, latest)
        return self._latest


def _reach_frame(reach: Reach, saved: _SavedFrame) -> None:
    for name, value in (saved.locals or {}).items():
        reach.add(value, name)
    for value in saved.temps:
        reach.add(value, "*")
    for error in saved.excs:  # no name may know it yet
        reach.add(error, "*")
    for value in (saved.then, saved.operands, saved.pending, saved.mapping):
        reach.add(value, "*")
    for frames in (saved.left or {}).values():
        for frame in frames:
            reach.add(frame.locals, "*")
