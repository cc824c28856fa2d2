"""weakref callbacks, WeakValueDictionary, finalize, when the last reference goes away."""
import weakref
class N:
    def __init__(self, name): self.name = name
def cb(name):
    def inner(ref):
        print("callback", name, ref() is None)
    return inner
a = N("a")
r = weakref.ref(a, cb("r"))
print(r().name)
b = a
del a
print("still", r().name)
b = None
print("dead", r() is None)
def f():
    n = N("n")
    w = weakref.ref(n, cb("local"))
    fin = weakref.finalize(n, print, "finalized", n.name)
    print(w() is n, fin.alive)
    return w
w = f()
print("returned", w() is None)
wd = weakref.WeakValueDictionary()
s = N("s")
wd["s"], wd["tmp"] = s, N("tmp")
print(sorted(wd))
s = None
print(len(wd))
class M:
    def meth(self): return "m"
m = M()
wm = weakref.WeakMethod(m.meth)
dead = weakref.ref(m.meth)
print(wm()(), dead() is None)
m = None
print(wm())
nodes = [N(str(i)) for i in range(3)]
refs = [weakref.ref(n) for n in nodes]
nodes.pop(0)
print([x() is None for x in refs])
n = 0
del nodes
print([x() is None for x in refs])
def fn(): pass
wf = weakref.ref(fn, cb("fn"))
def fn(): return 2
print(wf() is None)
try:
    weakref.ref([])
except TypeError as e:
    print(e)
del r, w, wd, wm, dead, refs, wf
