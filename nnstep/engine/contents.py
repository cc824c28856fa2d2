"""How each kind of object is saved and put back: one small class a kind. Knows no frames.

Arrays have a module of their own (savedarrays.py).
"""

from __future__ import annotations

import collections
import ctypes
import io
from array import array
from contextvars import Context, ContextVar, Token
from itertools import takewhile
from operator import attrgetter, is_not
from types import CellType
from typing import Any

import numpy as np

from nnstep.engine.iterators import Remade


class Stray(Exception):
    """Something lives whose advance can't be undone; the message names it."""


class Lost(Exception):
    """A state can't be put back as it was."""


class Saved:
    """What one object was like.

    Attributes:
        thing: the object.
        size: about how many bytes that takes.
    """

    __slots__ = ("size", "thing")

    def __init__(self, thing: Any, size: int = 0) -> None:
        self.thing = thing
        self.size = size

    def restore(self, remade: Remade) -> None:
        """Put the object back.

        Raises:
            Lost: that isn't possible.
        """

    def held(self) -> tuple[tuple[Any, int], ...]:
        """What other snapshots may share with this: each with its bytes."""
        return ()


class SavedList(Saved):
    """A list, or anything that is one.

    Attributes:
        items: what was in it.
        plain: whether that is known to be numbers and the like only.
    """

    __slots__ = ("items", "plain")

    def __init__(self, thing: list[Any]) -> None:
        self.items = list.copy(thing)  # no method of its own class is asked
        self.plain = False
        super().__init__(thing, 8 * len(self.items))

    def restore(self, remade: Remade) -> None:
        """Leave it alone if nothing has changed."""
        items = self.items if self.plain else remade.list(self.items)
        if not are_same(list.copy(self.thing), items):
            list.__setitem__(self.thing, slice(None), items)


def are_same(items: list[Any], others: list[Any]) -> bool:
    """Whether they are the same objects; quick, for lists may be long."""
    return len(items) == len(others) and not any(map(is_not, items, others))


class SavedDict(Saved):
    """A dictionary, or anything that is one."""

    __slots__ = ("items",)

    def __init__(self, thing: dict[Any, Any]) -> None:
        kind: Any = _dict_type(thing)  # an ordered one knows an order that a plain one doesn't
        self.items = dict(kind.items(thing))
        super().__init__(thing, 64 * len(self.items))

    def restore(self, remade: Remade) -> None:
        """Set only what has changed, unless keys came or went."""
        restore_dict(self.thing, remade.dict(self.items))


def restore_dict(thing: dict[Any, Any], items: dict[Any, Any]) -> None:
    """Give a dictionary its items back, in their order, and touch no more than that takes."""
    kind: Any = _dict_type(thing)
    if dict.__len__(thing) == len(items) and all(
        one is other for one, other in zip(kind.keys(thing), items, strict=True)
    ):
        for key, value in items.items():
            if dict.__getitem__(thing, key) is not value:
                dict.__setitem__(thing, key, value)
        return
    kind.clear(thing)
    for key, value in items.items():
        kind.__setitem__(thing, key, value)


def _dict_type(thing: dict[Any, Any]) -> type:
    """The built-in type that knows a dictionary's order, whatever its own class makes of it."""
    return collections.OrderedDict if isinstance(thing, collections.OrderedDict) else dict


class SavedSet(Saved):
    """A set; its order belongs to its state."""

    __slots__ = ("items", "table")

    def __init__(self, thing: set[Any]) -> None:
        self.items = list(set.__iter__(thing))  # kept alive, so that the table tells them apart
        self.table = _table(thing)
        super().__init__(thing, 8 * len(self.items) + len(self.table))

    def restore(self, remade: Remade) -> None:
        """See that it hasn't changed.

        Raises:
            Lost: it has. Filled anew, it might have the old order, but not later on.
        """
        if _table(self.thing) != self.table:
            raise Lost("a set that has changed")


def _table(thing: set[Any]) -> bytes:
    """The memory of a set's table: where in it each item stands, and where others have stood."""
    fill, used, mask, table, _, finger = (ctypes.c_ssize_t * 6).from_address(id(thing) + _HEAD)
    entries = ctypes.string_at(table, (mask + 1) * _ENTRY)
    return repr((fill, used, mask, finger)).encode() + entries


_HEAD = object.__basicsize__
_ENTRY = 2 * ctypes.sizeof(ctypes.c_ssize_t)  # an item and its hash


class SavedBytes(Saved):
    """A bytearray."""

    __slots__ = ("data",)

    def __init__(self, thing: bytearray) -> None:
        super().__init__(thing, len(thing))
        self.data = bytes(thing)

    def restore(self, remade: Remade) -> None:
        """Put all bytes back."""
        if self.thing != self.data:
            _overwrite(self.thing, self.data)


class SavedNumbers(Saved):
    """An `array.array`."""

    __slots__ = ("numbers",)

    def __init__(self, thing: array[Any]) -> None:
        super().__init__(thing, len(thing) * thing.itemsize)
        self.numbers = thing[:]

    def restore(self, remade: Remade) -> None:
        """Put all numbers back."""
        _overwrite(self.thing, self.numbers)


def _overwrite(thing: Any, items: Any) -> None:
    try:
        thing[:] = items
    except BufferError:
        raise Lost("memory that has grown, and that an array shares") from None


class SavedMemory(Saved):
    """A file in memory: what is in it, and where it is read or written next."""

    __slots__ = ("data", "place")

    def __init__(self, thing: Any) -> None:
        kind: Any = io.StringIO if isinstance(thing, io.StringIO) else io.BytesIO
        self.data: Any = kind.getvalue(thing)
        self.place = kind.tell(thing)
        super().__init__(thing, len(self.data))

    def restore(self, remade: Remade) -> None:
        """Write it anew.

        Raises:
            Lost: it was closed meanwhile.
        """
        if self.thing.closed:
            raise Lost("a file in memory that was closed")
        thing = self.thing
        kind: Any = io.StringIO if isinstance(thing, io.StringIO) else io.BytesIO
        if kind.getvalue(thing) != self.data:
            kind.seek(thing, 0)
            kind.truncate(thing)
            kind.write(thing, self.data)
        kind.seek(thing, self.place)


class SavedDeque(Saved):
    """A deque."""

    __slots__ = ("items",)

    def __init__(self, thing: collections.deque[Any]) -> None:
        self.items = list(collections.deque.__iter__(thing))
        super().__init__(thing, 8 * len(self.items))

    def restore(self, remade: Remade) -> None:
        """Fill it anew only if it has changed."""
        thing: collections.deque[Any] = self.thing
        items = remade.list(self.items)
        if not are_same(list(collections.deque.__iter__(thing)), items):
            collections.deque.clear(thing)
            collections.deque.extend(thing, items)


class SavedCell(Saved):
    """A captured variable."""

    __slots__ = ("content",)

    def __init__(self, thing: CellType) -> None:
        super().__init__(thing, 16)
        self.content = (thing.cell_contents,) if is_full(thing) else ()

    def restore(self, remade: Remade) -> None:
        """Fill or empty it."""
        if self.content:
            self.thing.cell_contents = remade.of(self.content[0])
        elif is_full(self.thing):
            del self.thing.cell_contents


def is_full(cell: CellType) -> bool:
    """Whether a cell holds anything."""
    try:
        cell.cell_contents  # noqa: B018
    except ValueError:
        return False
    return True


class SavedSlots(Saved):
    """The `__slots__` of an instance: what stands in those that are filled."""

    __slots__ = ("values",)

    def __init__(self, thing: Any, slots: dict[str, Any]) -> None:
        super().__init__(thing, 16 * len(slots))
        self.values = {name: (slot, slot_value(slot, thing)) for name, slot in slots.items()}

    def restore(self, remade: Remade) -> None:
        """Fill and empty them."""
        for slot, content in self.values.values():
            if content:
                slot.__set__(self.thing, remade.of(content[0]))
            elif slot_value(slot, self.thing):
                slot.__delete__(self.thing)


class SavedErrstate(SavedSlots):
    """An `np.errstate`: when it is left, it uses what it got when it was entered, but only once."""

    __slots__ = ()

    def restore(self, remade: Remade) -> None:
        """Fill its slots, and renew that."""
        super().restore(remade)
        for slot, content in self.values.values():
            if content and issubclass(type(content[0]), Token):
                slot.__set__(self.thing, _renewed(content[0]))


def _renewed(token: Token[Any]) -> Token[Any]:
    """One that resets its variable to the same value, and has not been used."""
    variable: ContextVar[Any] = token.var
    now, before = variable.get(), token.old_value
    variable.set(before if before is not Token.MISSING else Context().run(variable.get))
    return variable.set(now)


def slot_value(slot: Any, thing: Any) -> tuple[Any, ...]:
    """What stands in a slot, in a tuple; an empty one when nothing does."""
    try:
        return (slot.__get__(thing, type(thing)),)
    except AttributeError:
        return ()


_OF_PYTHON = {"__dict__", "__weakref__", "__abstractmethods__", "_abc_impl"}


class SavedClass(Saved):
    """The attributes of a class of the script."""

    __slots__ = ("items",)

    def __init__(self, thing: type) -> None:
        self.items = dict(vars(thing))
        super().__init__(thing, 64 * len(self.items))

    def restore(self, remade: Remade) -> None:
        """Set and delete what has changed."""
        now = dict(vars(self.thing))
        for name in now.keys() - self.items.keys() - _OF_PYTHON:
            type.__delattr__(self.thing, name)
        for name, value in remade.dict(self.items).items():
            if now.get(name, self) is not value and name not in _OF_PYTHON:
                type.__setattr__(self.thing, name, value)
        if list(vars(self.thing)) != list(self.items):
            self._put_in_order()

    def _put_in_order(self) -> None:
        now = list(vars(self.thing))
        same = sum(1 for _ in takewhile(_are_equal, zip(now, self.items, strict=False)))
        for name in list(self.items)[same:]:
            if name not in _OF_PYTHON and name not in vars(type):
                value = vars(self.thing)[name]
                type.__delattr__(self.thing, name)
                type.__setattr__(self.thing, name, value)


def _are_equal(pair: tuple[str, str]) -> bool:
    return pair[0] == pair[1]


class SavedFunction(Saved):
    """What can be changed of a function of the script."""

    __slots__ = ("parts",)

    def __init__(self, thing: Any) -> None:
        super().__init__(thing, 32)
        self.parts = _parts_of(thing)

    def restore(self, remade: Remade) -> None:
        """Put it back."""
        for name, now, part in zip(_FUNCTION, _parts_of(self.thing), self.parts, strict=True):
            if now is not part:
                setattr(self.thing, name, part)


_FUNCTION = ("__code__", "__defaults__", "__kwdefaults__", "__doc__", "__name__", "__qualname__")
_parts_of = attrgetter(*_FUNCTION)


class SavedCache(Saved):
    """An `lru_cache`, which can only be emptied."""

    __slots__ = ("told",)

    def __init__(self, thing: Any) -> None:
        super().__init__(thing, 32)
        self.told = thing.cache_info()

    def restore(self, remade: Remade) -> None:
        """Empty it if it was empty.

        Raises:
            Lost: it held something else, which the function would be called for again.
        """
        if self.thing.cache_info() == self.told:
            return
        if self.told.hits or self.told.misses:
            raise Lost("an lru_cache that was used")
        self.thing.cache_clear()


_ERROR: dict[str, Any] = {
    name: vars(BaseException)[name]
    for name in ("args", "__cause__", "__context__", "__traceback__", "__suppress_context__")
}


class SavedError(Saved):
    """An exception."""

    __slots__ = ("parts",)

    def __init__(self, thing: BaseException) -> None:
        super().__init__(thing, 64)
        self.parts = {name: each.__get__(thing) for name, each in _ERROR.items()}

    def restore(self, remade: Remade) -> None:
        """Put back what it says, and where it comes from."""
        for name, value in self.parts.items():
            if _ERROR[name].__get__(self.thing) is not value:
                _ERROR[name].__set__(self.thing, value)


class SavedRandom(Saved):
    """A generator of random numbers that has `getstate` or `get_state`."""

    __slots__ = ("state",)

    def __init__(self, thing: Any) -> None:
        super().__init__(thing, 5000)
        numpy = isinstance(thing, np.random.RandomState)
        self.state = thing.get_state(legacy=False) if numpy else thing.getstate()

    def restore(self, remade: Remade) -> None:
        """Put it back."""
        if isinstance(self.thing, np.random.RandomState):
            self.thing.set_state(self.state)
        else:
            self.thing.setstate(self.state)


class SavedSeeds(Saved):
    """What random generators are seeded from."""

    __slots__ = ("spawned",)

    def __init__(self, thing: np.random.SeedSequence) -> None:
        super().__init__(thing, 32)
        self.spawned = thing.n_children_spawned

    def restore(self, remade: Remade) -> None:
        """It should be as it was.

        Raises:
            Lost: others have been spawned from it meanwhile, which can't be undone.
        """
        if self.thing.n_children_spawned != self.spawned:
            raise Lost("a seed sequence that others were spawned from")


class SavedBits(Saved):
    """NumPy's source of random bits, and how often it has been spawned from."""

    __slots__ = ("spawned", "state")

    def __init__(self, thing: Any) -> None:
        super().__init__(thing, 500)
        self.state = thing.state
        self.spawned = _spawned(thing)

    def restore(self, remade: Remade) -> None:
        """Put it back.

        Raises:
            Lost: others have been spawned from it meanwhile, which can't be undone.
        """
        if _spawned(self.thing) != self.spawned:
            raise Lost("a random generator that others were spawned from")
        self.thing.state = self.state


def _spawned(bits: Any) -> int:
    seeds = getattr(bits, "seed_seq", None)
    return int(getattr(seeds, "n_children_spawned", 0))
