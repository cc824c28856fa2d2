"""augmented assignment on attributes: object evaluated once, get then value then set, class vs instance."""
class P:
    total = 10
    items = []
    def __init__(self): self.__dict__["log"] = []
    def __setattr__(self, n, v): print("set", n, v); object.__setattr__(self, n, v)
    def __getattribute__(self, n):
        if n != "__dict__":
            print("get", n)
        return object.__getattribute__(self, n)
p = P()
def obj():
    print("obj")
    return p
def val(x):
    print("val", x)
    return x
obj().total += val(5)
obj().items += val([1])
p.items.append(2)
obj().log += [val("x")]
print(P.total, P.items, sorted(vars(p)))
try:
    obj().missing += val(1)
except AttributeError as e:
    print(e)
class Q:
    @property
    def ro(self): print("ro"); return [0]
    @property
    def rw(self): print("rw get"); return self._v
    @rw.setter
    def rw(self, v): print("rw set", v); self._v = v
q = Q()
q.rw = 3
q.rw **= val(2)
lst = q.ro
try:
    q.ro += val([1])
except AttributeError as e:
    print("AttributeError", "ro" in str(e))
P.total += 1
class W:
    n = 0
    def __new__(cls):
        cls.n += 1
        self = super().__new__(cls)
        self.n += 100
        return self
ns = [W().n for _ in range(3)]
print(ns, W.n, p.total)
final_items = P.items
