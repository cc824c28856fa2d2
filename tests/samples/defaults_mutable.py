"""defaults are evaluated once at def time; mutable defaults accumulate; __defaults__ can be replaced."""
x = 1
def f(a, b=x + 1, c=[], *, d={}, e=lambda: x):
    c.append(a)
    d[a] = b
    return a, b, list(c), dict(d), e()
x = 100
print(f(1))
print(f(2, 3))
print(f(3, c=[]))
print(f.__defaults__, {k: v for k, v in f.__kwdefaults__.items() if k == "d"})
def g(n, acc=[]):
    if n:
        acc.append(n)
        return g(n - 1)
    return acc
r1 = g(3)
r2 = g(1)
print(r1, r1 is r2)
def h(a=1, b=2): return a, b
h.__defaults__ = (10,)
try:
    h()
except TypeError as e:
    print(e)
print(h(5), h.__defaults__)
h.__defaults__ = (7, 8, )
print(h())
fs = []
for i in range(3):
    def k(v=i, w=[]):
        w.append(v + i)
        return w
    fs.append(k)
out = [fn() for fn in fs] + [fn() for fn in fs]
print(out)
class A:
    shared = []
    def add(self, v, to=shared):
        to.append(v)
        return self.shared
print(A().add(1), A().add(2), A.shared)
del fs, k
