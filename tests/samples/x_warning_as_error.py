"""uncaught: warnings turned into errors by simplefilter; caught first, then a numpy RuntimeWarning ends the script."""
import warnings
import numpy as np
def helper(msg, cat=UserWarning):
    warnings.warn(msg, cat, stacklevel=2)
    return "went on"
print(helper("shown"))
with warnings.catch_warnings():
    warnings.simplefilter("error")
    try:
        helper("as error")
    except UserWarning as w:
        caught = str(w)
        print("caught", caught, type(w).__name__)
print(helper("shown again"))
warnings.simplefilter("error", RuntimeWarning)
def softmax(x):
    e = np.exp(x)
    return e / e.sum()
p = softmax(np.array([1.0, 2.0]))
print(p)
q = softmax(np.array([1.0, 1000.0]))
