"""numpy RuntimeWarnings: overflow, divide, invalid at module level, in functions, in loops (once per location)."""
import numpy as np
def sigmoid(x):
    return 1 / (1 + np.exp(-x))
def div(a, b):
    return a / b
a = sigmoid(np.array([-1000.0, 0.0]))
b = sigmoid(np.array([-2000.0]))
c = 1 / np.zeros(2)
for i in range(3):
    d = np.exp(1000); e = np.log(np.array([0.0, 1.0]))
    f = div(np.array([0.0]), 0.0)
    g = np.float64(1) / np.float64(0)
h = div(np.array([1.0]), 0.0)
k = [np.sqrt(np.array([-1.0 * v])) for v in range(3)]
n = (np.array([1e308]) *
     10 +
     np.array([np.inf]) - np.inf)
print(a, b, c, d, e, f, g, h, k, n)
with np.errstate(all="ignore"):
    quiet = np.exp(5000.0) / np.zeros(1)
print(quiet)
with np.errstate(divide="raise"):
    try:
        div(np.ones(2), 0)
    except FloatingPointError as err:
        print(err)
log = []
def handler(kind, flag): log.append((kind, flag))
with np.errstate(all="call", call=handler):
    np.log(np.zeros(1)); np.exp(np.array([900.0]))
print(log)
m = np.array([300]).astype(np.uint8) + np.uint8(5)
p = np.mean(np.array([]))
q = np.uint8(200) * np.uint8(2)
print(m, p, q)
