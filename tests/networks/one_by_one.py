"""A line through points, updated after every single point; numbers, no arrays.

Cost: loss
"""

import numpy as np

epochs = 10
rng = np.random.default_rng(0)
xs = rng.normal(size=30)
ts = 3 * xs + 1
w, b, lr = 0.1, 0.0, 0.05
for epoch in range(epochs):
    total = 0.0
    for x, t in zip(xs, ts, strict=True):
        pred = w * x + b
        err = pred - t
        loss = err**2
        total += loss
        dw = 2 * err * x
        db = 2 * err
        w -= lr * dw
        b -= lr * db
    print(epoch, total)
