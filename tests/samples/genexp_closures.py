"""generator expressions: first iterable evaluated at once, the rest late, closures, half consumed, in calls."""
def t(x):
    print("t", x)
    return x
data = [1, 2, 3]
g = (x * k for x in t(data))
data = [10]
k = 2
print(next(g)); k = 100
print(list(g))
h = (t(a) + t(b) for a in t([1, 2]) for b in t([10, 20]) if t(b - a) % 2)
print("made")
print(next(h), "then", list(h))
try:
    e = (z for z in 5)
except TypeError as exc:
    print("at once:", exc)
e = (z for y in [1] for z in 5)
try:
    next(e)
except TypeError as exc:
    print("late:", exc)
late = (undefined_thing for _ in [0])
try:
    list(late)
except NameError as exc:
    print(exc)
undefined_thing = 1
def f():
    fns = [(lambda: v) for v in range(3)]
    gs = list((lambda: w) for w in range(3))
    i = "outer"
    ls = [i for i in range(2)]
    return [q() for q in fns], [q() for q in gs], i, ls
print(f())
it = iter(range(10))
odds = (n for n in it if n % 2)
print(next(odds), next(it), next(odds), sum(odds), list(it))
evil = [1, 2, 3]
m = (evil.append(n * 10) or n for n in evil if n < 100)
print([next(m) for _ in range(5)], evil)
print(any(t(x) > 1 for x in (1, 2, 3)), all(t(x) < 2 for x in (1, 2, 3)), max((t(x) for x in (4, 5)), default=0))
def two():
    x = 1
    ge = (x + y for y in range(3))
    x = 10
    return list(ge)
two_result = two()
print(two_result, ",".join(str(c) for c in two_result), {*(_ for _ in "a")}, *(i for i in range(2)))
del g, h, e, late, it, odds, m
