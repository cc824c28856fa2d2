"""private name mangling: self.__x, locals, mangled keyword arguments, functions, imports, nested classes."""
__g = "module"
def __helper(): return "helper"
class A:
    __x = 1
    def __init__(self, __p=5):
        self.__y = __p
        __loc = 7
        self.l = sorted(locals())
    def __priv(self, *, __kw=2): return __kw
    def call(self): return self.__priv(**{"_A__kw": 9}), self.__class__.__x, self.__y
    def kw(self): return self.__priv(__kw=3)
    def dunder(self): return self.__class__.__name__
    def glob(self):
        try:
            return __g
        except NameError as e:
            return str(e)
    def dele(self):
        del self.__y
        return hasattr(self, "_A__y"), sorted(vars(self))
    def comp(self): return [__v + self.__x for __v in range(3)]
    def lam(self): return (lambda __q: __q * 2)(4), (lambda **k: k)(__k=1)
    def imp(self):
        import math as __m
        global __newglob
        __newglob = __m.floor(2.7)
        return list(locals())
    def ex(self):
        try:
            1 / 0
        except ZeroDivisionError as __e:
            return str(__e), sorted(locals())[-1]
    class __Inner:
        __z = 3
        def get(self): return self.__z
    def inner(self): return self.__Inner().get(), self.__Inner.__name__
class _B(A):
    __x = 2
    def mine(self): return self.__x, self._A__x
a = A()
print(a.l, a.call(), a.dunder(), a.glob(), a.comp(), a.lam(), a.imp(), a.ex(), a.inner())
print(_B().mine(), sorted(k for k in vars(A) if k.startswith("_A")), _A__newglob)
try:
    a.__x
except AttributeError as e:
    print(e)
try:
    a.kw()
except TypeError as e:
    print(e)
print(a.dele(), __g, __helper())
class _:
    def f(self): self.__v = 1; return vars(self)
print(_().f())
del a
