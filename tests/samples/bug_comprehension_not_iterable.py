"""uncaught: iter() of a comprehension's source fails in the function around it, without a <listcomp> entry."""
import traceback
def f(o0):
    return {v: 1 for v in o0}
try:
    f(None)
except TypeError:
    traceback.print_exc()
try:
    [1 for w, in 1]
except TypeError:
    traceback.print_exc()
print({1 for v in None})
