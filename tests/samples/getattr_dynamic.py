"""__getattr__, __getattribute__, __setattr__, __dir__, hasattr/getattr defaults, AttributeError inside a property."""
class Proxy:
    def __init__(self, target): object.__setattr__(self, "_t", target)
    def __getattr__(self, n):
        print("getattr", n)
        if n.startswith("no_"):
            raise AttributeError(f"custom {n}")
        return getattr(self._t, n)
    def __setattr__(self, n, v): print("setattr", n, v); setattr(self._t, n, v)
    def __delattr__(self, n): print("delattr", n)
    def __dir__(self): return ["zeta", "alpha"]
class T:
    x = 1
    def m(self, v): return self.x + v
    @property
    def broken(self): return self.missing_inside
p = Proxy(T())
p.x = 5
print(p.x, p.m(10), hasattr(p, "no_1"), getattr(p, "no_2", "dflt"), dir(p))
p.x += 1
del p.x
try:
    p.no_3
except AttributeError as e:
    print(e, e.args)
try:
    p.broken
except AttributeError as e:
    print(e, "|", e.name)
class G:
    def __getattribute__(self, n):
        print("gab", n)
        if n == "fallback":
            raise AttributeError(n)
        return super().__getattribute__(n)
    def __getattr__(self, n): return "ga:" + n
    @property
    def prop(self): raise AttributeError("inner")
    def meth(self): return self.fallback
    def __len__(self): return 3
g = G()
print(g.fallback, g.prop, g.meth(), len(g))
g.meth = lambda: "instance"
print(g.meth())
g.__len__ = lambda: 99
print(len(g))
name = "dyn" + "amic"
setattr(g, name, [1]); getattr(g, name).append(2)
print(g.dynamic, vars(g).keys() >= {"dynamic"})
import sys
def __getattr__(n): return "module " + n
print(sys.modules[__name__].anything if __name__ in sys.modules else "")
del g, p
