"""__new__, metaclass __call__/__prepare__/__new__/__init__, singletons, type() with three arguments."""
class Meta(type):
    @classmethod
    def __prepare__(m, name, bases, **k):
        print("prepare", name, [b.__name__ for b in bases], k)
        return {"injected": len(bases)}
    def __new__(m, name, bases, ns, **k):
        print("new", name, [n for n in ns if not n.startswith("__")])
        return super().__new__(m, name, bases, ns)
    def __init__(cls, name, bases, ns, **k): print("init", name, k); super().__init__(name, bases, ns)
    def __call__(cls, *a, **k): print("call", cls.__name__, a, k); return super().__call__(*a, **k)
    def __len__(cls): return 42
    def __getattr__(cls, n): return "meta:" + n
class A(metaclass=Meta, opt=1):
    z = injected
    def __new__(cls, *a): print("A.new", a); return super().__new__(cls)
    def __init__(self, *a): print("A.init", a); self.a = a
class B(A):
    def __new__(cls, x): return x if x else super().__new__(cls, x)
    def __init__(self, x): print("B.init", x)
print(A.z, len(A), A.nothing, type(B).__name__)
a = A(1, 2)
print(a.a, B(5), type(B(0)).__name__)
class Single:
    inst = None
    def __new__(cls, v):
        if cls.inst is None: cls.inst = object.__new__(cls)
        return cls.inst
    def __init__(self, v): self.v = v
s1 = Single(1); s2 = Single(2)
print(s1 is s2, s1.v)
T = type("T", (A,), {"m": lambda self: "dyn", "__doc__": "d"})
print(T().m(), T.__doc__, T.__module__, T.__qualname__)
class Int(int):
    def __new__(cls, v, extra=None):
        o = super().__new__(cls, v * 2); o.extra = extra
        return o
i = Int(4, "e")
print(i + 1, i.extra, type(i + 1).__name__)
class Factory(metaclass=lambda n, b, ns: (n, b, sorted(k for k in ns if k[0] != "_"))):
    a = b = 1
print(Factory)
try:
    a.nope
except AttributeError as e:
    print(e)
del a, s1, s2, i
