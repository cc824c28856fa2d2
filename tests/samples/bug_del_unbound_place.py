"""del of an unbound name: the name is underlined, in a tuple and in a function too."""
import traceback
def f():
    del x
    x = 1
try:
    f()
except NameError:
    traceback.print_exc()
a = 1
try:
    del a, (nope,)
except NameError:
    traceback.print_exc()
def g():
    global nope
    del nope
try:
    g()
except NameError:
    traceback.print_exc()
del a
