"""closures sharing a cell with natively called functions: sort keys, map, filter, reduce, max, min."""
from functools import reduce, cmp_to_key, partial
def f(data):
    calls = 0
    order = []
    def key(x):
        nonlocal calls
        calls += 1
        order.append(x)
        return -x
    s = sorted(data, key=key)
    mid = calls
    data.sort(key=key, reverse=True)
    m = map(key, data)
    before = calls
    first = next(m)
    best = max(data, key=key), min(data, key=lambda v: key(v) % 3)
    flt = list(filter(lambda v: key(v) < -2, data))
    red = reduce(lambda a, b: a * 10 + b + 0 * key(b), data, 0)
    return s, mid, before, first, best, flt, red, calls, order
res = f([3, 1, 2])
for r in res:
    print(r)
def bad(x):
    if x == 2:
        raise ValueError("key %d" % x)
    return x
data = [3, 2, 1]
try:
    data.sort(key=bad)
except ValueError as e:
    print(e, data)
def cmp(a, b):
    print("cmp", a, b)
    return (a > b) - (a < b)
print(sorted([2, 1, 3], key=cmp_to_key(cmp)))
add = lambda a, b, *, c=0: (a, b, c)
p = partial(add, 1, c=5)
print(p(2), p(3, c=6), list(map(p, [7, 8])))
lazy = map(lambda v: v / (v - 1), [3, 2, 1])
got = [next(lazy), next(lazy)]
try:
    next(lazy)
except ZeroDivisionError as e:
    got.append(str(e))
print(got, list(lazy))
del add, p, lazy
