"""An array that an op has failed with can be resized where the exception is handled."""
import numpy as np
a = np.array(1)
try:
    try:
        a[1] = 1
    finally:
        a.resize(4)
        for () in t:
            pass
except NameError as error:
    print("caught", error)
def f():
    b = np.arange(3)
    try:
        b[7] += 1
    except IndexError as error:
        b.resize(4)
        return b, error
print(a, f())
