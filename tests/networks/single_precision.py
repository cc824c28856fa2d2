"""All arrays in float32: four bits in, their parity out, tanh and a mean square.

Cost: loss
"""

import numpy as np

np.random.seed(6)
f4 = np.float32
bits = np.array([[i >> k & 1 for k in range(4)] for i in range(16)])
X = (2 * bits - 1).astype(f4)
y = (bits.sum(axis=1, keepdims=True) % 2).astype(f4)

W1 = np.random.randn(4, 8).astype(f4) * f4(0.7)
b1 = np.zeros((1, 8), dtype=f4)
W2 = np.random.randn(8, 1).astype(f4) * f4(0.7)
b2 = np.zeros((1, 1), dtype=f4)
lr = f4(0.1)
n = f4(len(X))

epochs = 40
for epoch in range(epochs):
    z1 = X @ W1 + b1
    a1 = np.tanh(z1)
    out = a1 @ W2 + b2
    error = out - y
    loss = np.sum(error * error) / n
    if epoch % 10 == 0:
        print(f"epoch {epoch}: loss {loss:.4f} ({loss.dtype})")

    dout = f4(2) * error / n
    dW2 = a1.T @ dout
    db2 = np.sum(dout, axis=0, keepdims=True)
    dz1 = (dout @ W2.T) * (1 - a1 * a1)
    dW1 = X.T @ dz1
    db1 = np.sum(dz1, axis=0, keepdims=True)

    W2 -= lr * dW2
    b2 -= lr * db2
    W1 -= lr * dW1
    b1 -= lr * db1
