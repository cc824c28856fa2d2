"""del of names, attributes, subscripts, slices, nested targets; order and errors."""
class D:
    def __delattr__(self, n): print("delattr", n); object.__delattr__(self, n)
    def __delitem__(self, k): print("delitem", k)
def t(x):
    print("t", x)
    return x
a = b = c = 1
del a, (b, c)
print([n for n in "abc" if n in globals()])
o = D()
o.x, o.y = 1, 2
del o.x, o[t(1)], o[t(2):t(3):t(4)], o[t(5), ...]
print(vars(o))
L = list(range(10))
del L[t(1):t(3)]
del L[::3], L[-1]
print(L)
def f(p):
    del p
    try:
        return p
    except UnboundLocalError as e:
        return str(e)
print(f(1))
def g():
    x = 1
    def h():
        return x
    print(h())
    del x
    try:
        h()
    except NameError as e:
        print(e)
    x = 5
    return h()
r = g()
print(r)
try:
    del L[3], L[100], L[0]
except IndexError as e:
    print(e, L)
try:
    del o.nope
except AttributeError as e:
    print(type(e).__name__)
try:
    del undefined_thing
except NameError as e:
    print(e)
o = None
