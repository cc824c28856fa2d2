"""comprehension scoping: nested, several fors, conditionals, shadowing, lambdas captured, iteration order, leaks."""
def t(x):
    print("t", x)
    return x
x = "module"
l = [x for x in range(3)]
print(x, l)
print([(i, j) for i in t([1, 2]) if t(i) for j in t(range(i)) if not t(j) % 2])
print([[i * j for j in range(i)] for i in range(4)], {i: {j for j in range(i)} for i in range(3)})
print([y for y in [[1], [2, 3]] for y in y])
fs = [lambda n: x + n for x in range(3)]
print([f(10) for f in fs], [f() for f in [lambda k=k: k for k in range(3)]])
def g(x):
    r = [x for x in [x, x + 1]]
    s = [x + z for z in [y for y in r]]
    u = [h() for h in [lambda: x for x in range(2)]]
    def inner(): return x
    return r, s, u, inner(), sorted(locals())
print(g(5))
print({k: v for k, v in zip("abc", range(3)) if v}, {v: k for k, v in {"a": 1, "b": 1}.items()})
d = {t("k%d" % i): t(i) for i in range(2)}
print([a if a > 1 else -a for a in range(4)], [b for b in range(5) if b if b % 2], [*range(2), *[c for c in "z"]])
print([i for i in range(5) if (lambda q: q > i / 2 + 1)(i)])
M = [[1, 2, 3], [4, 5, 6]]
T = [[row[i] for row in M] for i in range(len(M[0]))]
print(T, sum([v for row in M for v in row if v & 1]))
try:
    [undefined_a for _ in ()], [1 / q for q in (1, 0)]
except ZeroDivisionError as e:
    print(e, "q" in globals())
class C:
    n = 3
    r = [n for n in range(n)]
print(C.r, C.n)
def deep():
    a = 1
    return [[[a + b + c for c in range(2)] for b in range(2)] for a in range(a, a + 2)], a
print(deep())
primes = [p for p in range(2, 30) if all(p % q for q in range(2, int(p ** .5) + 1))]
i = [i for i in range(3)]
print(primes, i, [i for i[0] in "ab"] if 0 else [i[0] for i[0] in "ab"], i)
del fs
