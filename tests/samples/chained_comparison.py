"""chained comparisons: operands evaluated once, short circuit, rich objects returned."""
def t(x):
    print("t", x)
    return x
r1 = t(1) < t(2) < t(3)
r2 = t(3) < t(2) < t(99)
r3 = t(1) == t(1.0) != t(2) in t([2]) not in t([3]) is not t(None)
print(r1, r2, r3)
class V:
    def __init__(self, n, truth=True): self.n, self.truth = n, truth
    def __lt__(self, o): print(self.n, "<", o.n); return R(f"{self.n}<{o.n}", self.truth)
    def __gt__(self, o): print(self.n, ">", o.n); return NotImplemented
    def __contains__(self, x): print("in", self.n); return "truthy"
class R:
    def __init__(self, s, truth): self.s, self.truth = s, truth
    def __bool__(self): print("bool", self.s); return self.truth
    def __repr__(self): return "R(%s)" % self.s
print(V(1) < V(2) < V(3))
print(V(1, False) < V(2) < V(3))
print(not V(1) < V(2), V(5) > V(6), 1 in V(7), 1 not in V(8))
if V(1) < V(2) < V(3):
    print("taken")
i = 0
def nxt():
    global i
    i += 1
    return i
print(nxt() < nxt() < nxt() > nxt(), i)
print(nxt() > nxt() < nxt(), i)
try:
    print(t(1) < t("a") < t(2))
except TypeError as e:
    print(e)
x = 5
print(1 < x < 10, 10 > x <= 4, x == x == 5, (1 < x) < 10, 1 < (x < 10))
