"""Iterators half-way through: what they were made from, and made again where they stood.

An iterator can't be set back, so wherever the script holds it a new one takes its place.
"""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Callable, Sequence
from typing import Any

_ITERATORS: tuple[type, ...] = (
    type(iter(range(0))), type(iter(range(1 << 70))), type(iter([])), type(iter(())),
    type(iter("")), type(iter("\u0100")), type(iter(b"")), type(iter(bytearray())),
    type(iter({})), type(iter({}.keys())), type(iter({}.values())), type(iter({}.items())),
    type(iter(set())), type(reversed([])), type(iter(int, 1)), enumerate, zip, map, filter,
    reversed, type(reversed({})), type(reversed({}.values())), type(reversed({}.items())),
    itertools.count, itertools.cycle, itertools.islice, itertools.chain, itertools.repeat,
    itertools.product, itertools.permutations, itertools.combinations, itertools.accumulate,
    itertools.starmap, itertools.takewhile, itertools.dropwhile, itertools.zip_longest,
    itertools.compress, itertools.filterfalse, itertools.combinations_with_replacement,
)


class _OldSequence:
    def __getitem__(self, at: int) -> int:
        raise IndexError


ITERATORS: frozenset[type] = frozenset({*_ITERATORS, type(iter(_OldSequence()))})
"""The types that can be made again."""


class SavedIterator:
    """Where an iterator stood.

    Attributes:
        thing: the iterator.
        args: what a new one is made from; iterators among it are saved too.
    """

    __slots__ = ("args", "factory", "state", "thing")

    def __init__(self, thing: Any) -> None:
        """Ask an iterator.

        Raises:
            TypeError: it can't tell.
        """
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            told = thing.__reduce__()
        self.thing = thing
        self.factory: Callable[..., Any] = told[0]
        self.args: tuple[Any, ...] = told[1]
        self.state: tuple[Any, ...] = told[2:3]

    def make(self, remade: Remade) -> Any:
        """A new one that stands there."""
        made = self.factory(*[remade.of(each) for each in self.args])
        if self.state and self.state[0] is not None:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                made.__setstate__(self.state[0])
        return made


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
        return [self.of(each) for each in items] if self._saved else items

    def dict(self, items: dict[Any, Any]) -> dict[Any, Any]:
        """Items with new iterators among their values."""
        if not self._saved or not any(id(each) in self._saved for each in items.values()):
            return items
        return {key: self.of(each) for key, each in items.items()}
