"""Mini-batches inside the epochs: three classes as one-hot rows, softmax and cross-entropy.

Cost: cross_entropy(probs, batch_t)
"""

import numpy as np

rng = np.random.default_rng(5)
centres = np.array([[0.0, 1.0, 0.5], [1.0, -0.5, 0.0], [-1.0, -0.5, 1.0]])
labels = np.arange(48) % 3
X = centres[labels] + 0.4 * rng.standard_normal((48, 3))
T = np.eye(3)[labels]


def softmax(s):
    e = np.exp(s - s.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def cross_entropy(p, t):
    return -np.sum(t * np.log(p)) / len(t)


W1 = rng.standard_normal((3, 5)) * 0.5
b1 = np.zeros(5)
W2 = rng.standard_normal((5, 3)) * 0.5
b2 = np.zeros(3)
lr = 0.3
batch_size = 16
epochs = 10
for epoch in range(epochs):
    order = rng.permutation(len(X))
    for start in range(0, len(X), batch_size):
        chosen = order[start:start + batch_size]
        batch_x, batch_t = X[chosen], T[chosen]

        z1 = batch_x @ W1 + b1
        a1 = 1 / (1 + np.exp(-z1))
        scores = a1 @ W2 + b2
        probs = softmax(scores)

        grad_scores = (probs - batch_t) / len(batch_x)
        grad_W2 = a1.T @ grad_scores
        grad_b2 = grad_scores.sum(axis=0)
        grad_a1 = grad_scores @ W2.T
        grad_z1 = grad_a1 * a1 * (1 - a1)
        grad_W1 = batch_x.T @ grad_z1
        grad_b1 = grad_z1.sum(axis=0)

        W1 = W1 - lr * grad_W1
        b1 = b1 - lr * grad_b1
        W2 = W2 - lr * grad_W2
        b2 = b2 - lr * grad_b2
    if epoch % 3 == 0:
        print(epoch, round(cross_entropy(probs, batch_t), 6))
