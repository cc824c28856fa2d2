"""Three arms of a spiral: ReLU inside, softmax outside, and a penalty on large weights.

Cost: loss
"""

import numpy as np

np.random.seed(0)
N, D, K = 20, 2, 3
X = np.zeros((N * K, D))
y = np.zeros(N * K, dtype="int64")
for j in range(K):
    r = np.linspace(0.05, 1, N)
    t = np.linspace(j * 4, (j + 1) * 4, N) + np.random.randn(N) * 0.2
    X[j * N:(j + 1) * N] = np.c_[r * np.sin(t), r * np.cos(t)]
    y[j * N:(j + 1) * N] = j

h = 12
W = 0.5 * np.random.randn(D, h)
b = 0.1 * np.random.rand(1, h)
W2 = 0.5 * np.random.randn(h, K)
b2 = np.zeros((1, K))

step_size = 0.5
reg = 1e-2
num_examples = X.shape[0]

epochs = 40
for i in range(epochs):
    hidden_layer = np.maximum(0, np.dot(X, W) + b)
    scores = np.dot(hidden_layer, W2) + b2
    exp_scores = np.exp(scores)
    probs = exp_scores / np.sum(exp_scores, axis=1, keepdims=True)

    data_loss = np.sum(-np.log(probs[range(num_examples), y])) / num_examples
    reg_loss = 0.5 * reg * np.sum(W * W) + 0.5 * reg * np.sum(W2 * W2)
    loss = data_loss + reg_loss
    if i % 10 == 0:
        print(f"iteration {i}: loss {loss:f}")

    dscores = probs.copy()
    dscores[range(num_examples), y] -= 1
    dscores /= num_examples

    dW2 = np.dot(hidden_layer.T, dscores)
    db2 = np.sum(dscores, axis=0, keepdims=True)
    dhidden = np.dot(dscores, W2.T)
    dhidden[hidden_layer <= 0] = 0
    dW = np.dot(X.T, dhidden)
    db = np.sum(dhidden, axis=0, keepdims=True)

    dW2 += reg * W2
    dW += reg * W

    W += -step_size * dW
    b += -step_size * db
    W2 += -step_size * dW2
    b2 += -step_size * db2
