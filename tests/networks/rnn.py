"""A recurrent net that reads a wave and guesses its next value: backpropagation through time.

Cost: loss
"""

import numpy as np

np.random.seed(12)
size, length = 6, 8
series = np.sin(np.arange(120) * 0.4).reshape(-1, 1, 1)

Wxh = np.random.randn(size, 1) * 0.5
Whh = np.random.randn(size, size) * 0.4
Why = np.random.randn(1, size) * 0.5
bh = np.zeros((size, 1))
by = np.zeros((1, 1))

lr = 0.02
epochs = 20
for epoch in range(epochs):
    start = epoch * 5 % 100
    inputs = series[start:start + length]
    targets = series[start + 1:start + length + 1]

    hs = [np.zeros((size, 1))]
    ys = []
    loss = 0.0
    for t in range(length):
        hs.append(np.tanh(Wxh @ inputs[t] + Whh @ hs[-1] + bh))
        ys.append(Why @ hs[-1] + by)
        loss += 0.5 * np.sum((ys[t] - targets[t]) ** 2)

    dWxh, dWhh, dWhy = np.zeros_like(Wxh), np.zeros_like(Whh), np.zeros_like(Why)
    dbh, dby = np.zeros_like(bh), np.zeros_like(by)
    dh_next = np.zeros((size, 1))
    for t in reversed(range(length)):
        dy = ys[t] - targets[t]
        dWhy += dy @ hs[t + 1].T
        dby += dy
        dh = Why.T @ dy + dh_next
        draw = (1 - hs[t + 1] ** 2) * dh
        dbh += draw
        dWxh += draw @ inputs[t].T
        dWhh += draw @ hs[t].T
        dh_next = Whh.T @ draw

    for p, dp in zip([Wxh, Whh, Why, bh, by], [dWxh, dWhh, dWhy, dbh, dby], strict=True):
        p -= lr * dp
    if epoch % 5 == 0:
        print(f"epoch {epoch}, loss {loss:.6f}")
