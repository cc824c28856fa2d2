"""argument binding: *args, **kwargs, keyword-only, positional-only, unpacking order and every TypeError message."""
def t(x):
    print("t", x)
    return x
def f(a, b=2, /, c=3, *args, d, e=5, **kw):
    return a, b, c, args, d, e, kw
print(f(1, d=4), f(1, 2, 3, 4, 5, d=6, a="kwa", z=1))
print(f(t(1), *t([2, 3]), t(4), d=t(5), *t((6,)), **t({"q": 7}), e=t(8)))
def po(a, /, b): return a, b
def ko(*, k): return k
def z(): pass
def dd(): return 3
def d2(a, b, c=1): pass
tests = [
    lambda: f(), lambda: f(1), lambda: po(a=1, b=2), lambda: po(1, 2, 3), lambda: ko(1), lambda: ko(),
    lambda: z(1), lambda: z(x=1), lambda: d2(), lambda: d2(1), lambda: d2(1, 2, 3, 4), lambda: d2(1, a=2),
    lambda: d2(1, 2, d=3), lambda: po(1, b=2, c=3), lambda: d2(*3), lambda: d2(**3), lambda: d2(**{1: 2}),
    lambda: d2(b=1, **{"b": 2}), lambda: f(1, d=1, **{"d": 2}), lambda: len(), lambda: len(1, 2), lambda: dd()(),
]
msgs = []
for i, fn in enumerate(tests):
    try:
        fn()
        print(i, "ok")
    except TypeError as e:
        msgs.append(str(e))
        print(i, e)
class M:
    def m(self, a): pass
try:
    M().m()
except TypeError as e:
    print(e)
try:
    M().m(1, 2)
except TypeError as e:
    print(e)
try:
    M(1)
except TypeError as e:
    print(e)
del tests, fn
