"""Random Python programs: valid, deterministic, sure to end, and full of what goes wrong.

A program is drawn from a string of bytes, so that whatever provides the bytes (hypothesis, a
seed) decides everything; bytes that are missing count as zero, and zero picks the simplest. Names
say what they mostly hold: i0 an int, s0 a string, l0 a list of ints, d0 a dict, o0 anything, p0
an object, f0 a function, A0 an array. What is random may be unbound, of another type or out of
range: then an exception is raised, which some `try` catches, or nobody.

It ends: loops run over a few items, recursion counts down, values grow slowly, and every function
first calls `tick`, which raises SystemExit when it has been called too often.
"""

from __future__ import annotations

import ast
import copy
import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

THEMES = ("statements", "functions", "exceptions", "classes", "comprehensions", "numpy")

_PREAMBLE = '''\
ticks = 0
def tick():
    global ticks
    ticks += 1
    if ticks > 150:
        raise SystemExit("too many calls")
class E(Exception):
    pass
class P:
    def __init__(self, x=0, y=1):
        self.x = x
        self.y = y
    def __repr__(self):
        return "P"
def show(value):
    if type(value) in (int, str, bool, float, type(None), list, dict, tuple, P):
        return value
    return type(value).__name__
'''

_LOGS = (
    '''\
def t(tag, value=None):
    tick()
    print(tag, show(value))
    return value
''',
    '''\
def t(tag, value=None, seen=[]):
    tick()
    seen.append(tag)
    print(f"{tag}:{len(seen)}", "=", show(value), sep=" ")
    return value
''',
    '''\
t = lambda tag, value=None: (tick(), print(tag, show(value)), value)[-1]
''',
)

_CLASSES = '''\
class M:
    def __init__(self, tag, eats=False, fails=None):
        self.tag, self.eats, self.fails = tag, eats, fails
    def __enter__(self):
        print("enter", self.tag)
        if self.fails == "enter":
            raise E("enter " + self.tag)
        return self
    def __exit__(self, kind, value, trace):
        print("exit", self.tag, kind and kind.__name__, value if type(value) is E else None)
        if self.fails == "exit":
            raise E("exit " + self.tag)
        return self.eats
class N:
    def __init__(self, v): self.v = v
    def __repr__(self): return "N(%r)" % (self.v,)
    def __add__(self, other):
        print("N.add", show(other))
        if isinstance(other, N): return N(self.v + other.v)
        if isinstance(other, int): return N(self.v + other)
        return NotImplemented
    __radd__ = __add__
    def __iadd__(self, other):
        print("N.iadd", show(other))
        if not isinstance(other, int): return NotImplemented
        self.v += other
        return self
    def __sub__(self, other): return NotImplemented
    def __rsub__(self, other):
        print("N.rsub")
        return N(self.v)
    def __neg__(self): return N(-self.v)
    def __lt__(self, other):
        print("N.lt")
        return self.v < other.v if isinstance(other, N) else NotImplemented
    def __eq__(self, other):
        print("N.eq")
        return isinstance(other, N) and self.v == other.v
    __hash__ = None
    def __bool__(self):
        print("N.bool")
        return self.v % 2 == 0
    def __contains__(self, item): return item == self.v
    def __getitem__(self, key):
        print("N.get", key)
        if key == 7: raise KeyError(key)
        return self.v
    def __setitem__(self, key, value):
        print("N.set", key, show(value))
        self.v = key if type(key) is int else 0
    def __delitem__(self, key): print("N.del", key)
    def __call__(self, *args, **kwargs):
        print("N.call", show(args), sorted(kwargs))
        return self.v
    def __len__(self): return 2
    def __format__(self, spec): return f"<N {spec}>"
    def __iter__(self): return iter((self.v, 1))
    def __index__(self): return 1
    def __getattr__(self, name):
        if name.startswith("g"): return name
        raise AttributeError(name)
class S(N):
    __slots__ = ("w",)
    def __init__(self, v=0):
        super().__init__(v)
    def __radd__(self, other):
        print("S.radd")
        return S(self.v) if isinstance(other, int) else super().__radd__(other)
    def __mul__(self, k): return S(self.v)
    @property
    def prop(self):
        print("S.prop")
        return self.v
    @prop.setter
    def prop(self, value):
        print("S.prop=", show(value))
        if value == 3: raise ValueError("three")
        self.v = value if type(value) is int else 0
    @classmethod
    def make(cls, v=1): return cls(v)
    @staticmethod
    def double(v): return v + v
'''

_ARRAYS = '''\
import numpy as np
np.random.seed(1)
A0 = np.arange(6.0).reshape(2, 3)
A1 = np.array([1.0, -2.0, 0.5])
A2 = np.random.rand(3, 2) - 0.5
V0 = A0[1]
V1 = A0[:, 1:]
I0 = np.array([0, 1, 1])
'''

_SIMPLE = ("i0 = 2", "i1 = 5", "s0 = 'ab'", "l0 = [1, 2, 3]", "d0 = {'a': 1, 'b': 2}",
           "p0 = P(3)", "o0 = None")


class Choices:
    """Decides by the bytes of a string."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def below(self, count: int) -> int:
        """A number from 0 to count - 1."""
        self._at += 1
        byte = self._data[self._at - 1] if self._at <= len(self._data) else 0
        return byte * count >> 8

    def of[T](self, items: Sequence[T]) -> T:  # type: ignore[valid-type] # noqa
        """One of several."""
        return items[self.below(len(items))]

    def chance(self, percent: int) -> bool:
        """Whether something happens."""
        return self.below(100) >= 100 - percent
