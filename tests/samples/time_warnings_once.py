"""a warning in a loop is shown once, whatever is saved between the iterations; filters change."""
import itertools
import warnings
def warn():
    warnings.warn("once", UserWarning, stacklevel=2)
counter = itertools.count()
for i in range(4):
    warn()
    next(counter)
with warnings.catch_warnings():
    warnings.simplefilter("error")
    for i in range(2):
        try:
            warn()
        except UserWarning as warning:
            print(i, warning)
for i in range(3):
    warn()
