# check: right
# cost: loss
"""The first learning rate is far too large; the overflow is caught, and a smaller one tried."""
import warnings
from contextlib import contextmanager, suppress

import numpy as np


class Section:
    def __init__(self, title):
        self.title = title

    def __enter__(self):
        print("<%s>" % self.title)
        return self

    def __exit__(self, kind, value, tb):
        print("</%s>%s" % (self.title, "" if kind is None else " " + kind.__name__))
        return False


@contextmanager
def precision(digits):
    before = np.get_printoptions()["precision"]
    np.set_printoptions(precision=digits)
    try:
        yield
    finally:
        np.set_printoptions(precision=before)


X = np.array([[1.0, 2.0], [2.0, 1.0], [3.0, 5.0], [4.0, 3.0]])
y = np.array([3.0, 3.0, 8.0, 7.0])
for lr in (1e80, 10.0, 0.02):
    w = np.zeros(2)
    try:
        with Section(f"lr {lr:g}"), np.errstate(over="raise", invalid="raise"):
            for step in range(6):
                r = X @ w - y
                loss = (r * r).sum() / 2
                g = X.T @ r
                w = w - lr * g
                if not np.isfinite(w).all():
                    raise OverflowError("w is no number any more")
                if loss > 1e6:
                    break
            else:
                print("loss", loss)
                with precision(3):
                    print(w, w / 3)
    except (FloatingPointError, OverflowError) as error:
        print("failed in step", step, "-", error)
        continue
    finally:
        print("tried", lr)

with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    np.exp(np.array([1000.0]))
print([w.category.__name__ for w in caught], end="\n\n")
with suppress(ZeroDivisionError):
    1 / 0
np.log(np.zeros(1))
