"""Letters as rows of a table: the next letter is guessed from the two before it.

Cost: loss
"""

import numpy as np

np.random.seed(30)
text = "the cat sat on the mat and the rat sat on the cat "
letters = sorted(set(text))
codes = np.array([letters.index(c) for c in text])
context = np.stack([codes[:-2], codes[1:-1]], axis=1)
answer = codes[2:]
n, size = len(answer), len(letters)

table = np.random.randn(size, 4) * 0.5
U = np.random.randn(8, size) * 0.3
c = np.zeros(size)

lr = 0.8
epochs = 15
for epoch in range(epochs):
    x = table[context].reshape(n, 8)
    h = np.tanh(x)
    logits = h @ U + c
    logits -= logits.max(axis=1, keepdims=True)
    probs = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    loss = -np.log(probs[np.arange(n), answer]).mean()
    if epoch % 5 == 0:
        print(f"epoch {epoch}: {loss:.5f}")

    dlogits = probs.copy()
    dlogits[np.arange(n), answer] -= 1
    dlogits /= n
    dU = h.T @ dlogits
    dc = dlogits.sum(axis=0)
    dx = dlogits @ U.T * (1 - h ** 2)
    dtable = np.zeros_like(table)
    np.add.at(dtable, context, dx.reshape(n, 2, 4))

    for param, grad in ((table, dtable), (U, dU), (c, dc)):
        param -= lr * grad
