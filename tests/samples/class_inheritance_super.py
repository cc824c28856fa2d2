"""inheritance: zero-arg super in methods, classmethods, staticmethods, properties, diamond MRO, nested functions."""
class A:
    tag = "A"
    def __init__(self, *a, **k):
        print("A.init", a, k); self.args = a
    def who(self): return ["A"]
    @classmethod
    def make(cls, x): print("A.make", cls.__name__); return cls(x)
    @property
    def p(self): return "A.p"
    def __init_subclass__(cls, /, flag=None, **k): print("subclass", cls.__name__, flag); super().__init_subclass__(**k)
class B(A, flag=1):
    def __init__(self, x, y=2, **k):
        print("B.init"); super().__init__(x, y, **k); self.y = y
    def who(self): return ["B"] + super().who()
    @property
    def p(self): return super().p + ">B.p"
    @classmethod
    def make(cls, x): return super().make(x * 2)
class C(A):
    def who(self):
        f = super().who
        return ["C"] + f()
    tag = A.tag + "C"
class D(B, C, flag="d"):
    def who(self): return ["D"] + (lambda s: super(D, s).who())(self)
    @staticmethod
    def st(x):
        return __class__.__name__, super(D, x).tag
    def nested(self):
        def inner(me): return super().who()
        return inner(self)
    def comp(self): return [super(D, self).who()[0] for _ in range(2)]
d = D.make(3)
print(d.who(), d.p, d.st(d), d.nested(), d.comp(), [k.__name__ for k in D.__mro__])
class E(A):
    def no(): return super()
    def dele(self):
        del self
        return super().who()
for fn in (E.no, E().dele):
    try:
        fn()
    except (RuntimeError, TypeError, NameError) as e:
        print(type(e).__name__, e)
try:
    class X(A, B): pass
except TypeError as e:
    print(str(e).split("\n")[0])
print(isinstance(d, (C, int)), issubclass(D, A), d.args, d.y, D.tag, B.tag)
del d, fn
