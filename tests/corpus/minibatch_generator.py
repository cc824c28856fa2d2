# check: right
# cost: -np.log(prob[np.arange(len(yb)), yb]).mean() + 0.5 * reg * (W * W).sum()
import numpy as np


def minibatches(features, labels, size, rng):
    """Yields shuffled slices, the last one may be short"""
    order = np.arange(len(features))
    rng.shuffle(order)
    for begin in range(0, len(order), size):
        picked = order[begin:begin + size]
        yield features[picked], labels[picked]


def decay_schedule(first, rate):
    lr = first
    while True:
        verdict = yield lr
        if verdict == 'worse':
            lr *= rate


rng = np.random.default_rng(2024)
means = np.array([[2.0, 0.0], [-1.0, 1.5], [-1.0, -1.5]])
target = rng.integers(0, 3, size=22)
X = means[target] + rng.normal(scale=0.9, size=(22, 2))
W, b, reg = np.zeros((2, 3)), np.zeros(3), 0.01
schedule = decay_schedule(0.5, 0.7)
lr = next(schedule)
previous = float('inf')
for epoch in range(4):
    running, seen = 0.0, 0
    for xb, yb in minibatches(X, target, 8, rng):
        scores = xb @ W + b
        scores -= scores.max(axis=1, keepdims=True)
        prob = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
        running += -np.log(prob[np.arange(len(yb)), yb]).sum()
        seen += len(yb)
        g = prob.copy()
        g[np.arange(len(yb)), yb] -= 1
        g /= len(yb)
        dW = xb.T @ g + reg * W
        db = g.sum(axis=0)
        W -= lr * dW
        b -= lr * db
    mean_loss = running / seen
    lr = schedule.send('worse' if mean_loss > previous - 0.05 else 'better')
    previous = mean_loss
    print(f'{epoch=} {mean_loss=:.5f} {lr=:.3f}')
accuracy = ((X @ W + b).argmax(1) == target).mean()
print(f'accuracy {accuracy:.1%}')
