"""binary operators: NotImplemented, reflected fallback, subclass priority, in-place fallback, comparisons."""
log = []
class A:
    def __init__(self, n): self.n = n
    def __repr__(self): return f"{type(self).__name__}({self.n})"
    def __add__(self, o): print("A.add", self, o); return NotImplemented if isinstance(o, str) else type(self)(self.n + getattr(o, "n", o))
    def __radd__(self, o): print("A.radd", self, o); return A(100)
    def __sub__(self, o): print("A.sub"); return NotImplemented
    def __lt__(self, o): print("A.lt", self, o); return NotImplemented
    def __gt__(self, o): print("A.gt", self, o); return "gt"
    def __eq__(self, o): print("A.eq", self, o); return NotImplemented
    def __neg__(self): return A(-self.n)
    def __invert__(self): return "inv"
    def __pow__(self, o, mod=None): return "pow", mod
    def __rpow__(self, o): return "rpow"
class B(A):
    def __radd__(self, o): print("B.radd", self, o); return B(200)
    def __rsub__(self, o): print("B.rsub"); return "rsub"
    def __eq__(self, o): print("B.eq"); return [self.n == o.n]
class C(A): pass
class I(A):
    def __iadd__(self, o): print("I.iadd", o); self.n += 1000; return self if o != 0 else NotImplemented
a, b, c, i = A(1), B(2), C(3), I(4)
print(a + b, b + a, a + c, a + 5, 5 + a, sum([a, c]))
print(a - b, b - b if False else "skip", -a, ~a, a ** 2, 2 ** a, pow(a, 2, 7))
print(a < b, a < c, a == c, a == b, a != b, a == 1)
j = i
i += 5
j += 0
print(i, j)
a += 1
c += c
for expr in ("a - a", "a - 1", "a + 's'", "a * 2", "a <= a", "a < 3", "-'x'", "+[]", "a @ a", "1 + None", "[] + ()", "a[0]", "a()", "'%d' % 'x'"):
    try:
        log.append((expr, repr(eval(expr))))
    except TypeError as e:
        log.append((expr, str(e)))
print(*log, sep="\n")
try:
    hash(a)
except TypeError as e:
    print(e)
del a, b, c, i, j
