"""dataclasses, namedtuples (both flavours), __module__ of made classes, reprs, defaults and errors."""
from collections import namedtuple
from dataclasses import dataclass, field, replace, asdict, FrozenInstanceError
from typing import NamedTuple
def t(x):
    print("t", x)
    return x
Point = namedtuple("Point", "x y", defaults=[t(0)])
p = Point(t(1))
print(p, Point.__module__, p._replace(y=9), p._asdict(), p == (1, 0))
x, y = p
class NT(NamedTuple):
    a: int
    b: str = t("bdef")
    def both(self): return self.a, self.b
print(NT(1), NT(1, "q").both(), NT.__module__, NT._field_defaults)
@dataclass(order=True)
class D:
    n: int
    items: list = field(default_factory=lambda: t([]), compare=False)
    total: float = field(init=False, repr=False, default=0.0)
    kind = "plain"
    def __post_init__(self): print("post", self.n); self.total = self.n * 1.5
a, b = D(1), D(2, [5])
a.items.append(1)
print(a, b, a < b, D(1) == a, a.total, replace(b, n=7), asdict(a), D.__module__)
@dataclass(frozen=True)
class F(D.__base__):
    v: "str" = "s"
    w: int = 3
    def __hash__(self): return 5
f = F(w=4)
print(f, hash(f), {f: 1}[F("s", 4)], F.__annotations__)
for fn in (lambda: setattr(f, "v", 1), lambda: D(), lambda: Point(), lambda: setattr(p, "x", 3), lambda: p[5]):
    try:
        fn()
    except (FrozenInstanceError, TypeError, AttributeError, IndexError) as e:
        print(type(e).__name__, e)
try:
    @dataclass
    class Bad:
        a: list = []
except ValueError as e:
    print(e)
class Local:
    R = namedtuple("R", ["u"])
print(Local.R(1), Local.R.__qualname__, Local.R.__module__)
px = p.x
del fn, a, b, f
