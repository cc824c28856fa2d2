# check: factor 0.5
# cost: ((a * xs + b - ys) ** 2).sum()
xs = None
import numpy as np
xs = np.arange(5.0); ys = np.array([1.1, 2.9, 5.2, 7.1, 8.8])
a = b = 0.0
alpha, tol = 0.03, 1e-3
change, steps = float("inf"), 0
while abs(change) > tol:
    e = a * xs + b - ys
    ga = (e * xs).sum(); gb = e.sum()          # the 2 of the square is missing
    cost = (e ** 2).sum()
    a -= alpha * ga
    b -= alpha * gb
    if steps:
        change = last - cost
    last = cost
    steps += 1
    if steps > 500:
        raise SystemExit("no convergence")
print("y = %.4f x + %.4f after %d steps" % (a, b, steps))
lo, hi = 0.0, 2.0
while hi - lo > 1e-6:                          # a root, while we are at it
    mid = (lo + hi) / 2
    if mid * mid - 2 < 0: lo = mid
    else: hi = mid
print("%.5f" % lo, np.allclose(np.polyfit(xs, ys, 1), [a, b], atol=.1))
i = 10
while True:
    i -= 3
    if i % 2: continue
    if i < 0: break
print(i)
