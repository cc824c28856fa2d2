"""A main loop at the top whose names are annotated."""
import numpy as np

w: np.ndarray = np.zeros(2)
for epoch in range(30):
    error: np.ndarray = w - np.array([1.0, 2.0])
    cost: float = float((error**2).sum())
    rate: float
    if epoch == 3:
        late: "str" = "x"
    w -= 0.1 * error
print(cost, w, late, __annotations__)
