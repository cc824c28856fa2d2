"""What `*` and `**` are asked for, and when, among the arguments of a call."""
import traceback
def f(*a, **k): print("called", a, k)
def t(x): print("t", x); return x
def gen():
    print("iterated"); yield 1
class M:
    def keys(self): print("keys"); return ["z"]
    def __getitem__(self, k): print("item", k); return 9
class N:
    f = f
n = N()
for make in [
    lambda: f(*t(5), k=t(1)),
    lambda: f(*t(5), t(2), k=t(1)),
    lambda: f(t(0), *t(5), k=t(1)),
    lambda: f(t(0), *t(5)),
    lambda: f(*gen(), k=t(1)),
    lambda: f(*gen(), t(2)),
    lambda: f(*gen(), *gen(), k=t(3)),
    lambda: f(*[t(1)], *t(5), k=t(3)),
    lambda: f(**t(5), k=t(3)),
    lambda: f(**t({'a': 1}), k=t(3)),
    lambda: f(**M(), k=t(3)),
    lambda: f(**M(), **M(), k=t(3)),
    lambda: f(k=t(3), **t(4)),
    lambda: f(k=t(3), **{'k': 4}),
    lambda: f(**{'k': 4}, **{'k': 4}, j=t(1)),
    lambda: f(**{5: 4}, j=t(1)),
    lambda: f(**t(4), **t(5)),
    lambda: n.f(**t(4), j=t(5)),
    lambda: n.f(*t(4), **t(5)),
    lambda: n.f(1, *t(4), **t(5)),
    lambda: [*t(4), t(3)],
    lambda: print(1, *t(4), sep=t('')),
]:
    try:
        make()
    except TypeError:
        print(traceback.format_exc())
