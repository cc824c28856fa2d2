"""properties with setter/deleter, descriptors, __slots__, class attributes against instance attributes."""
class Desc:
    def __set_name__(self, owner, name): print("set_name", owner.__name__, name); self.n = "_" + name
    def __get__(self, obj, cls):
        print("get", self.n, obj is None)
        return self if obj is None else getattr(obj, self.n, "unset")
    def __set__(self, obj, v): print("set", self.n, v); setattr(obj, self.n, v)
class NonData:
    def __get__(self, obj, cls): return "nondata"
class A:
    d, e = Desc(), NonData()
    count = 0
    def __init__(self): type(self).count += 1; self.count += 10
    @property
    def temp(self):
        "temp doc"
        return self._t
    @temp.setter
    def temp(self, v):
        if v < 0: raise ValueError(f"bad {v}")
        self._t = v
    @temp.deleter
    def temp(self): print("deleting"); del self._t
a = A()
print(a.d, a.e, a.count, A.count)
a.d = 5; a.e = "inst"
print(a.d, a.e, sorted(vars(a)), A.d.n)
a.temp = 3
a.temp += 4
print(a.temp, A.temp.__doc__)
del a.temp
for fn in (lambda: a.temp, lambda: setattr(a, "temp", -1), lambda: delattr(a, "temp")):
    try:
        fn()
    except (AttributeError, ValueError) as exc:
        print(type(exc).__name__, exc)
class S:
    __slots__ = ("x", "_p")
    def __init__(self, x=1): self.x = x
class S2(S): __slots__ = "y",
s, s2 = S(), S2(2)
s2.y = s.x + s2.x
for stmt in ("s.z = 1", "s._p", "s.__dict__", "s2.q = 1", "S.x.foo", "del s._p"):
    try:
        exec(stmt)
    except AttributeError as exc:
        print(stmt, "|", type(exc).__name__)
n = s2.y, A.count, a.count
print(n)
del a, s, s2, fn
