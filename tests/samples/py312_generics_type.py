"""PEP 695: type statements (lazy values), generic functions and classes, bounds, scoping of type parameters."""
def t(x):
    print("t", x)
    return x
type X = list[t("lazy")]
print("not yet", X, X.__name__)
type Rec = dict[str, Rec]
type Pair[A, B: (int, str)] = tuple[A, B]
print(Pair.__type_params__, Pair[int, str], Pair.__value__, Rec.__value__)
try:
    type Bad = undefined_name
    Bad.__value__
except NameError as e:
    print(e)
def first[T: t("bound lazily")](xs: list[T], d: T = t("default")) -> T:
    def inner[U](u: U) -> tuple[T, U]: return (T.__name__, U.__name__)
    return xs[0], inner(1)
print(first([3]), first.__type_params__, first.__annotations__)
class Stack[T, *Ts, **P]:
    kind = T.__name__
    items: list[T]
    def __init__(self): self.items = []
    def push[V](self, v: V) -> T:
        self.items.append(v)
        return T.__name__, V.__name__
s = Stack[int, str, [int]]()
print(s.push(4), Stack.kind, Stack.__type_params__, Stack.__annotations__)
class Sub[K](Stack[K, K, ...], dict[str, K]):
    def m(self): return super().push(1), __class__.__name__
print(Sub().m() if False else Sub.__orig_bases__)
class Y:
    n = 5
    type Al = list[n]
    def f[T](self, a: n) -> T: return self.n
print(Y.Al.__value__, Y().f(0), Y.f.__annotations__["a"])
type = type(5)
print(type.__name__)
del s, type
