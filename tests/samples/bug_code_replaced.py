"""a function whose code was replaced runs the new code."""
import types

def g(x):
    return x + 1

print(g(1))
g.__code__ = g.__code__.replace(co_consts=(None, 5))
print(g(1))
h = types.FunctionType(g.__code__.replace(co_consts=(None, 7)), globals())
print(h(1), [eval("i + 1") for i in range(3)])
