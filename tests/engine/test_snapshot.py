"""Saved states: every kind of object gets its old content back in place, or prevents the state.

A world is a script's module without a machine. What is changed in it after a state was saved must
be undone by restoring that, to the bit, and doing it once more must lead to the same as before.
"""

from __future__ import annotations

import gc
import sys
import textwrap
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest
from states import Freezer

from nnstep.engine.contents import Lost
from nnstep.engine.iterators import ITERATORS
from nnstep.engine.savedarrays import Unchanged
from nnstep.engine.snapshot import Snapshot, Snapshots
from nnstep.session import Session


class World:
    """A module that runs as `__main__`, and states of it."""

    def __init__(self, setup: str, written: str = "*") -> None:
        self.module = ModuleType("__main__")
        self.machine: Any = SimpleNamespace(frame=None, depth=0, stand=lambda frame, depth: None)
        self.snapshots = Snapshots(lambda module: False, frozenset({written} - {""}), True)
        sys.modules["__main__"] = self.module
        self.do("import collections, functools, io, itertools, random\nimport numpy as np")
        self.do(setup)

    def do(self, text: str) -> None:
        exec(compile(textwrap.dedent(text), "script.py", "exec"), self.module.__dict__)

    def save(self) -> Snapshot:
        state = self.snapshots.take(self.machine, [self.module.__dict__])
        assert state is not None, self.snapshots.hindrance
        return state

    def restore(self, state: Snapshot) -> None:
        state.restore(self.machine)

    def look(self) -> Any:
        """All variables to the bit, and which of them are the same object."""
        freeze = Freezer()
        return {
            name: (_inside(value), freeze(value))
            for name, value in list(vars(self.module).items())
            if not name.startswith("__")
        }

    def identities(self) -> dict[str, int]:
        return {
            name: id(value) for name, value in vars(self.module).items()
            if type(value) not in ITERATORS and not isinstance(value, int | float)
        }


def _inside(value: Any) -> Any:
    """What the oracle doesn't look into."""
    kind = type(value).__name__
    match kind:
        case "array" | "memoryview":
            return value.tolist()
        case "ChainMap" | "mappingproxy" | "function":
            return repr(getattr(value, "__dict__", value) or value)
        case "builtin_function_or_method" | "method-wrapper":
            return repr(value.__self__)
        case "StringIO" | "BytesIO":
            return value.getvalue(), value.tell()
        case "SimpleNamespace":
            return repr(value)
        case "functools._lru_cache_wrapper" | "_lru_cache_wrapper":
            return value.cache_info()
        case "flatiter":
            return value.index
        case _:
            return list(value.__reduce__()[1]) if kind == "_deque_iterator" else None


@pytest.fixture(autouse=True)
def main_module() -> Iterator[None]:
    main = sys.modules["__main__"]
    state = np.random.get_state()
    yield
    sys.modules["__main__"] = main
    np.random.set_state(state)


CONTAINERS = {
    "list": ("a = [1, [2]]; b = a; c = a[1]", "a.append(3); c.append(4); b = []"),
    "list, item replaced": ("a = [1, 2]; b = [a, a]", "b[0] = [1, 2]; a[0] = 5"),
    "list within itself": ("a = []; a.append(a)", "a.append(1); a[0] = None"),
    "list of a class": (
        "class L(list):\n    def __len__(self): raise ValueError\na = L([1]); a.x = []",
        "list.append(a, 2); a.x.append(1); a.y = 1",
    ),
    "dict": ("a = {'x': [1], 2: 3}; b = a['x']", "a['y'] = 1; b.append(2); a[2] = 4"),
    "dict, order": ("a = {'x': 1, 'y': 2}", "a['x'] = a.pop('x')"),
    "dict, emptied": ("a = {'x': 1}; b = a", "a.clear(); b['z'] = 1"),
    "dict, keys": (
        "class K:\n    pass\nk = K(); k.x = 1; a = {k: 1, (1, k): 2}",
        "k.x = 2; a[k] = 3; del a[(1, k)]",
    ),
    "OrderedDict": (
        "a = collections.OrderedDict(x=1, y=2, z=3)", "a.move_to_end('x'); a['y'] = 5"
    ),
    "OrderedDict, moved before": (
        "a = collections.OrderedDict(x=1, y=2, z=3); a.move_to_end('x')",
        "a.move_to_end('z'); del a['y']",
    ),
    "defaultdict": (
        "n = [0]\na = collections.defaultdict(lambda: n.append(1) or list(n))",
        "a['x'].append(1); a['y']",
    ),
    "Counter": ("a = collections.Counter('abca')", "a.update('bb'); del a['c']"),
    "set of objects": (
        "class K:\n    pass\nk = K(); a = {k}; b = a", "list(b)[0].x = 1; a = set()"
    ),
    "frozenset": ("k = bytearray(b'a'); t = (k,); a = frozenset([len(t)])", "k[0] = 1; a |= {5}"),
    "tuple": ("a = ([], {}); b = a[0]", "b.append(1); a[1]['x'] = 2; a = ()"),
    "namedtuple": (
        "P = collections.namedtuple('P', 'x y'); a = P([], 1)", "a.x.append(1); a = a._replace(y=2)"
    ),
    "deque": (
        "a = collections.deque([1, [2], 3], maxlen=3)", "a.append(4); a[0].append(5); a.rotate()"
    ),
    "bytearray": ("a = bytearray(b'abc'); b = a", "b[0] = 0; a.extend(b'xyz')"),
    "memoryview": ("a = bytearray(b'abc'); b = memoryview(a); del a", "b[0] = 0"),
    "array.array": (
        "from array import array; a = array('d', [1, 2]); b = a", "b[0] = 5; a.append(3)"
    ),
    "StringIO": ("a = io.StringIO('abc'); a.read(1)", "a.write('xyz'); a.seek(0)"),
    "BytesIO": ("a = io.BytesIO(b'abc'); a.read()", "a.write(b'd'); a.truncate(1)"),
    "StringIO of a class": (
        "class Tee(io.StringIO):\n    def write(self, text): self.n += 1; super().write(text)\n"
        "a = Tee(); a.n = 0; a.write('x')",
        "a.write('y')",
    ),
    "ChainMap": ("a = collections.ChainMap({}, {'x': []})", "a['x'].append(1); a['y'] = 2"),
    "mappingproxy": (
        "from types import MappingProxyType\nd = {'x': []}; a = MappingProxyType(d); del d",
        "a['x'].append(1)",
    ),
}

OBJECTS = {
    "instance": (
        "class C:\n    pass\na = C(); a.x = []; b = a", "b.x.append(1); a.y = 2; a.x = 3"
    ),
    "instance, attribute deleted": (
        "class C:\n    pass\na = C(); a.x = 1; a.y = 2", "del a.x; a.x = 1"
    ),
    "instance that refuses": (
        "class C:\n    def __getattribute__(self, name): 1 / (name[:1] == '_')\n"
        "    def __setattr__(self, name, value): raise ValueError\n"
        "a = C(); object.__setattr__(a, 'x', [])",
        "object.__getattribute__(a, 'x').append(1)",
    ),
    "slots": (
        "class C:\n    __slots__ = ('x', 'y', '__z')\n    def __init__(self): self.__z = []\n"
        "a = C(); a.x = [1]",
        "a.x.append(2); a.y = 3; a._C__z = 5",
    ),
    "slots, emptied": ("class C:\n    __slots__ = ('x',)\na = C(); a.x = 1", "del a.x"),
    "slots and attributes": (
        "class A:\n    __slots__ = ('x',)\nclass B(A):\n    pass\na = B(); a.x = 1; a.y = []",
        "a.x += 1; a.y.append(2)",
    ),
    "number of a class": ("class I(int):\n    pass\na = I(3); a.x = []", "a.x.append(1)"),
    "class": (
        "class C:\n    x = []\n    y = 1\nb = C", "C.x.append(1); b.y = 2; C.z = 3"
    ),
    "class, attribute deleted": ("class C:\n    x = 1\n    y = 2", "del C.x"),
    "metaclass": (
        "class M(type):\n    n = 0\nclass C(metaclass=M):\n    x = 1", "M.n += 1; C.x = 2"
    ),
    "dataclass": (
        "from dataclasses import dataclass, field\n@dataclass\nclass C:\n"
        "    x: list = field(default_factory=list)\na = C()",
        "a.x.append(1); a.y = 2",
    ),
    "property": (
        "def make():\n    n = [0]\n    return property(lambda self: n.append(1))\n"
        "class C:\n    x = make()\na = C()",
        "a.x",
    ),
    "class and static methods": (
        "def make(kind):\n    n = []\n    return kind(lambda *args: n.append(args[:0]))\n"
        "class C:\n    f, g = make(classmethod), make(staticmethod)",
        "C.f(); C.g()",
    ),
    "namespace": (
        "from types import SimpleNamespace\na = SimpleNamespace(x=[])", "a.x.append(1); a.y = 2"
    ),
    "exception": (
        "a = ValueError([1], 2); a.x = []\ntry:\n    raise KeyError from a\n"
        "except KeyError as error:\n    b = error",
        "a.args[0].append(3); a.x.append(1); a.args = (); b.__cause__ = None; b.add_note('n')",
    ),
    "function": (
        "def f(x, y=[], *, z={}): pass", "f.__defaults__[0].append(1); f.__kwdefaults__['z'] = 3"
    ),
    "function, first attribute": ("def f(): pass", "f.calls = 1"),
    "function, attributes": ("def f(): pass\nf.calls = []", "f.calls.append(1); f.x = 2"),
    "function, defaults with arrays": (
        "def f(x=np.zeros(2), y=np.zeros(2)): pass", "f.__defaults__ = (np.ones(2), np.ones(2))"
    ),
    "function, names": (
        "def f(): 'doc'", "f.__doc__ = 'other'; f.__name__ = 'g'; f.__qualname__ += 'h'"
    ),
    "function, code": ("def f(): return 1\ndef g(): return 2", "f.__code__ = g.__code__"),
    "closure": (
        "def make():\n    n = 0\n    def f():\n        nonlocal n\n        n += 1\n"
        "        return n\n    return f\na = make(); b = [a]",
        "a(); b[0]()",
    ),
    "closure, emptied": (
        "def make():\n    n = []\n    def f(): return n\n    def g():\n        nonlocal n\n"
        "        del n\n    return f, g\nf, g = make()",
        "g()",
    ),
    "closure, filled": (
        "def make():\n    def f(): return n\n    def g():\n        nonlocal n\n        n = []\n"
        "    if 0: n = 1\n    return f, g\nf, g = make()",
        "g(); f().append(1)",
    ),
    "partial": (
        "a = functools.partial(max, [1], key=len); b = a.args[0]",
        "b.append(1); a.keywords['x'] = 1",
    ),
    "bound method": (
        "class C:\n    pass\n    def f(self): self.x = 1\na = C().f", "a()"
    ),
    "method of a list": ("a = [].append", "a(1)"),
    "operator of a list": ("a = [1].__setitem__", "a(0, 2)"),
    "lru_cache": (
        "@functools.lru_cache\ndef f(x, seen=[]): seen.append(x); return seen\n", "f(1); f(1)"
    ),
    "module": ("import string as m", "m = None"),
}

ARRAYS = {
    "in place": ("a = np.arange(3.0); b = a", "b += 1; a[0] = 7"),
    "bound anew": ("a = np.arange(3.0)", "a = a + 1"),
    "view": ("a = np.arange(6.0); b = a[2:5]", "b[1] = 9; a *= 2"),
    "view of a view": ("a = np.arange(6.0); b = a[1:]; c = b[::2]; d = c[::-1]", "d[:2] -= 1"),
    "only the view": ("b = np.arange(6.0).reshape(2, 3).T", "b[1] = 5"),
    "transposed": ("a = np.ones((2, 3)); b = a.T", "b[2, 0] = 5; a[0] += 1"),
    "F-ordered": ("a = np.asfortranarray(np.arange(6.0).reshape(2, 3))", "a[0] = 9; a.sort()"),
    "no dimension": ("a = np.array(2.0); b = a[()]", "a += 1; a[()] *= 2"),
    "empty": ("a = np.empty((0, 3)); b = np.arange(0)", "a.shape = (3, 0)"),
    "many types": (
        "a = np.ones(3, bool); b = np.ones(2, complex); c = np.array(['ab', 'c'])\n"
        "d = np.array(['2020-01-01'], 'M8[D]'); e = np.ones(2, '>i2')",
        "a[0] = 0; b *= 1j; c[0] = 'x'; d += np.timedelta64(1, 'D'); e += 3",
    ),
    "structured": (
        "a = np.zeros(2, [('x', float), ('n', int)]); b = a['n']; c = a[0]", "b += 1; c['x'] = 3"
    ),
    "record": ("a = np.rec.array([(1, 2.0)], dtype=[('x', int), ('y', float)])", "a.x += 1"),
    "objects": (
        "a = np.array([[], {}, None], object); b = a[1:]; c = a[0]",
        "c.append(1); b[1] = a; a[0] = 3",
    ),
    "objects, two dimensions": (
        "a = np.empty((2, 2), object, order='F'); a[:] = [[1, 2], [3, 4]]; a[1, 1] = []",
        "a[1, 1].append(5); a[0] = 0",
    ),
    "masked": (
        "a = np.ma.array([1.0, 2, 3], mask=[0, 1, 0]); b = a[1:]",
        "a[0] = np.ma.masked; a[2] = 8; b.mask[0] = False",
    ),
    "of a class": (
        "class A(np.ndarray):\n    pass\na = np.zeros(3).view(A); a.x = []",
        "a[0] = 1; a.x.append(2)",
    ),
    "read-only": (
        "a = np.arange(3.0); a.flags.writeable = False", "a.flags.writeable = True; a += 1"
    ),
    "made read-only": ("a = np.arange(3.0)", "a += 1; a.flags.writeable = False"),
    "reshaped in place": ("a = np.arange(6.0)", "a.shape = (2, 3); a[0] = 7"),
    "type changed in place": ("a = np.arange(3.0)", "a.dtype = np.int64; a += 1"),
    "grown": ("a = np.arange(3.0)", "a.resize(8, refcheck=False); a[-1] = 4"),
    "shrunk": ("a = np.arange(8.0)", "a.resize((2, 2), refcheck=False); a += 1"),
    "of a buffer": ("m = bytearray(16); a = np.frombuffer(m); b = a[1:]", "b[0] = 2; m[0] = 1"),
    "of bytes": ("a = np.frombuffer(b'abcd', np.uint8)", "a = a[1:]"),
    "stretched": ("a = np.arange(3.0); b = np.broadcast_to(a, (2, 3))", "a += 1"),
    "scalars": ("a = np.float32(1); b = np.int64(2)", "a = a + b; b += 1"),
    "large": ("a = np.arange(20000.0); b = a[9000:]", "b[::3] = 5; a[0] = 1"),
    "large, F-ordered": ("a = np.asfortranarray(np.ones((200, 100)))", "a[:, 3] = 5"),
}

RANDOM = {
    "NumPy's": ("np.random.seed(1)", "x = np.random.rand(3); np.random.shuffle(x)"),
    "NumPy's, half a pair": ("np.random.seed(1); np.random.randn()", "x = np.random.randn()"),
    "NumPy's, whole pair": (
        "np.random.seed(1); np.random.randn(2)", "x = [np.random.randn() for _ in range(3)]"
    ),
    "Python's": ("random.seed(1)", "x = random.random(), random.gauss(0, 1)"),
    "own of Python": (
        "class R(random.Random):\n    pass\na = R(1); a.n = []", "x = a.random(); a.n.append(x)"
    ),
    "RandomState": ("a = np.random.RandomState(1); a.randn()", "x = a.randn(), a.randn(2)"),
    "Generator": ("a = np.random.default_rng(1); b = a.normal; del a", "x = b(), b(3)"),
    "Generators of one source": (
        "s = np.random.PCG64(1); a = np.random.Generator(s); b = np.random.RandomState(s)",
        "x = a.random(), b.rand(), a.integers(9, size=3, dtype=np.int32)",
    ),
    "other sources": (
        "r = [np.random.Generator(k(1)) for k in\n"
        "     (np.random.MT19937, np.random.Philox, np.random.SFC64, np.random.PCG64DXSM)]",
        "x = [each.integers(9, dtype=np.int32) for each in r]",
    ),
    "the operating system's": ("a = random.SystemRandom()", "x = 1"),
}

SOURCES = {
    "range": "iter(range(5))", "long range": "iter(range(1 << 70, (1 << 70) + 5))",
    "list": "iter(items)", "reversed list": "reversed(items)", "tuple": "iter((1, 2, 3, 4))",
    "str": "iter('abcd')", "wide str": "iter('\\u0100bcd')", "bytes": "iter(b'abcd')",
    "bytearray": "iter(bytearray(b'abcd'))", "set": "iter({1, 2, 3, 4})",
    "keys": "iter(table)", "values": "iter(table.values())", "items": "iter(table.items())",
    "reversed keys": "reversed(table)", "reversed items": "reversed(table.items())",
    "ordered": "iter(ordered)", "ordered values": "iter(ordered.values())",
    "ordered items": "iter(ordered.items())", "reversed ordered": "reversed(ordered.items())",
    "deque": "iter(collections.deque(items))", "enumerate": "enumerate(items, 5)",
    "reversed deque": "reversed(collections.deque(items))",
    "zip": "zip(items, table, strict=True)", "map": "map(str, items)",
    "filter": "filter(None, [0, 1, 2, 3, 4])", "until": "iter([9, 1, 2, 3, 4].pop, 9)",
    "old sequence": "iter(Old())", "array": "iter(np.arange(4))", "flat": "np.ones((2, 2)).flat",
    "number array": "iter(__import__('array').array('d', items))",
    "two of one": "zip(*[iter([*items, *items])] * 2)",
    "count": "itertools.count(2, 3)", "repeat": "itertools.repeat('x', 5)",
    "cycle": "itertools.cycle([1, 2])", "long cycle": "itertools.cycle(items)",
    "islice": "itertools.islice(items, 0, 9)", "chain": "itertools.chain([1], items)",
    "chain of many": "itertools.chain.from_iterable([[1, 2], [3, 4]])",
    "product": "itertools.product([1, 2], 'ab')",
    "permutations": "itertools.permutations(items, 2)",
    "combinations": "itertools.combinations(items, 2)",
    "replaced": "itertools.combinations_with_replacement(items, 2)",
    "accumulate": "itertools.accumulate(items)", "starmap": "itertools.starmap(pow, [(1, 2)] * 4)",
    "takewhile": "itertools.takewhile(bool, items)",
    "dropwhile": "itertools.dropwhile(bool, [0] * 4)",
    "zip_longest": "itertools.zip_longest(items, [1])",
    "compress": "itertools.compress(items, items)",
    "filterfalse": "itertools.filterfalse(None, [0] * 4)",
}

_ITEMS = """
items = [1, 2, 3, 4]
table = dict(zip("abcd", items))
ordered = collections.OrderedDict(table)
class Old:
    def __getitem__(self, at):
        if at > 3: raise IndexError
        return at
"""

HINDRANCES = {
    "a generator": ("def g(): yield 1\na = g()", "generator g"),
    "a generator within": ("a = {'x': [(n for n in [1])]}", "generator"),
    "a coroutine": ("async def f(): pass\na = f()", "coroutine f"),
    "an open file": ("a = open(__import__('os').devnull)", "open file"),
    "a memmap": (
        "import tempfile, os\nh, p = tempfile.mkstemp(); os.write(h, bytes(16)); os.close(h)\n"
        "a = np.memmap(p, mode='r', shape=2)[:]; os.unlink(p)",
        "memory-mapped",
    ),
    "records of objects": ("a = np.zeros(2, [('x', object)])", "records that hold objects"),
    "groupby": ("a = itertools.groupby([1, 1])", "groupby"),
    "tee": ("a, b = itertools.tee([1, 2])", "_tee"),
    "pairwise": ("a = itertools.pairwise([1, 2])", "pairwise"),
    "nditer": ("a = np.nditer(np.arange(3))", "nditer"),
    "finditer": ("import re; a = re.finditer('a', 'aa')", "SRE_Scanner"),
    "reader": ("import csv; a = csv.reader(['a'])", "reader"),
    "hash": ("import hashlib; a = hashlib.sha256()", "HASH"),
    "iterator in a tuple": ("a = (iter([1]),)", "iterator within a tuple"),
    "iterator in an array": ("a = np.array([iter([1])], object)", "iterator within an array"),
    "method of an iterator": ("a = iter([1]).__next__", "list_iterator"),
    "own iterator in another": (
        "class I:\n    def __iter__(self): return self\n    def __next__(self): return 1\n"
        "a = zip(I())",
        "zip",
    ),
    "changed while iterated": ("d = {1: 2}; a = iter(d); d[3] = 4", "dict_keyiterator"),
    "end that is seen": ("class C:\n    def __del__(self): pass\na = C()", "C, whose end"),
    "weak reference": (
        "import weakref\nclass C:\n    pass\nb = C(); a = weakref.ref(b)", "weak reference to a C"
    ),
}

HARMLESS = [
    "def g(): yield 1\na = g(); list(a)", "a = open(__import__('os').devnull); a.close()",
    "import sys; a = sys.stdout", "import weakref; a = weakref.WeakValueDictionary()",
    "import threading; a = threading.Lock()", "import re; a = re.compile('x'), re.match('a', 'a')",
    "import datetime; a = datetime.date.today()", "from decimal import Decimal; a = Decimal(1)",
    "from fractions import Fraction as F; a = F(1, 2)", "a = np.dtype('f8'), np.add, np.float64",
    "import enum\nclass E(enum.Enum):\n    A = 1\na = E.A", "a = object(); b = range(3), slice(1)",
    "from sklearn.linear_model import LogisticRegression as L; a = L()", "a = np.poly1d([1, 2])",
]

LOST = {
    "a seed sequence": ("a = np.random.SeedSequence(1)", "a.spawn(1)", "seed sequence"),
    "a generator that spawned": (
        "a = np.random.default_rng(1)", "a.bit_generator.seed_seq.spawn(1)", "spawned"
    ),
    "a set, whose order may be another one": ("a = {1, 2, 3}", "a.add(4); a.discard(2)", "a set"),
    "a used lru_cache": (
        "@functools.lru_cache\ndef f(x): return x\nf(1)", "f(2)", "lru_cache"
    ),
    "a closed StringIO": ("a = io.StringIO()", "a.close()", "closed"),
    "a view of a resized array": (
        "a = np.arange(4.0); b = a[1:]", "a.resize(9000000, refcheck=False)", "resized"
    ),
    "shared memory that grew": (
        "a = bytearray(4)", "a.append(1); np.nnstep = memoryview(a)", "shares"
    ),
}


def undone(setup: str, change: str) -> None:
    """A change is seen, undone by restoring, and leads to the same when it is made again."""
    world = World(setup)
    before, identities = world.look(), world.identities()
    state = world.save()
    assert world.look() == before
    world.do(change)
    after = world.look()
    world.restore(state)
    assert world.look() == before
    assert world.identities() == identities
    world.do(change)
    assert world.look() == after
    world.restore(state)
    assert world.look() == before


def cases(*tables: dict[str, Any]) -> Any:
    found = [(name, case) for table in tables for name, case in table.items()]
    return pytest.mark.parametrize(
        "case", [case for _, case in found], ids=[name for name, _ in found]
    )


@pytest.mark.filterwarnings("ignore:Setting the:DeprecationWarning")
@cases(CONTAINERS, OBJECTS, ARRAYS)
def test_a_change_is_undone_in_place(case: tuple[str, str]) -> None:
    setup, change = case
    world = World(setup)
    before = world.look()
    world.do(change)
    assert world.look() != before or setup.startswith("import string"), "the case shows nothing"
    undone(setup, change)


@cases(RANDOM)
def test_random_numbers_come_again(case: tuple[str, str]) -> None:
    undone(*case)


@cases(RANDOM)
def test_a_state_saved_again_after_going_back_has_the_earlier_random_numbers(
    case: tuple[str, str],
) -> None:
    setup, draw = case
    world = World(setup)
    state = world.save()
    world.do(draw)
    drawn = world.look()["x"]
    world.save()
    world.restore(state)
    again = world.save()
    world.do(draw)
    world.restore(again)
    world.do(draw)
    assert world.look()["x"] == drawn


@cases(SOURCES)
@pytest.mark.parametrize("skipped", [0, 1, 3])
def test_an_iterator_stands_where_it_stood(case: str, skipped: int) -> None:
    world = World(_ITEMS + f"it = {case}\nheld = [it]")
    world.do(f"for _ in range({skipped}): next(it, None)")
    take = "got = [next(it, 'end') for _ in range(6)]"
    state = world.save()
    world.do(take)
    got = world.module.got  # type: ignore[attr-defined]
    world.do("items.append(9); table['d'] = 0")
    for _ in range(2):
        world.restore(state)
        assert world.module.it is world.module.held[0]  # type: ignore[attr-defined]
        assert "got" not in vars(world.module)
        world.do(take)
        assert repr(world.module.got) == repr(got)  # type: ignore[attr-defined]


def test_an_iterator_sees_what_changes_behind_it() -> None:
    world = World("table = dict(x=1, y=2, z=3); it = iter(table.items()); next(it)")
    state = world.save()
    world.restore(state)
    world.do("table['z'] = 30; left = list(it)")
    assert world.module.left == [("y", 2), ("z", 30)]  # type: ignore[attr-defined]
    world.restore(state)
    world.do("table['new'] = 1")
    with pytest.raises(RuntimeError, match="changed size"):
        world.do("next(it)")


@pytest.mark.parametrize("holder", ["list", "dict", "slot", "cell", "class", "attribute", "zip"])
def test_an_iterator_is_made_again_wherever_it_is_held(holder: str) -> None:
    held = {
        "list": ("a = [it]", "a[0]"), "dict": ("a = {1: it}", "a[1]"),
        "slot": ("class S:\n    __slots__ = ('x',)\na = S(); a.x = it", "a.x"),
        "cell": ("def make():\n    x = it\n    return lambda: x\na = make()", "a()"),
        "class": ("class A:\n    x = it", "A.x"),
        "attribute": ("class A:\n    pass\na = A(); a.x = it", "a.x"),
        "zip": ("a = zip(it, it)", "a"),
    }
    setup, read = held[holder]
    world = World(f"log = list(range(9)); it = iter(log); next(it)\n{setup}\ndel it")
    state = world.save()
    world.do(f"got = list({read}); log.clear()")
    got = world.module.got  # type: ignore[attr-defined]
    world.restore(state)
    world.do(f"got = list({read})")
    assert world.module.got == got  # type: ignore[attr-defined]


@cases(HINDRANCES)
def test_what_cannot_be_set_back_prevents_a_state(case: tuple[str, str]) -> None:
    setup, words = case
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what is never awaited or closed
        world = World(setup)
        assert world.snapshots.take(world.machine, [vars(world.module)]) is None
        assert words in world.snapshots.hindrance
        world.do("del a")
        del world


@pytest.mark.parametrize("setup", HARMLESS)
def test_what_stays_the_same_prevents_nothing(setup: str) -> None:
    world = World(setup)
    world.restore(world.save())


@pytest.mark.filterwarnings("ignore:.*resize:DeprecationWarning")
@cases(LOST)
def test_what_cannot_be_put_back_says_so(case: tuple[str, str, str]) -> None:
    setup, change, words = case
    world = World(setup)
    state = world.save()
    world.restore(state)
    world.do(change)
    try:
        with pytest.raises(Lost, match=words):
            world.restore(state)
    finally:
        vars(np).pop("nnstep", None)


@pytest.mark.parametrize(
    "change",
    ["a.add(9); a.discard(9)", "a |= {*range(99)}; a -= {*range(99)} - {8, 16}", "a.add(a.pop())"],
)
def test_a_set_that_was_changed_back_is_another_one(change: str) -> None:
    world = World("a = {8, 16}")
    state = world.save()
    world.restore(state)
    world.do(change)
    assert world.module.a == {8, 16}  # type: ignore[attr-defined]
    with pytest.raises(Lost, match="a set"):
        world.restore(state)


def test_an_unchanged_set_is_not_touched() -> None:
    world = World("a = set(range(0, 800, 8)); [a.discard(n) for n in range(0, 400, 8)]")
    order = list(world.module.a)  # type: ignore[attr-defined]
    world.restore(world.save())
    assert list(world.module.a) == order  # type: ignore[attr-defined]


# Large arrays.


def test_a_large_array_that_nothing_writes_into_is_not_copied() -> None:
    world = World("a = np.arange(1e5); b = a[:10]", written="")
    state = world.save()
    assert state.size < 1_000_000  # it is kept alive, no more
    assert any(isinstance(each, Unchanged) for each in state._saved)
    world.do("b = a + 1")
    world.restore(state)
    world.do("a[:] = 0")
    with pytest.raises(Lost, match="large array"):
        world.restore(state)


@pytest.mark.parametrize("holder", ["a = {}", "a = [{}]", "class A: a = {}", "def f(a={}): pass"])
def test_a_large_array_is_copied_when_any_name_of_it_is_written(holder: str) -> None:
    world = World("x = np.arange(1e5); view = x[10:]\n" + holder.format("view[5:]"), "a")
    if holder.startswith("def"):
        world.do("a = f.__defaults__[0]")
    state = world.save()
    before = world.look()
    world.do("x[50:60] = 0")
    world.restore(state)
    assert world.look() == before


def test_unchanged_arrays_are_stored_once() -> None:
    world = World("a = np.arange(30000.0); b = np.zeros(2)")
    first = world.save()
    world.do("b += 1")
    known: set[int] = set()
    whole = first.measure(known)
    assert whole > 480_000
    assert world.save().measure(known) < 10_000
    world.do("a[7] = 1")
    assert world.save().measure(known) > 240_000


def test_many_states_lead_to_each_other() -> None:
    world = World("np.random.seed(0); log, w, it = [], np.zeros(3), iter(range(99))")
    seen = []
    for _ in range(8):
        seen.append((world.save(), world.look()))
        world.do("w += np.random.randn(); log.append(next(it)); v = w[1:]; random.random()")
    for at in [3, 7, 0, 1, 2, 6, 5, 4, 4, 0]:
        state, look = seen[at]
        world.restore(state)
        assert world.look() == look
        world.do("w += np.random.randn(); log.append(next(it)); v = w[1:]; random.random()")
        if at < 7:
            assert world.look() == seen[at + 1][1]


# What lies around.

AROUND = {
    "errors": ("np.seterr(all='raise')", "tuple(np.geterr().items())"),
    "printing": ("np.set_printoptions(precision=3)", "str(np.array([1 / 3]))"),
    "filters": ("warnings.simplefilter('ignore', UserWarning)", "list(warnings.filters)"),
    "hooks": ("warnings.showwarning = print; sys.excepthook = max", "sys.excepthook"),
    "folder": ("os.chdir(os.path.dirname(os.getcwd()) or '/')", "os.getcwd()"),
    "limit": ("sys.setrecursionlimit(4321)", "sys.getrecursionlimit()"),
    "environment": ("os.environ['NNSTEP_X'] = '1'; del os.environ['PATH']", "dict(os.environ)"),
    "arguments": ("sys.argv.append('x')", "list(sys.argv)"),
    "other arguments": ("sys.argv = ['x']", "list(sys.argv)"),
    "places": ("sys.path.insert(0, 'x')", "list(sys.path)"),
}


@cases(AROUND)
def test_what_lies_around_is_put_back(case: tuple[str, str], tmp_path: Path) -> None:
    change, read = case
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        patch.chdir(tmp_path)
        world = World("import os, sys, warnings")
        state = world.save()
        before = eval(read, vars(world.module))
        with np.errstate(), np.printoptions():
            limit = sys.getrecursionlimit()
            try:
                world.do(change)
                assert eval(read, vars(world.module)) != before
            finally:
                world.restore(state)
            assert eval(read, vars(world.module)) == before
            assert sys.getrecursionlimit() == limit


@pytest.mark.parametrize("before", ["", "np.seterr(over='ignore'); "])
def test_going_back_into_an_errstate(before: str) -> None:
    with np.errstate():
        world = World(before + "outer = np.errstate(all='raise'); outer.__enter__()")
        world.do("inner = np.errstate(divide='ignore'); inner.__enter__()")
        state, seen = world.save(), []
        for _ in range(3):
            seen.append(np.geterr())
            world.do("inner.__exit__(None, None, None)")
            seen.append(np.geterr())
            world.do("outer.__exit__(None, None, None)")
            seen.append(np.geterr())
            world.restore(state)
        assert seen[0] != seen[1] != seen[2]
        assert seen[:3] == seen[3:6] == seen[6:]


def test_going_back_into_caught_warnings() -> None:
    world = World("import warnings; around = warnings.catch_warnings(); around.__enter__()")
    state, filters, shown = world.save(), warnings.filters, []
    for _ in range(3):
        world.do("warnings.simplefilter('always'); inside = list(warnings.filters)")
        world.do("around.__exit__(None, None, None); outside = list(warnings.filters)")
        shown.append((world.module.inside, world.module.outside))  # type: ignore[attr-defined]
        world.restore(state)
        assert warnings.filters is filters
    world.do("around.__exit__(None, None, None)")
    assert shown[0] == shown[1] == shown[2]
    assert shown[0][0] != shown[0][1]


def test_warnings_that_were_shown_stay_shown_when_the_filters_change() -> None:
    world = World("import warnings\ndef f(): warnings.warn('once')")
    with warnings.catch_warnings(record=True) as shown:
        warnings.simplefilter("default")
        world.do("f()")
        state = world.save()
        for _ in range(3):
            world.do("f(); warnings.simplefilter('always')")
            world.restore(state)
            world.do("f()")
    assert len(shown) == 1


def test_saving_does_not_make_warnings_come_again() -> None:
    world = World("import warnings; it = itertools.count(); a = np.ones((2, 2))")
    with warnings.catch_warnings(record=True) as shown:
        warnings.simplefilter("default")
        world.do("def f(): warnings.warn('once')\nf()")
        state = world.save()
        world.do("next(it)")
        world.restore(state)
        world.do("f()")
    assert len(shown) == 1


# Where no state can be saved, going back works all the same.

STRAY_SCRIPTS = {
    "generator": """
        def numbers():
            for i in range(20): yield i * i
        it, total = numbers(), 0
        for i in range(6):
            total += next(it) + total
    """,
    "generator of the loop": """
        total = 0
        for x in (i * i for i in range(6)):
            total += x + total
    """,
    "file": """
        total = 0
        with open(__file__) as file:
            for line in file:
                total += len(line) + total % 7
    """,
    "tee": """
        import itertools
        one, other = itertools.tee(range(9))
        total = next(one)
        for x in one:
            total += x * next(other) + total
    """,
    "spawning": """
        import numpy as np
        seeds, total = np.random.SeedSequence(1), 0
        for i in range(6):
            total += int(seeds.spawn(1)[0].generate_state(1)[0]) + total % 3
    """,
    "cache": """
        import functools
        @functools.lru_cache
        def f(n): return n + 1
        total = 0
        for i in range(6):
            total += f(i) + total
    """,
}


@pytest.mark.filterwarnings("ignore::ResourceWarning")  # files of courses that are over
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("name", STRAY_SCRIPTS)
def test_going_back_where_no_state_can_be_saved(name: str, tmp_path: Path) -> None:
    path = tmp_path / "script.py"
    path.write_text(textwrap.dedent(STRAY_SCRIPTS[name]), encoding="utf-8")
    stepped, session = Session(path), Session(path)
    totals = {}
    while not stepped.finished:
        if "total" in stepped:
            totals[stepped.position.moment] = stepped["total"]
        stepped.step()
    stepped.close()
    assert len(totals) > 15
    session.run()
    for moment in [*list(totals)[::-4], *list(totals)[::5]]:
        session.goto(moment)
        assert session["total"] == totals[moment]
    session.run()
    assert session["total"] == max(totals.values())
    session.close()
    del session
    gc.collect()
