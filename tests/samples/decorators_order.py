"""decorator evaluation order: plain, with arguments, stacked, class decorators, on methods, expression decorators."""
def t(x):
    print("t", x)
    return x
def deco(tag):
    print("make", tag)
    def wrap(fn):
        print("wrap", tag, fn.__name__)
        def inner(*a, **k):
            print("call", tag, a, k)
            return fn(*a, **k)
        inner.__name__ = fn.__name__ + "_" + tag
        return inner
    return wrap
@deco("A")
@deco("B")
def f(x=t("default"), *, y: t("ann") = t("kwdefault")) -> t("ret"):
    return x, y
print(f.__name__, f(1, y=2))
def register(cls):
    print("register", cls.__name__, cls.n)
    registry[cls.__name__] = cls.n
    cls.extra = "added"
    return cls
registry = {}
@register
class C:
    n = t(3)
    @deco("M")
    def m(self): return self.extra
    @staticmethod
    @deco("S")
    def s(a): return a
    @classmethod
    def c(cls): return cls.__name__
print(C().c(), C.s(4), C.m.__name__)
lst = [deco("L")]
@lst[0]
def g(): return "g"
@(lambda fn: fn())
def value(): return 42
print(g(), value, registry)
@property
def notmethod(self): pass
print(type(notmethod).__name__)
def once(fn):
    return None
@once
def gone(): pass
print(gone)
del notmethod, lst
