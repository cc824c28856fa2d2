"""__getitem__/__setitem__/__delitem__/__contains__/__len__/__iter__/__next__, old-style iteration, __missing__, __call__."""
class Box:
    def __init__(self, *v): self.v = list(v)
    def __getitem__(self, i): print("get", i); return self.v[i]
    def __setitem__(self, i, x): print("set", i, x); self.v[i] = x
    def __delitem__(self, i): print("del", i); del self.v[i]
    def __len__(self): print("len"); return len(self.v)
    def __contains__(self, x): print("in", x); return x in self.v
    def __call__(self, *a, k=None): return a, k
    def __reversed__(self): return iter("rev")
b = Box(1, 2, 3)
for x in b:
    print("x", x)
b[0], b[-1] = b[-1], b[0]
b[1] += 5
del b[0]
print(7 in b, 8 not in b, len(b), b(1, k=2), list(reversed(b)), [*b], b.v)
if b: print("truthy")
class It:
    def __init__(self, n): self.n, self.i = n, 0
    def __iter__(self): print("iter"); return self
    def __next__(self):
        if self.i >= self.n: print("stop"); raise StopIteration("val")
        self.i += 1
        return self.i
it = It(3)
for v in it:
    if v == 2: break
print(list(it), list(it), 2 in It(5), max(It(4)), sum(It(3)), dict(zip(It(2), "ab")))
a, b2 = It(2)
try:
    a, b2 = It(3)
except ValueError as e:
    print(e)
first, *rest = It(4)
it0 = iter([1, 2, 10, 3])
print(first, rest, *It(2), sep="-")
class Bad:
    def __iter__(self): return 5
class Raises:
    def __getitem__(self, i):
        if i > 1: raise IndexError
        return i * 10
    def __len__(self): return -1
print(list(iter(lambda: next(it0), 10)), list(enumerate(Raises(), 5)) if True else 0, 10 in Raises())
for f in (lambda: list(Bad()), lambda: len(Raises()), lambda: 1 in 5, lambda: iter(5), lambda: next([]), lambda: Bad()[0], lambda: bool(Raises())):
    try:
        f()
    except (TypeError, ValueError) as e:
        print(type(e).__name__, e)
del b, it, f
