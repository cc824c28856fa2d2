"""Iterators half-way through: what they were made from, and made again where they stood.

An iterator can't be set back, so wherever the script holds it a new one takes its place.
"""

from __future__ import annotations

import collections
import gc
import itertools
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from operator import length_hint
from types import FunctionType
from typing import Any

import numpy as np

from nnstep.engine.fragments import silent

_TOLD: tuple[type, ...] = (
    type(iter(range(0))), type(iter(range(1 << 70))), type(iter([])), type(iter(())),
    type(iter("")), type(iter("\u0100")), type(iter(b"")), type(iter(bytearray())),
    type(reversed([])), type(iter(int, 1)), enumerate, zip, map, filter, reversed,
    type(iter(collections.deque())), type(reversed(collections.deque())), type(iter(array("d"))),
    itertools.count, itertools.cycle, itertools.islice, itertools.chain, itertools.repeat,
    itertools.product, itertools.permutations, itertools.combinations, itertools.accumulate,
    itertools.starmap, itertools.takewhile, itertools.dropwhile, itertools.zip_longest,
    itertools.compress, itertools.filterfalse, itertools.combinations_with_replacement,
)

# They tell no more than which items are left, though these may still change.
_WAYS: dict[type, Callable[[Any], Iterator[Any]]] = {
    type(iter({})): iter,
    type(iter({}.values())): lambda owner: iter(dict.values(owner)),
    type(iter({}.items())): lambda owner: iter(dict.items(owner)),
    type(reversed({})): reversed,
    type(reversed({}.values())): lambda owner: reversed(dict.values(owner)),
    type(reversed({}.items())): lambda owner: reversed(dict.items(owner)),
    type(iter(set())): iter,
}
_ORDERED: type = type(iter(collections.OrderedDict()))
_FLAT = type(np.empty(0).flat)


class _OldSequence:
    def __getitem__(self, at: int) -> int:
        raise IndexError


ITERATORS: frozenset[type] = frozenset(
    {*_TOLD, *_WAYS, _ORDERED, _FLAT, type(iter(_OldSequence()))}
)
"""The types that can be made again."""


class SavedIterator:
    """Where an iterator stood.

    Attributes:
        thing: the iterator.
        parts: what it goes over, and what else it holds; iterators among that are saved too.
    """

    __slots__ = ("_factory", "_given", "_state", "parts", "thing")

    def __init__(self, thing: Any) -> None:
        """Ask an iterator.

        Raises:
            TypeError, AttributeError: it can't tell.
            RuntimeError: what it goes over has changed; its next item would say so.
        """
        self.thing = thing
        self._factory: Callable[..., Any]
        self._given: tuple[Any, ...]
        self._factory, self._given, self._state = _told(thing)
        held = self._state if isinstance(self._state, tuple) else (self._state,)
        self.parts = (*self._given, *held)

    def make(self, remade: Remade) -> Any:
        """A new one that stands there."""
        made = self._factory(*[remade.of(each) for each in self._given])
        if self._state is not None:
            with silent():
                made.__setstate__(_afresh(self._factory, self._state, remade))
        elif self._factory is iter and len(self._given) == 1 and not self._given[0]:
            next(made, None)  # it had ended
        return made


def _told(thing: Any) -> tuple[Callable[..., Any], tuple[Any, ...], Any]:
    """What an iterator is made from, with which arguments, and its state."""
    kind = type(thing)
    if kind is _FLAT:
        return _flat_at, (thing.base, thing.index), None
    with silent():
        told = thing.__reduce__()
    if kind in _WAYS or kind is _ORDERED:
        owners = [each for each in gc.get_referents(thing) if isinstance(each, dict | set)]
        if owners:
            (left,) = told[1]
            way = _WAYS[kind] if kind in _WAYS else _ordered_way(owners[0], left)
            return _skipped, (way, owners[0], len(owners[0]) - len(left)), None
    if any(_begins_anew(each) for each in told[1]):
        raise TypeError("an iterator of the script's own would begin anew")
    state = told[2] if len(told) > 2 else None
    return told[0], told[1], _afresh(told[0], state, Remade())


def _begins_anew(value: Any) -> bool:
    """Whether asking for its iterator, as is done with all arguments, runs the script's code."""
    kind = type(value)
    return hasattr(kind, "__next__") and isinstance(getattr(kind, "__iter__", None), FunctionType)


def _afresh(factory: Any, state: Any, remade: Remade) -> Any:
    """A state of its own: `cycle` goes on adding to the list that it tells."""
    if factory is itertools.cycle:
        return (list(state[0]), state[1])
    return tuple(map(remade.of, state)) if type(state) is tuple else state


def _skipped(way: Callable[[Any], Iterator[Any]], owner: Any, count: int) -> Iterator[Any]:
    made = way(owner)
    for _ in range(count):
        next(made)
    return made


def _flat_at(base: Any, index: int) -> Iterator[Any]:
    return _skipped(lambda owner: iter(owner.flat), base, index)


def _ordered_way(owner: Any, left: Sequence[Any]) -> Callable[[Any], Iterator[Any]]:
    """How the iterator of an ordered dictionary was asked for: only what is left tells."""
    ordered: Any = collections.OrderedDict
    ways: list[Callable[[Any], Iterator[Any]]] = [
        lambda each, view=view, turn=turn: turn(view(each))  # type: ignore[misc]
        for view in (ordered.keys, ordered.values, ordered.items) for turn in (iter, reversed)
    ]
    for way in ways:
        if _are_same(list(way(owner))[len(owner) - len(left) :], left):
            return way
    raise TypeError("the iterator of an ordered dictionary that has changed")


def _are_same(items: Sequence[Any], others: Sequence[Any]) -> bool:
    """Whether they are the same objects, or pairs of these."""
    return all(
        one is other or (type(one) is type(other) is tuple and _are_same(one, other))
        for one, other in zip(items, others, strict=True)
    )


class Remade:
    """The new iterators of one restored state, in place of the old ones."""

    def __init__(self, saved: Sequence[SavedIterator] = ()) -> None:
        self._saved = {id(each.thing): each for each in saved}
        self._made: dict[int, Any] = {}

    def of(self, value: Any) -> Any:
        """The new iterator for an old one; anything else stays itself."""
        saved = self._saved.get(id(value))
        if saved is None:
            return value
        if id(value) not in self._made:
            self._made[id(value)] = saved.make(self)
        return self._made[id(value)]

    def list(self, items: list[Any]) -> list[Any]:
        """Items with new iterators among them."""
        return items if self._are_plain(items) else [self.of(each) for each in items]

    def dict(self, items: dict[Any, Any]) -> dict[Any, Any]:
        """Items with new iterators among their values."""
        if self._are_plain(items.values()):
            return items
        return {key: self.of(each) for key, each in items.items()}

    def _are_plain(self, items: Iterable[Any]) -> bool:
        """Whether there are no iterators among them; quick, for lists may be long."""
        return self._saved.keys().isdisjoint(map(id, items))


def items_left(iterator: Any) -> int | None:
    """How many items an iterator still has, where it knows that for certain."""
    return length_hint(iterator) if type(iterator) in _KNOW_THEIR_LENGTH else None


_KNOW_THEIR_LENGTH: tuple[type, ...] = (type(iter(range(0))), type(iter([])), type(iter(())))
