"""How arrays are saved and put back: their form, and what is in their memory."""

from __future__ import annotations

from collections.abc import Sequence
from operator import is_
from typing import Any

import numpy as np

from nnstep.engine.contents import Lost, Saved
from nnstep.engine.fragments import silent
from nnstep.engine.iterators import Remade

Array = np.ndarray[Any, Any]


class SavedHeader(Saved):
    """The form of a view: shape, strides, type, and whether it may be written."""

    __slots__ = ("header", "offset")

    def __init__(self, thing: Array) -> None:
        super().__init__(thing, 200)
        self.header = header(thing)
        self.offset = _offset(thing)

    def restore(self, remade: Remade) -> None:
        """Put it back.

        Raises:
            Lost: the array that it is a view of has other memory now.
        """
        if _offset(self.thing) != self.offset:
            raise Lost("a view of an array that was resized")
        restore_header(self.thing, self.header)


def _offset(view: Array) -> int:
    """How many bytes behind its base a view begins."""
    return int(view.ctypes.data - view.base.ctypes.data)  # type: ignore[union-attr]


_Header = tuple[tuple[int, ...], tuple[int, ...], Any, bool]


def header(array: Array) -> _Header:
    """The form of an array."""
    return array.shape, array.strides, array.dtype, array.flags.writeable


def restore_header(array: Array, wanted: _Header) -> None:
    """Give an array its form back."""
    shape, strides, dtype, writeable = wanted
    if array.flags.writeable != writeable:
        array.flags.writeable = writeable
    if (array.shape, array.strides, array.dtype) == (shape, strides, dtype):
        return
    with silent():  # NumPy no longer wants that to be done
        if array.dtype != dtype:
            array.dtype = dtype  # type: ignore[misc]
        if array.size != int(np.prod(shape)):
            np.ndarray.resize(array, shape, refcheck=False)
        elif array.shape != shape:
            array.shape = shape
        if array.strides != strides:
            array.strides = strides


class SavedArray(Saved):
    """An array that owns its memory, with what is in it.

    Attributes:
        blocks: its bytes, in the order of its memory; an earlier state's where they are the same.
    """

    __slots__ = ("blocks", "header")
    blocks: tuple[bytes, ...]

    def __init__(self, thing: Array, earlier: SavedArray | None) -> None:
        super().__init__(thing, 200)
        self.header = header(thing)
        known: tuple[bytes, ...] = earlier.blocks if earlier is not None else ()
        self.blocks = _blocks(_plain(thing), known)
        if self.blocks is not known:
            same = set(map(id, known))
            self.size += sum(len(each) for each in self.blocks if id(each) not in same)

    def held(self) -> tuple[tuple[Any, int], ...]:
        """Its memory, which lives as long as this, and the copy of it."""
        return (self.thing, self.thing.nbytes), *((each, len(each)) for each in self.blocks)

    def restore(self, remade: Remade) -> None:
        """Put form and content back."""
        array = self.thing
        restore_header(array, self.header)
        writeable = array.flags.writeable
        if not writeable:
            if _blocks(_plain(array), self.blocks) is self.blocks:
                return
            array.flags.writeable = True
        _fill(_plain(array), self.blocks)
        if not writeable:
            array.flags.writeable = False


_BLOCK = 1 << 18  # bytes; small enough for a processor's cache


def _blocks(array: Array, known: tuple[bytes, ...]) -> tuple[bytes, ...]:
    """The bytes of an array, in pieces; those that are known are given as they are.

    What comes is `known` itself where nothing has changed.
    """
    if array.nbytes <= _BLOCK or not array.flags.c_contiguous:
        whole = (array.tobytes(),)
        return known if known == whole else whole
    flat = array.reshape(-1).view(np.uint8)
    starts = range(0, array.nbytes, _BLOCK)
    pieces = (flat[at : at + _BLOCK].tobytes() for at in starts)
    if len(known) != len(starts) or sum(map(len, known)) != array.nbytes:
        return tuple(pieces)
    found = tuple(old if new == old else new for new, old in zip(pieces, known, strict=True))
    return known if all(map(is_, found, known)) else found


def _fill(array: Array, blocks: Sequence[bytes]) -> None:
    """Put the bytes back into an array."""
    if not array.nbytes:  # NumPy reads no items without a size out of nothing
        return
    if len(blocks) == 1:
        np.copyto(array, np.frombuffer(blocks[0], array.dtype).reshape(array.shape))
        return
    flat = array.reshape(-1).view(np.uint8)
    for at, block in enumerate(blocks):
        flat[at * _BLOCK : (at + 1) * _BLOCK] = np.frombuffer(block, np.uint8)


def _plain(array: Array) -> Array:
    """An array as NumPy's own class, its axes in the order of its memory."""
    if type(array) is not np.ndarray:
        array = array.view(np.ndarray)
    if array.flags.f_contiguous and not array.flags.c_contiguous:
        return array.T
    return array


class SavedObjects(Saved):
    """An array of Python objects."""

    __slots__ = ("header", "items")

    def __init__(self, thing: Array) -> None:
        super().__init__(thing, 200 + thing.nbytes)
        self.header = header(thing)
        self.items = np.array(thing, copy=True, subok=False)

    def restore(self, remade: Remade) -> None:
        """Put form and items back."""
        restore_header(self.thing, self.header)
        np.copyto(self.thing, self.items)


class Unchanged(Saved):
    """A large array that nothing in the script writes into: a sample shows whether that holds."""

    __slots__ = ("header", "sample")

    def __init__(self, thing: Array) -> None:
        super().__init__(thing, 1000)
        self.header = header(thing)
        self.sample = _sample(thing)

    def held(self) -> tuple[tuple[Any, int], ...]:
        """Its memory, which lives as long as this."""
        return ((self.thing, self.thing.nbytes),)

    def restore(self, remade: Remade) -> None:
        """It should be as it was.

        Raises:
            Lost: it isn't.
        """
        restore_header(self.thing, self.header)
        if _sample(self.thing) != self.sample:
            raise Lost("a large array that was changed in a way that could not be foreseen")


def _sample(array: Array) -> bytes:
    """Some hundred elements from all over an array."""
    flat = _plain(array)
    step = max(1, flat.size // 499)
    if not flat.flags.c_contiguous:
        return b"".join(flat[tuple(at)].tobytes() for at in _corners(flat))
    return flat.reshape(-1)[::step].tobytes()


def _corners(array: Array) -> list[list[int]]:
    return [[0] * array.ndim, [size // 2 for size in array.shape], [-1] * array.ndim]
