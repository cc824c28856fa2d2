"""enum: member creation order, methods, aliases, auto, Flag, lookups and match on members."""
import enum
def t(x):
    print("t", x)
    return x
class Color(enum.Enum):
    RED = t(1)
    GREEN = t(2)
    CRIMSON = 1
    def nice(self): return self.name.lower() + str(self.value)
    @classmethod
    def default(cls): return cls.GREEN
    @property
    def big(self): return self.value > 1
print(list(Color), Color.CRIMSON is Color.RED, Color(2), Color["RED"].nice(), Color.default().big)
class Act(str, enum.Enum):
    RELU = "relu"
    TANH = "tanh"
    def __call__(self, v): return max(v, 0) if self is Act.RELU else v / 2
print(Act("relu")(-3), Act.TANH(5), Act.RELU == "relu", Act.TANH.upper())
class P(enum.IntFlag):
    R = enum.auto(); W = enum.auto(); X = enum.auto()
print(P.R | P.X, (P.R | P.W).value, P.W in (P.R | P.W), int(~P.R & P(7)))
class Planet(enum.Enum):
    A = (1, 2.5)
    B = (2, 3.5)
    def __init__(self, n, r): print("init", n, r); self.n, self.r = n, r
print(Planet.B.r, [m.name for m in Planet])
def name(c):
    match c:
        case Color.RED: return "is red"
        case Color.GREEN if c.big: return "big green"
        case _: return "other"
names = [name(Color.RED), name(Color(2)), name(1)]
print(names)
for fn in (lambda: Color(9), lambda: Color["NO"], lambda: setattr(Color, "RED", 3), lambda: Color.NOPE):
    try:
        fn()
    except (ValueError, KeyError, AttributeError) as e:
        print(type(e).__name__, e)
try:
    class Sub(Color): X = 5
except TypeError as e:
    print("cannot", "extend" in str(e))
d = {Color.RED: 1}; d[Color.CRIMSON] += 1
val = d[Color.RED]
print(val)
del d, fn
