"""Random Python programs: valid, deterministic, sure to end, and full of what goes wrong.

A program is drawn from a string of bytes, so that whatever provides the bytes (hypothesis, a
seed) decides everything; bytes that are missing count as zero, and zero picks the simplest. Names
say what they mostly hold: i0 an int, s0 a string, l0 a list of ints, d0 a dict, o0 anything, p0
an object, f0 a function, A0 an array. What is random may be unbound, of another type or out of
range: then an exception is raised, which some `try` catches, or nobody.

It ends: loops run over a few items, recursion counts down, and every function and every iteration
first calls `tick`, a Guard, which raises SystemExit when it is called often or values have grown.
"""

from __future__ import annotations

import ast
import copy
import random
import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

T = TypeVar("T")
THEMES = ("statements", "functions", "exceptions", "classes", "comprehensions", "numpy")

_PREAMBLE = '''\
from programs import Guard
tick = Guard(globals())
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


class Guard:
    """Ends a program that runs for long or piles up values. Calling it is one native op."""

    def __init__(self, variables: dict[str, Any], calls: int = 150, weight: int = 3000) -> None:
        self._variables = variables
        self._calls = calls
        self._weight = weight

    def __call__(self) -> None:
        """Count a call, and look at the values."""
        self._calls -= 1
        if self._calls < 0:
            raise SystemExit("too many calls")
        left = self._weight
        pending = list(self._variables.values())
        while pending:
            value = pending.pop()
            left -= 1
            kind = type(value)
            if kind in (list, tuple, set, str):
                if len(value) > 300:
                    left = -1
                elif kind is not str:
                    pending += value
            elif kind is dict and value is not self._variables and len(value) < 100:
                pending += value.values()
            elif kind is int:
                left -= value.bit_length() // 64
            elif kind.__name__ in ("P", "N", "S"):
                left -= 1
                pending += [each for each in vars(value).values() if type(each) is not kind]
            elif kind.__name__ == "ndarray" and value.size > 500:
                left = -1
            if left < 0:
                raise SystemExit("too much")


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

    def of(self, items: Sequence[T]) -> T:
        """One of several."""
        return items[self.below(len(items))]

    def chance(self, percent: int) -> bool:
        """Whether something happens."""
        return self.below(100) >= 100 - percent


@dataclass
class Scope:
    """Where statements are written.

    Attributes:
        kind: module, function, generator or class.
        outer: the scope around it.
        known: names of a function that its inner functions may declare nonlocal.
        loops: how many loops of this scope are around.
        handlers: how many `except` blocks of this scope are around.
        functions: the functions that can be called, with their parameters.
    """

    kind: str
    outer: Scope | None = None
    known: set[str] = field(default_factory=set)
    loops: int = 0
    handlers: int = 0
    functions: list[tuple[str, str]] = field(default_factory=list)

    def callable(self) -> list[tuple[str, str]]:
        """The functions that are in sight, the class bodies' own left out."""
        outer = self.outer.callable() if self.outer else []
        return outer + self.functions


class Writer:
    """Writes one program."""

    def __init__(self, choices: Choices, theme: str) -> None:
        self._choices = choices
        self._of, self._chance, self._below = choices.of, choices.chance, choices.below
        self._theme = theme
        self._lines: list[str] = []
        self._indent = 0
        self._left = 0
        self._tags = 0
        self._loops = 0
        self._made = 0
        self._scope = Scope("module")
        self._inner = 0  # comprehensions and lambdas around
        self._barred = 0  # where a walrus is no valid syntax
        self._names = {kind: [f"{kind}0", f"{kind}1"] for kind in "isldo"} | {"p": ["p0", "p1"]}
        self._statements: list[Callable[[], None]] = []
        for name, weights in _WEIGHTS.items():
            weight = weights[THEMES.index(theme)]
            self._statements += [getattr(self, f"_{name}")] * weight

    def program(self) -> str:
        """The text of a whole program."""
        self._text(_PREAMBLE)
        self._text(self._of(_LOGS))
        if self._theme in ("classes", "exceptions", "statements"):
            self._text(_CLASSES)
        if self._theme == "numpy":
            self._text(_ARRAYS)
        for line in _SIMPLE:
            if self._below(100) < 95:
                self._line(line)
        for _ in range(2 + self._below(5)):
            self._left = 8 + self._below(9)
            if self._chance(60):
                self._line("try:")
                with self._block():
                    self._suite(0)
                caught = self._of(["Exception", "E", "(E, TypeError, NameError)", "ValueError"])
                self._line(f"except {caught} as error:")
                with self._block():
                    self._line("print('caught', type(error).__name__, error)")
                    if self._chance(25):
                        self._line("kept = error")
            else:
                self._suite(0)
        return "\n".join(self._lines) + "\n"

    # The text.

    def _text(self, text: str) -> None:
        self._lines += text.splitlines()

    def _line(self, text: str) -> None:
        self._lines.append("    " * self._indent + text)

    @contextmanager
    def _block(self) -> Iterator[None]:
        self._indent += 1
        count = len(self._lines)
        yield
        if len(self._lines) == count:
            self._line("pass")
        self._indent -= 1

    @contextmanager
    def _within(self, scope: Scope) -> Iterator[Scope]:
        self._scope, outer = scope, self._scope
        inner, self._inner = self._inner, 0
        barred, self._barred = self._barred, 0
        yield scope
        self._scope, self._inner, self._barred = outer, inner, barred

    def _suite(self, depth: int) -> None:
        """A few statements."""
        for _ in range(1 + self._below(4)):
            if self._left <= 0:
                break
            self._statement(depth)

    def _statement(self, depth: int) -> None:
        self._left -= 1
        self._depth = depth
        write = self._of(self._statements)
        looping = self._scope.loops > 1 and write.__name__ in ("_for", "_while")
        if looping or (depth >= 4 and write.__name__ in _COMPOUND):
            write = self._assign
        write()
        self._depth = depth

    def _body(self) -> None:
        depth = self._depth
        with self._block():
            self._suite(depth + 1)
        self._depth = depth

    def _tag(self) -> str:
        self._tags += 1
        return f"'{self._tags}'"

    # Names.

    def _name(self, kind: str) -> str:
        if kind == "i" and self._scope.kind != "class" and self._below(40) == 39:
            return self._of(["nope", "i7", "__private", "self"])
        return self._of(self._names[kind])

    def _target_name(self) -> str:
        return self._name(self._of("iiisold"))

    # Expressions.

    def _any(self, depth: int = 0) -> str:
        return self._of([self._int, self._int, self._str, self._list, self._other])(depth)

    def _logged(self, text: str) -> str:
        return f"t({self._tag()}, {text})" if self._chance(35) else text

    def _int(self, depth: int = 0) -> str:
        if depth > 2:
            return self._of([str(self._below(6)), self._name("i")])
        if self._below(60) == 59:
            return self._wrong(depth)
        if self._theme == "comprehensions" and self._chance(12):
            return f"len({self._comprehension(depth + 1)})"
        if self._theme == "classes" and self._chance(30):
            return self._operator(depth + 1)
        kind = self._below(24)
        sub = depth + 1
        if kind < 5:
            return self._logged(str(self._below(9)))
        if kind < 9:
            return self._logged(self._name("i"))
        if kind < 12:
            op = self._of(["+", "-", "*", "//", "%", "&", "|", "^", "/", ">>"])
            right = self._int(sub) if op not in "*>>" else str(self._below(5))
            return self._logged(f"({self._int(sub)} {op} {right})")
        if kind == 12:
            return f"({self._of('-+~')}{self._int(sub)})"
        if kind == 13:
            return f"({self._of(['not ', ''])}{self._condition(sub)})"
        if kind == 14:
            return f"({self._int(sub)} if {self._condition(sub)} else {self._int(sub)})"
        if kind == 15:
            return f"({self._any(sub)} {self._of(['and', 'or'])} {self._int(sub)})"
        if kind == 16:
            return self._logged(f"{self._list_place(sub)}[{self._index(sub)}]")
        if kind == 17:
            return f"{self._object(sub)}.{self._of(['x', 'y', 'x', 'z'])}"
        if kind == 18:
            return f"len({self._of([self._list, self._str, self._other])(sub)})"
        if kind == 19 and not self._barred:
            return f"({self._name('i')} := {self._int(sub)})"
        if kind == 20:
            return f"{self._name('d')}[{self._key(sub)}]"
        if kind == 21:
            return f"{self._name('d')}.get({self._key(sub)}, {self._int(sub)})"
        return self._call(sub)

    def _wrong(self, depth: int) -> str:
        """What raises, mostly."""
        return self._of([
            "unbound", "o0.missing", "d0['nope']", "(1 // 0)", "int('x')", "[][1]", "i0()",
            "(None + 1)", "l0[99]", "next(iter([]))", "('a' + 1)", "t(1, 2, 3, 4)", "P(1, z=2)",
            "(lambda q: q)()", "print(sep=1)", "[1, 2][None]", "{[]: 1}", "(1 < 'a')", "len(3)",
            "p0.x.y.z", "sorted([1, 'a'])", "abs(*[1, 2])", "P(**{1: 2})", "t(*3)", "t(**3)",
            "t(**{'tag': 1}, tag=2)", "(-None)", "(1 in 2)", "f'{1:zz}'", "max()", "P.nope",
            "sum(o0, [])", "min([3, 'a'], key=lambda q: q + 1)",
            "[v + w for v, w in [(1, 2), (3,)]]",
        ])

    def _index(self, depth: int) -> str:
        return self._logged(self._of(["0", "1", "-1", "i0", "2", self._int(depth + 1)]))

    def _key(self, depth: int) -> str:
        return self._logged(self._of(["'a'", "'b'", "s0", "'c'", "i0"]))

    def _list_place(self, depth: int) -> str:
        return self._logged(self._of(["l0", "l1", "l0", self._list(depth + 1)]))

    def _object(self, depth: int) -> str:
        return self._logged(self._of(["p0", "p0", "p1", "P(2)", "o0"]))

    def _list(self, depth: int = 0) -> str:
        sub = depth + 1
        if depth > 2:
            return self._of(["[]", "[1]", "l0"])
        kind = self._below(12)
        if kind < 3:
            return self._logged(self._name("l"))
        if kind < 6:
            items = [self._of([self._int, self._int, self._any])(sub) for _ in range(
                self._below(4))]
            if items and self._chance(20):
                items[self._below(len(items))] = "*" + self._of([self._list, self._other])(sub)
            return self._logged(f"[{', '.join(items)}]")
        if kind == 6:
            return f"{self._list_place(sub)}[{self._slice(sub)}]"
        if kind < 10:
            return self._comprehension(sub)
        if kind == 10:
            return f"sorted({self._list(sub)}, key=lambda q: {self._lambda_body(sub, 'q')})"
        return f"list({self._of(['map', 'filter'])}(lambda q: " \
            f"{self._lambda_body(sub, 'q')}, {self._list(sub)}))"

    def _lambda_body(self, depth: int, parameter: str) -> str:
        self._inner += 1
        body = self._of([
            parameter, f"-{parameter}", f"t({self._tag()}, {parameter})",
            f"({parameter} + {self._int(depth + 1)})", f"({parameter} == {self._int(depth + 1)})",
        ])
        self._inner -= 1
        return body

    def _slice(self, depth: int) -> str:
        parts = [self._of(["", self._int(depth + 1)]) for _ in range(2 + self._chance(20))]
        return ":".join(parts)

    def _str(self, depth: int = 0) -> str:
        kind = self._below(6)
        if kind < 2 or depth > 2:
            return self._of(["'a'", "s0", "'xy'", "s1", "''"])
        if kind == 2:
            return f"str({self._int(depth + 1)})"
        if kind == 3:
            return f"({self._name('s')} + {self._of(['1', chr(39) + 'k' + chr(39), 's0'])})[:9]"
        spec = self._of(["", "", ":>4", "!r", ":{i0}", "!s:>{t('w', 5)}", ":d", "="])
        value = self._of([self._int, self._any])(depth + 2)
        if "'" in value or '"' in value or "\\" in value or "{" in value or ":=" in value:
            value = self._name(self._of("iso"))
        first = self._of(["", "{t('f', i0)}", "{i1!r:>3}", "{{}}", "{p0.x}"])
        spec = spec.replace("'", '"') if spec != "=" else spec
        text = f"{first}<{{{value}{spec}}}>".replace("'", '"')
        return f"f'{text}'"

    def _other(self, depth: int = 0) -> str:
        sub = depth + 1
        if depth > 2:
            return self._of(["None", "o0", "()"])
        kind = self._below(11)
        if kind < 2:
            return self._logged(self._name("o"))
        if kind == 2:
            return f"({self._any(sub)}, {self._any(sub)})"
        if kind == 3:
            pairs = [f"{self._key(sub)}: {self._any(sub)}" for _ in range(self._below(3))]
            if self._chance(20):
                pairs.append("**" + self._of(["d0", "o0", "{'z': 1}"]))
            return f"{{{', '.join(pairs)}}}"
        if kind == 4:
            return f"{{{self._int(sub)}, {self._int(sub)}}}"
        if kind == 5:
            return self._lambda(sub)
        if kind == 6:
            return self._generator(sub)
        if kind == 7:
            return f"P({self._int(sub)}, y={self._any(sub)})"
        if kind == 8:
            return self._of([self._object(sub), "1.5", "True", "print", "show", "b'b'", "..."])
        if kind == 9:
            return self._of(["E('e')", "range(3)", "iter(l0)", "zip(l0, s0)", "type(o0)"])
        return self._call(sub)

    def _lambda(self, depth: int) -> str:
        self._inner += 1
        parameters = self._of(["", "q", f"q={self._int(depth + 1)}", "*q", "q, *, w=2"])
        body = self._of([self._int, self._any])(depth + 1)
        self._inner -= 1
        text = f"(lambda {parameters}: {body})"
        return text + "(2)" if self._chance(40) else text

    def _generator(self, depth: int) -> str:
        return f"({self._clauses(depth)})"

    def _comprehension(self, depth: int) -> str:
        opening, closing = self._of(
            [("[", "]"), ("[", "]"), ("sorted({", "})"), ("{d", "}"), ("list(", ")")]
        )
        if opening == "{d":
            return f"{{{self._clauses(depth, pair=True)}}}"
        return f"{opening}{self._clauses(depth)}{closing}"

    def _clauses(self, depth: int, pair: bool = False) -> str:
        self._barred += 1
        first = self._iterable(depth + 1)
        self._inner += 1
        target = self._of(["v", "v", "i0", "(v, w)", "v"])
        clauses = f" for {target} in {first}"
        name = "i0" if target == "i0" else "v"
        if self._chance(35):
            self._barred += 1
            clauses += f" if {self._of([name, self._condition(depth + 1), f'{name} != 2'])}"
            self._barred -= 1
        if self._chance(25) and self._inner < 3:
            second = self._of(["range(2)", f"[{name}, 1]", "l0[:2]", f"range({name} % 3)"])
            clauses += f" for u in {second}"
            if self._chance(40):
                clauses += f" if {self._of(['u', f'u != {name}', f't({self._tag()}, u)'])}"
        elements = [
            name, f"t({self._tag()}, {name})", f"({name} + {self._int(depth + 2)})",
            self._int(depth + 2), f"({name}, {self._any(depth + 2)})",
            f"(lambda: {name})", f"(lambda k={name}: (k, {name}))()",
            f"[{name} for j in range(2)]",
        ]
        element = self._of(elements)
        self._inner -= 1
        self._barred -= 1
        return f"{name}: {element}" + clauses if pair else element + clauses

    def _iterable(self, depth: int) -> str:
        return self._logged(self._of([
            "range(3)", "[1, 2]", "l0[:3]", "(i0, i1)", "s0[:3]", "[(1, 2), (3, 4)]",
            f"range({self._int(depth + 1)} % 4)", "zip(l0[:2], 'ab')", "d0", "enumerate('xy')",
            "o0", "(g for g in l0[:2])",
        ]))

    def _condition(self, depth: int = 0) -> str:
        sub = depth + 1
        kind = self._below(9)
        if kind < 3 or depth > 3:
            op = self._of(["<", ">", "==", "!=", "<=", ">=", "is", "is not", "in", "not in"])
            if op.startswith("is"):
                return f"{self._name('o')} {op} None"
            right = self._int(sub) if "in" not in op else self._of([self._list, self._other])(sub)
            return f"{self._int(sub)} {op} {right}"
        if kind == 3:
            return f"{self._int(sub)} < {self._int(sub)} {self._of(['<', '!=', '=='])} " \
                f"{self._int(sub)}"
        if kind == 4:
            return f"({self._condition(sub)} {self._of(['and', 'or'])} {self._condition(sub)})"
        if kind == 5:
            return f"(not {self._condition(sub)})"
        if kind == 6:
            return self._of([self._list, self._str, self._other, self._int])(sub)
        if kind == 7:
            return f"isinstance({self._any(sub)}, {self._of(['int', 'list', '(int, str)'])})"
        return self._of(["True", "False", "i0", "o0"])

    def _arguments(self, depth: int, names: str) -> str:
        """Arguments that mostly fit parameters."""
        wanted = [name.split("=")[0].strip() for name in names.split(",") if name.strip()]
        given = []
        keyword = False
        for name in wanted:
            if name in ("/", "*") or name.startswith("*"):
                keyword = keyword or name == "*" or (name[0] == "*" and name[1:2] != "*")
                if self._chance(30) and name not in ("/", "*"):
                    given.append(self._of([f"*{self._list(depth + 1)}", "**d0", "k9=1"]))
                    keyword = True
                continue
            optional = f"{name}=" in names
            if (optional and self._chance(50)) or self._below(40) == 39:
                keyword = True
                continue
            value = self._any(depth + 1)
            named = keyword or self._chance(15)
            given.append(f"{name}={value}" if named else value)
            keyword = keyword or named
        positional = [each for each in given if "=" not in each.split("(")[0] and each[:2] != "**"]
        rest = [each for each in given if each not in positional]
        return ", ".join([*positional, *rest])

    def _call(self, depth: int) -> str:
        functions = self._scope.callable()
        if functions and self._chance(75):
            name, parameters = self._of(functions)
            return self._logged(f"{name}({self._arguments(depth, parameters)})")
        if self._theme == "classes" and self._chance(60):
            return self._operator(depth)
        return self._of([
            "p0.x.bit_length()", f"sum({self._list(depth + 1)})", f"max({self._list(depth + 1)})",
            f"abs({self._int(depth + 1)})", f"t({self._tag()}, {self._any(depth + 1)})",
            f"getattr({self._object(depth + 1)}, 'x', {self._int(depth + 1)})",
            f"next(iter({self._list(depth + 1)}), {self._int(depth + 1)})",
            f"list(locals()).count({self._str(depth + 1)})", "o0()", "l0.pop()",
            f"l0.index({self._int(depth + 1)})", f"d0.pop({self._key(depth)}, 1)",
        ])

    def _number(self) -> str:
        return self._logged(self._of(["p0", "p1", "N(1)", "S(2)", "i0", "S(3)", "N(2)", "1.5"]))

    def _operator(self, depth: int) -> str:
        one, other = self._number(), self._number()
        return self._logged(self._of([
            f"({one} + {other})", f"({one} - {other})", f"({one} < {other})",
            f"({one} == {other})", f"({one} != {other})", f"(-{one})", f"({one} * 2)",
            f"({one} in {other})", f"{one}[{self._index(depth)}]",
            f"{one}({self._int(depth)}, k=1)",
            f"{one}.{self._of(['v', 'gone', 'prop', 'w', 'x', 'nope'])}", f"len({one})",
            "S.make(i0)", f"S.double({self._int(depth)})", f"bool({one})", f"(not {one})",
            f"({one} <= {other})", f"(~{one})", f"({one} and {other})", f"f'{{{one[:0]}N(3):x}}'",
            f"[*{one}]", f"l0[{one}]", f"({one} < {other} < 3)", f"({one} @ {other})",
            f"({one} > {other})", f"{one}[7]", f"{one}[0:1]", f"{one}[{self._index(depth)}, 1]",
            f"sum([{one}, {other}])", f"sorted([{one}, {other}])", f"max({one}, {other})",
        ]))

    # Places to store in.

    def _target(self, depth: int = 0) -> str:
        kind = self._below(12)
        if kind < 6:
            return self._target_name()
        if kind == 6:
            return f"{self._list_place(2)}[{self._index(2)}]"
        if kind == 7:
            return f"{self._name('d')}[{self._key(2)}]"
        if kind == 8:
            return f"{self._object(2)}.{self._of(['x', 'y', 'z'])}"
        if kind == 9:
            return f"{self._list_place(2)}[{self._slice(2)}]"
        if self._theme == "classes":
            return self._of([f"{self._number()}[{self._index(2)}]", "p1.prop", "p1.w", "p1.v",
                             "N.attr", "p1[1:2]"])
        return self._target_name()

    def _targets(self, depth: int = 0) -> str:
        """Several targets to unpack into."""
        items = [self._target() for _ in range(1 + self._below(3))]
        if depth < 2 and self._chance(25):
            items.append(f"({self._targets(depth + 1)})")
        if self._chance(35):
            at = self._below(len(items))
            if not items[at].startswith("("):
                items[at] = "*" + items[at]
        return ", ".join(items) + ("," if len(items) == 1 else "")

    def _values(self, targets: str) -> str:
        count = targets.count(",") + (not targets.endswith(","))
        if self._chance(25):
            return self._of([self._list, self._other, self._str])()
        return ", ".join(
            self._any(1) if "(" not in targets or self._chance(60) else f"[{self._int(1)}, 1]"
            for _ in range(max(count, 1))
        ) + ","

    # Statements.

    def _assign(self) -> None:
        name = self._of("iiislo")
        value = {"i": self._int, "s": self._str, "l": self._list, "o": self._other}[name]()
        self._line(f"{self._name(name)} = {value}")

    def _store(self) -> None:
        chain = self._target() + " = " if self._chance(20) else ""
        self._line(f"{chain}{self._target()} = {self._any()}")

    def _unpack(self) -> None:
        if self._chance(20):
            self._line(self._of(["i0, i1 = i1, i0", "l0[0], l0[1] = l0[1], l0[0]",
                                 "i0, l0[i0] = 1, 9", "i0 = l0[i0] = 1", "(o0, p0) = p0, o0"]))
            return
        targets = self._targets()
        opening, closing = self._of([("", ""), ("", ""), ("[", "]"), ("(", ")")])
        self._line(f"{opening}{targets}{closing} = {self._values(targets)}")

    def _augment(self) -> None:
        kind = self._below(9)
        if kind < 3:
            op = self._of(["+=", "-=", "*=", "//=", "|=", "%=", "/="])
            value = self._int(1) if op != "*=" else "2"
            self._line(f"{self._name('i')} {op} {value}")
        elif kind == 3:
            self._line(f"{self._list_place(1)}[{self._index(1)}] += {self._int(1)}")
        elif kind == 4:
            self._line(f"{self._name('d')}[{self._key(1)}] {self._of(['+=', '-='])} {self._int(1)}")
        elif kind == 5:
            self._line(f"{self._object(1)}.{self._of(['x', 'y', 'z'])} += {self._int(1)}")
        elif kind == 6:
            self._line(f"{self._of(['l1', 'l0', 'o0'])} += [{self._int(1)}]")
        elif kind == 7:
            self._line(f"{self._name('s')} += 'z'")
        elif self._theme == "classes":
            self._line(self._of([
                f"p0 += {self._int(1)}", f"p1[{self._index(1)}] += {self._int(1)}",
                f"p1.prop += {self._int(1)}", f"p1 -= {self._number()}", f"i0 += {self._number()}",
                f"p1.v += {self._number()}", f"p1[7] += {self._int(1)}",
            ]))
        else:
            self._line(f"{self._list_place(1)}[{self._slice(1)}] += {self._list(1)}[:3]")

    def _show(self) -> None:
        kind = self._below(4)
        if kind == 0:
            self._line(f"t({self._tag()}, {self._any()})")
        elif kind == 1:
            self._line(f"print({self._str()}, {self._int()})")
        elif kind == 2:
            self._line(f"print(*map(show, ({self._any()}, {self._any()})), sep='|')")
        else:
            self._line(self._any())

    def _annotate(self) -> None:
        self._line(self._of([
            f"i0: int = {self._int()}", f"o0: t({self._tag()}, int)", f"p0.x: int = {self._int()}",
            f"l0[t('i', 0)]: t('never') = {self._int()}", "(i1): int = 3",
        ]))

    def _delete(self) -> None:
        self._line("del " + self._of([
            self._name("i"), f"l0[{self._index(1)}]", f"d0[{self._key(1)}]", "p0.x", "o0",
            f"i0, l0[{self._index(1)}]", f"l0[{self._slice(1)}]", "(i1, o0)", "nope",
        ]))

    def _assert(self) -> None:
        self._line(f"assert {self._condition()}" + self._of(["", f", {self._any()}"]))

    def _import(self) -> None:
        self._line(self._of([
            "import math", "from math import sqrt as o0, pi", "import os.path as o0",
            "from math import nope", "import nnn", "from collections import *", "import os, math",
        ] if self._scope.kind == "module" else [
            "import math", "from math import sqrt as o0, pi", "from math import nope",
        ]))

    def _if(self) -> None:
        self._line(f"if {self._condition()}:")
        self._body()
        if self._chance(30):
            self._line(f"elif {self._condition()}:")
            self._body()
        if self._chance(50):
            self._line("else:")
            self._body()

    def _for(self) -> None:
        target = self._of(["i0", "o1", "v", "i0, i1", "l0[0]", "p0.x", "(o0, *o1)", "d0['k']"])
        source = self._iterable(1) if self._chance(80) else "(" + self._targets().replace(
            "*", "") + ")"
        self._line(f"for {target} in {source}:")
        self._loop_body()

    def _while(self) -> None:
        self._loops += 1
        counter = f"n{self._loops}"
        self._line(f"{counter} = 0")
        more = self._of(["", f" and {self._condition()}", f" and {self._int()}"])
        form = self._below(3)
        if form == 0:
            self._line(f"while {counter} < {1 + self._below(3)}{more}:")
        elif form == 1 and not more:
            self._line("while True:")
        else:
            self._line(f"while ({counter} < 3{more}):")
        with self._block():
            self._line(f"{counter} += 1")
            self._line(f"if {counter} > 3: break")
        self._loop_body()

    def _loop_body(self) -> None:
        # `break` and `continue` belong to this loop until a function begins.
        self._scope.loops += 1
        with self._block():
            self._line("tick()")
        self._body()
        self._scope.loops -= 1
        if self._chance(30):
            self._line("else:")
            self._body()

    def _jump(self) -> None:
        """break, continue, return, raise: what is valid here, and sometimes under a condition."""
        able = []
        if self._scope.loops:
            able += ["break", "continue"] * 2
        if self._scope.kind == "function":
            able += ["return", f"return {self._any()}"]
        if self._scope.kind == "generator":
            able += [f"yield {self._any()}", "return", f"o0 = yield {self._int()}",
                     f"yield from {self._iterable(1)}"]
        if not able or self._chance(15):
            able = [self._raising()]
        chosen = self._of(able)
        if self._chance(50):
            self._line(f"if {self._condition()}: {chosen}")
        else:
            self._line(chosen)

    def _raising(self) -> str:
        options = [
            f"raise E({self._any(1)})", "raise ValueError", f"raise KeyError({self._int(1)})",
            "raise E('from') from None", f"raise E('x') from {self._of(['ValueError(1)', 'o0'])}",
            "raise TypeError('t', 2)", f"raise t({self._tag()}, E)", "raise o0", "raise",
            "raise StopIteration(1)", "raise ExceptionGroup('g', [E(1), ValueError(2)])",
        ]
        if self._scope.handlers:
            options += ["raise", "raise", "raise error", "raise E('again') from error"]
        return self._of(options)

    def _raise(self) -> None:
        condition = self._of(["", f"if {self._condition()}: "])
        self._line(condition + self._raising())

    def _try(self) -> None:
        self._line("try:")
        self._body()
        handlers = self._below(3)
        final = self._chance(45) or not handlers
        star = handlers and self._below(25) == 24
        for number in range(handlers):
            kind = self._of([
                "E", "Exception", "(ValueError, TypeError)", f"t({self._tag()}, E)", "NameError",
                "LookupError", "ArithmeticError", "(E, (KeyError,))", "i0", "BaseException",
            ])
            bare = not star and number == handlers - 1 and self._chance(15)
            alias = self._of([" as error", " as error", "", " as o0"])
            self._line("except:" if bare else f"except{'*' if star else ''} {kind}{alias}:")
            self._scope.handlers += 1
            loops, kept = self._scope.loops, self._scope.kind
            if star:
                self._scope.loops, self._scope.kind = 0, "class"
            self._body()
            self._scope.loops, self._scope.kind = loops, kept
            if self._chance(30):
                with self._block():
                    self._line("import sys; print('now', sys.exc_info()[0])")
            self._scope.handlers -= 1
        if handlers and self._chance(30):
            self._line("else:")
            self._body()
        if final:
            self._line("finally:")
            self._body()

    def _with(self) -> None:
        items = []
        for _ in range(1 + self._chance(25)):
            manager = self._of([
                f"M({self._tag()})", f"M({self._tag()}, True)", f"M({self._tag()}, {self._int(1)})",
                f"M({self._tag()}, False, 'exit')", f"M({self._tag()}, False, 'enter')", "o0",
                f"M({self._tag()}, N({self._below(4)}))",
            ])
            alias = self._of(["", "", " as o0", " as p0.x", " as l0[0]", " as (i0, i1)"])
            items.append(manager + alias)
        text = ", ".join(items)
        self._line(f"with ({text}):" if self._chance(20) else f"with {text}:")
        self._body()

    def _match(self) -> None:
        self._line(f"match {self._any()}:")
        with self._block():
            for _ in range(1 + self._below(2)):
                pattern = self._of(
                    ["0 | 1", "[i0, *o0]", "{'a': o0}", "P(x=i0)", "str()", "int(i1)"]
                )
                guard = self._of(["", "", f" if {self._condition()}"])
                self._line(f"case {pattern}{guard}:")
                self._body()
            if self._chance(40):
                self._line("case _:")
                self._body()

    # Definitions.

    def _function(self) -> None:
        self._define(f"f{self._fresh()}", "function")

    def _generator_function(self) -> None:
        name = f"g{self._fresh()}"
        self._define(name, "generator")
        use = self._of([
            "print(next({0}, None), 'first')", "o1 = list({0})", "o1 = {0}", "i0, *l0 = {0}",
            "for v in {0}:\n{1}    t('v', v)\n{1}    if v == 2: break",
            "o1 = {0}; o0 = [next(o1, 0), next(o1, 0)]", "print(sum(1 for v in {0}))",
        ])
        call = f"{name}({self._arguments(1, self._scope.functions[-1][1])})"
        self._line(use.format(call, "    " * self._indent))

    def _fresh(self) -> int:
        self._made += 1
        return self._made

    def _parameters(self) -> str:
        if self._chance(40):
            return self._of(["", "a", "a, b", "i0"])
        parts = []
        names = ["a", "i0", "b", "l0", "o0"][: self._below(4)]
        default = False
        for name in names:
            default = default or self._chance(35)
            parts.append(f"{name}={self._default()}" if default else name)
        if parts and self._chance(15):
            parts.insert(1 + self._below(len(parts)), "/")
        star = self._of(["", "", "*rest", "*"])
        if star:
            parts.append(star)
        if star == "*" or (star and self._chance(50)):
            parts.append(self._of(["k", f"k={self._default()}"]))
        if self._chance(20):
            parts.append("**more")
        return ", ".join(parts)

    def _default(self) -> str:
        return self._of(["1", "None", f"t({self._tag()}, 2)", "i1", "[]", "'d'"])

    def _define(self, name: str, kind: str, first: str = "") -> None:
        depth = self._depth
        parameters = self._parameters()
        simple = re.sub(r"=t\(.*?\)", "=1", parameters)
        if self._chance(12):
            self._line(self._of([f"@t({self._tag()}, show) if 0 else (lambda f: f)",
                                 f"@(lambda f: (t({self._tag()}), f)[1])"]))
        full = ", ".join(part for part in (first, parameters) if part)
        annotation = " -> t('annotation')" if self._chance(5) else ""
        self._line(f"def {name}({full}){annotation}:")
        scope = Scope(kind, self._scope)
        bound = {part.split("=")[0].strip("* ") for part in full.split(",")}
        with self._within(scope), self._block():
            if self._chance(10):
                self._line("'the docstring'")
            self._line("tick()")
            if self._chance(30):
                free = [each for each in ("i0", "i1", "o0", "l0") if each not in bound]
                self._line(f"global {self._of(free)}" if free else "pass")
            else:
                enclosing = self._enclosing() - bound
                if enclosing and self._chance(60):
                    self._line(f"nonlocal {self._of(sorted(enclosing))}")
                    if self._chance(70):
                        self._line(f"{self._lines[-1].split()[-1]} = {self._int(1)}")
                else:
                    for each in ("i0", "i1", "o0", "l0", "s0"):
                        if each not in bound and self._chance(25):
                            self._line(f"{each} = {self._of(['4', 'a', '[5]', '1'])}")
                            scope.known.add(each)
                    scope.known |= bound & {"a", "b", "i0", "o0", "l0"}
            self._suite(depth + 1)
            self._recur(name, first, parameters)
            if kind == "generator":
                self._line(f"yield {self._of(sorted(bound & {'a', 'b', 'i0'}) or ['i1', '7'])}")
            elif self._chance(70):
                self._line(f"return {self._any()}")
        self._depth = depth
        if not first:
            self._scope.functions.append((name, simple))
            if self._chance(60) and kind == "function":
                self._line(f"t({self._tag()}, {name}({self._arguments(1, simple)}))")

    def _recur(self, name: str, first: str, parameters: str) -> None:
        if not first and parameters in ("a", "a, b") and self._chance(30):
            rest = ", 1" if "b" in parameters else ""
            self._line(f"if type(a) is int and 0 < a < 5: t('r', {name}(a - 1{rest}))")

    def _enclosing(self) -> set[str]:
        found: set[str] = set()
        scope = self._scope.outer
        while scope is not None and scope.kind != "module":
            if scope.kind != "class":
                found |= scope.known
            scope = scope.outer
        return found

    def _class(self) -> None:
        depth = self._depth
        name = f"C{self._fresh()}"
        bases = self._of(["", "(P)", "(P)", f"({self._of(['N', 'S', 'E', 'list', 'dict'])})"])
        if self._theme not in ("classes", "exceptions", "statements"):
            bases = self._of(["", "(P)"])
        keywords = bases[:-1] + ", metaclass=type)" if bases and self._chance(8) else bases
        self._line(f"class {name}{keywords}:")
        scope = Scope("class", self._scope)
        methods = []
        with self._within(scope), self._block():
            if self._chance(20):
                self._line("'about'")
            if self._chance(40):
                self._line(f"i0 = {self._int(1)}")
                self._line(f"x = {self._any(1)}")
            if self._chance(20):
                self._line("l2 = [i0 for v in range(2)]")
            for _ in range(1 + self._below(2)):
                if self._left <= 0:
                    break
                self._left -= 1
                self._depth = depth
                method = self._of([
                    "run", "__init__", "x", "__add__", "__call__", "__enter__", "__getitem__",
                    "__eq__", "run",
                ] if bases not in ("(S)",) else ["run", "__init__", "__radd__"])
                if method == "x":
                    self._line("@property")
                    self._line("def x(self):")
                    with self._block():
                        self._line("tick()")
                        self._line(f"return {self._of(['1', 'super().x', 'self.y', '__class__'])}")
                    continue
                self._define(method, "function", first="self")
                if method == "__init__":
                    self._line(f"    super().__init__({self._of(['', '1', '1, 2', 'self'])})" if (
                        not self._lines[-1].strip().startswith("return")) else "    pass")
                methods.append(method)
        self._depth = depth
        made = f"{name}({self._of(['', '1', 'i0, i1', 'l0'])})"
        self._line(f"p1 = {made}")
        if "run" in methods:
            self._line(f"t({self._tag()}, p1.run({self._of(['', '1', '1, 2', 'k=1'])}))")

    # NumPy.

    def _matrix(self, depth: int = 0) -> str:
        if depth > 2:
            return self._of(["A0", "A1", "A2", "V0", "2.0"])
        sub = depth + 1
        one = self._matrix
        kind = self._below(16)
        if kind < 4:
            return self._logged(self._of(["A0", "A1", "A2", "V0", "V1", "I0"]))
        if kind < 7:
            op = self._of(["+", "-", "*", "/", "@", "**", "//", "%"])
            right = one(sub) if op != "**" else self._of(["2", "0.5", "-1"])
            return f"({one(sub)} {op} {right})"
        if kind == 7:
            return f"{one(sub)}.T"
        if kind == 8:
            function = self._of(["exp", "log", "sqrt", "tanh", "abs", "sum", "maximum.reduce"])
            return f"np.{function}({one(sub)})"
        if kind == 9:
            return f"{one(sub)}.{self._of(['sum', 'mean', 'max', 'argmax', 'cumsum'])}" \
                f"({self._of(['', 'axis=0', 'axis=1', '0', 'axis=-1, keepdims=True'])})"
        if kind == 10:
            return f"np.dot({one(sub)}, {one(sub)})"
        if kind == 11:
            return f"{one(sub)}[{self._place()}]"
        if kind == 12:
            return f"({one(sub)} {self._of(['<', '>', '==', '!='])} {one(sub)})"
        if kind == 13:
            return self._of([
                "np.random.rand(2, 3)", "np.random.randn(3)", "np.zeros((2, 3))", "np.ones(3)",
                "np.eye(2)", "np.array([[1, 2], [3, 4]])", "np.float64(1)", "np.int8(100)",
                "np.random.permutation(3)", "np.float32(1e30)", "np.arange(3, dtype=np.uint8)",
            ])
        if kind == 14:
            return f"{one(sub)}.{self._of(['reshape(3, 2)', 'ravel()', 'copy()', 'astype(int)'])}"
        return f"(1 / (1 + np.exp(-{one(sub)})))"

    def _place(self) -> str:
        return self._of([
            "0", "1", ":, 0", "0, 1", "[0, 1]", "I0", "A0 > 2", "..., 1", "::-1", "1:, :2",
            "None", "[0, 1], [1, 0]", "5", "range(2), I0[:2]", f"t({self._tag()}, 0)", "-1",
            f"{self._int(2)}", "A1 < 0", "::2",
        ])

    def _array(self) -> None:
        kind = self._below(11)
        name = self._of(["A0", "A1", "A2", "V0", "V1", "A3"])
        if kind < 3:
            self._line(f"{name} = {self._matrix()}")
        elif kind < 5:
            op = self._of(["+=", "-=", "*=", "/=", "@=", "**="])
            value = self._matrix(1) if op != "**=" else "2"
            self._line(f"{name} {op} {value}")
        elif kind == 5:
            self._line(f"{name}[{self._place()}] = {self._matrix(1)}")
        elif kind == 6:
            op = self._of(["+=", "-=", "*=", "/="])
            self._line(f"{name}[{self._place()}] {op} {self._matrix(1)}")
        elif kind == 7:
            function = self._of(["add", "multiply", "maximum", "divide", "subtract"])
            self._line(f"np.{function}({self._matrix(1)}, {self._matrix(1)}, out={name})")
        elif kind == 8:
            self._line(self._of([
                f"{name}.sort()", f"{name}.fill({self._int(1)})", f"V0 = {name}[1:]",
                f"V1 = {name}.T", f"np.random.shuffle({name})", f"{name}.resize((4, 2))",
                f"{name}.shape = (-1,)", f"{name}.flags.writeable = False",
                f"V0 = V1 = {name}[::2]",
                f"np.copyto({name}, {self._matrix(1)})", "np.add.at(A1, I0, 1)",
                f"{name} = {name}.astype(np.float32)", f"o0 = {name}.base", "del A3",
            ]))
        elif kind == 9:
            self._line(f"print(np.round({self._matrix()}, 6) + 0)")
        else:
            self._line(self._of([
                f"if {self._matrix(1)}: print('true')", f"i0 = int({self._matrix(1)})",
                f"A3 = [row.sum() for row in {name}]", f"for row in {name}: row *= 2",
                f"i0, i1 = {self._matrix(1)}", f"A3 = np.where({name} > 0, {self._matrix(1)}, 0)",
                f"o0 = float(np.sum({self._matrix(1)}))", f"assert ({name} > 0).all(), 'small'",
                "with np.errstate(all='raise'): A3 = np.exp(A0 * 1000)",
            ]))


_COMPOUND = {"_if", "_for", "_while", "_try", "_with", "_function", "_class",
             "_generator_function", "_match"}
# Of each statement, how many of a theme's lots it has.
_WEIGHTS = {
    #                     statements functions exceptions classes comprehensions numpy
    "assign":             (6, 4, 2, 3, 6, 2),
    "show":               (3, 3, 3, 5, 6, 1),
    "store":              (5, 1, 1, 3, 1, 0),
    "unpack":             (5, 1, 1, 1, 2, 0),
    "augment":            (5, 3, 1, 4, 1, 1),
    "annotate":           (1, 0, 0, 0, 0, 0),
    "delete":             (2, 1, 1, 1, 0, 0),
    "assert":             (1, 0, 1, 0, 0, 0),
    "import":             (1, 1, 0, 0, 0, 0),
    "if":                 (3, 2, 2, 1, 1, 1),
    "for":                (4, 2, 4, 1, 2, 2),
    "while":              (2, 1, 3, 0, 0, 1),
    "jump":               (3, 3, 6, 1, 1, 1),
    "raise":              (0, 0, 3, 0, 0, 0),
    "try":                (2, 1, 7, 1, 1, 1),
    "with":               (2, 0, 4, 0, 0, 0),
    "match":              (1, 1, 0, 0, 0, 0),
    "function":           (1, 7, 3, 1, 2, 1),
    "generator_function": (0, 2, 1, 0, 3, 0),
    "class":              (0, 1, 0, 6, 0, 0),
    "array":              (0, 0, 0, 0, 0, 14),
}


def program(data: bytes, theme: str) -> str:
    """The program that some bytes stand for."""
    return Writer(Choices(data), theme).program()


def some_program(seed: int, theme: str, size: int = 1500) -> str:
    """The program of a number."""
    return program(random.Random(seed).randbytes(size), theme)


def is_valid(text: str) -> bool:
    """Whether Python compiles it."""
    try:
        compile(text, "<generated>", "exec")
    except SyntaxError:
        return False
    return True


# Making a failing program small.


def minimised(text: str, fails: Callable[[str], bool], seconds: float = 20) -> str:
    """A smaller program that still fails: statements left out, expressions simplified."""
    end = time.monotonic() + seconds
    smaller = ast.unparse(ast.parse(text))
    if fails(smaller):
        text = smaller
    while time.monotonic() < end:
        for candidate in _smaller(text):
            if time.monotonic() > end:
                break
            if len(candidate) < len(text) and is_valid(candidate) and fails(candidate):
                text = candidate
                break
        else:
            break
    return text


def _smaller(text: str) -> Iterator[str]:
    tree = ast.parse(text)
    paths = list(_paths(tree))
    for size in (8, 4, 2, 1):
        for holder, name, at in paths:
            body = getattr(holder, name)
            if isinstance(body, list) and at % size == 0 and isinstance(body[at], ast.stmt):
                yield from _changed(tree, holder, name, body[:at] + body[at + size :])
    for holder, name, at in paths:
        body = getattr(holder, name)
        if isinstance(body, list):
            node = body[at]
            for part in ("body", "orelse", "finalbody"):
                inner = getattr(node, part, None)
                if isinstance(node, ast.stmt) and isinstance(inner, list) and inner:
                    yield from _changed(tree, holder, name, [*body[:at], *inner, *body[at + 1 :]])
            if not isinstance(node, ast.stmt):
                yield from _changed(tree, holder, name, body[:at] + body[at + 1 :])
            if isinstance(node, ast.expr):
                for inner in _expressions(node):
                    yield from _changed(
                        tree, holder, name, [*body[:at], inner, *body[at + 1 :]]
                    )
        elif isinstance(body, ast.expr):
            for inner in _expressions(body):
                yield from _changed(tree, holder, name, inner)


def _expressions(node: ast.expr) -> Iterator[ast.expr]:
    """Simpler expressions to stand for one."""
    if isinstance(getattr(node, "ctx", None), ast.Store | ast.Del):
        return
    if not isinstance(node, ast.Constant | ast.Name):
        yield ast.Constant(1)
        for child in ast.walk(node):
            if isinstance(child, ast.expr) and child is not node:
                yield child


def _paths(tree: ast.AST) -> Iterator[tuple[ast.AST, str, int]]:
    for node in ast.walk(tree):
        for name, value in ast.iter_fields(node):
            if isinstance(value, list):
                yield from ((node, name, at) for at in range(len(value)))
            elif isinstance(value, ast.AST):
                yield node, name, 0


def _changed(tree: ast.Module, holder: ast.AST, name: str, value: object) -> Iterator[str]:
    """The text of a tree with one field changed for the moment."""
    before = getattr(holder, name)
    if isinstance(value, list) and not value and name in ("body", "finalbody", "handlers"):
        if name != "body" or isinstance(holder, ast.Module):
            return
        value = [ast.Pass()]
    setattr(holder, name, value)
    try:
        text = ast.unparse(ast.fix_missing_locations(copy.copy(tree)))
    except Exception:
        text = ""
    finally:
        setattr(holder, name, before)
    if text:
        yield text
