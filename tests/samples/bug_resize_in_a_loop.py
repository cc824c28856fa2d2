"""An array can be resized wherever a run was halted before, and whatever was saved of it."""
import numpy as np
a = np.zeros(3)
def grown(size):
    log = np.arange(2)
    for k in range(2, size):
        log.resize(k + 1)
        log[-1] = size
    return log
for i in range(5):
    a[0] += i
    a.resize(4 + i)
    try:
        view = a[:2]
        view.resize(3)
    except ValueError as error:
        print(type(error).__name__, a.sum(), grown(i))
    del view
print(a)
