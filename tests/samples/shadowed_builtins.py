"""shadowed builtins: sum, list, input, print redefined at module level, in functions, and restored by del."""
import builtins
def input(prompt=""):
    builtins.print("fake input", prompt)
    return "42"
x = int(input("n? "))
sum = 0
for i in range(5):
    sum += i
print(sum, x)
try:
    sum([1, 2])
except TypeError as e:
    print(e)
del sum
print(sum([1, 2]))
list = list((1, 2))
print(list)
try:
    list("ab")
except TypeError as e:
    print(e)
del list
def f(max, len=len):
    id = max
    return id, len("abc"), min(max, 3)
print(f(5))
def g():
    try:
        print(str)
    except UnboundLocalError as e:
        return builtins.str(e)
    str = "local"
res = g()
_print = print
lines = []
def print(*a, sep=" ", **k):
    lines.append(sep.join(map(str, a)))
    _print("[p]", *a, sep=sep, **k)
print(1, 2, sep="-")
def h(): print("in h", type(3).__name__)
h()
range = lambda n: [n] * n
for k in range(3): print(k)
print([j for j in range(2)])
del range, print
builtins.injected = "via builtins"
print(injected, len(lines))
True_ = None
class int(int):
    def __add__(self, o): return "custom"
print(int(3) + 1, 3 + 1, isinstance(3, int), type(int("7")).__mro__[1].__name__)
open = Exception = None
try:
    1 / 0
except BaseException as e:
    print(repr(e), isinstance(e, builtins.Exception))
del input, int, open, Exception, _print, builtins.injected
