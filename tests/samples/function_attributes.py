"""function attributes: __name__, __qualname__, __doc__, __defaults__, __kwdefaults__, __dict__, __code__, signature."""
import inspect, functools
def f(a, b=1, /, c=2, *args, d, e=3, **kw) -> int:
    """doc of f

    second line"""
    x = y = 0
    return locals()
def g():
    'g' + "x"
    def inner(): "inner doc"
    lam = lambda z: z
    class L:
        def m(self): pass
        async def co(self): pass
        def ge(self): yield
    return inner, lam, L
inner, lam, L = g()
for fn in (f, g, inner, lam, L.m, L().m, L.co, L):
    print(fn.__name__, fn.__qualname__, fn.__module__, repr(fn.__doc__))
print(f.__defaults__, f.__kwdefaults__, f.__annotations__, inspect.signature(f))
co = f.__code__
print(co.co_argcount, co.co_posonlyargcount, co.co_kwonlyargcount, co.co_varnames, co.co_name, co.co_firstlineno, co.co_nlocals)
print(inspect.isfunction(f), inspect.isgeneratorfunction(L.ge), inspect.iscoroutinefunction(L.co), callable(lam), type(f).__name__)
f.calls = 0
f.calls += 1
f.__name__ = "renamed"
f.__doc__ = f.__doc__.upper()
print(f.__dict__, f.__name__, f.__qualname__, f.__doc__.split()[-1])
def deco(fn):
    @functools.wraps(fn)
    def wrapper(*a, **k):
        wrapper.count += 1
        return fn(*a, **k)
    wrapper.count = 0
    return wrapper
@deco
def h(n):
    "h doc"
    return n and h(n - 1)
h(3)
print(h.__name__, h.__doc__, h.count, h.__wrapped__.__qualname__, inspect.signature(h), h.__wrapped__.__globals__ is globals())
def k():
    k.n = getattr(k, "n", 0) + 1
    return k.n
ks = k(), k(), k.n
print(ks, (lambda: 0).__qualname__, [q.__qualname__ for q in [lambda: 1]], inspect.getsource(k).splitlines()[0])
f.__defaults__ = None
try:
    f(1, d=1)
except TypeError as e:
    print(e)
bound = L().m
print(bound.__self__.__class__.__qualname__, bound.__func__ is L.m, L.m is L.m, L().m == L().m)
del inner, lam, fn, bound, co
