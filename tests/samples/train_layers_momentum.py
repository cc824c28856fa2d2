"""list of layers trained with momentum: zip over params, grads and velocities, mini-batches with permutation."""
import numpy as np
np.random.seed(0)
class Dense:
    def __init__(self, i, o):
        self.W, self.b = np.random.randn(i, o) * np.sqrt(2 / i), np.zeros(o)
        self.vel = [np.zeros_like(self.W), np.zeros_like(self.b)]
    def __call__(self, x):
        self.x = x
        return x @ self.W + self.b
    def backward(self, d):
        self.grads = [self.x.T @ d, d.sum(0)]
        return d @ self.W.T
    @property
    def params(self): return [self.W, self.b]
class ReLU:
    params = ()
    def __call__(self, x):
        self.mask = x <= 0
        out = x.copy()
        out[self.mask] = 0
        return out
    def backward(self, d):
        d[self.mask] = 0
        return d
def softmax_loss(scores, y):
    shifted = scores - scores.max(axis=1, keepdims=True)
    probs = np.exp(shifted)
    probs /= probs.sum(axis=1, keepdims=True)
    loss = -np.log(probs[range(len(y)), y]).mean()
    delta = probs
    delta[range(len(y)), y] -= 1
    return loss, delta / len(y)
X = np.vstack([np.random.randn(20, 2) + c for c in ((2, 2), (-2, 2), (0, -2))])
y = np.repeat(np.arange(3), 20)
layers, lr, mu, losses = [Dense(2, 8), ReLU(), Dense(8, 3)], 0.1, 0.9, []
for epoch in range(5):
    order = np.random.permutation(len(X))
    for start in range(0, len(X), 16):
        idx = order[start:start + 16]
        out = X[idx]
        for layer in layers: out = layer(out)
        loss, d = softmax_loss(out, y[idx])
        for layer in reversed(layers): d = layer.backward(d)
        for layer in layers:
            for p, g, v in zip(layer.params, getattr(layer, "grads", ()), getattr(layer, "vel", ())):
                v *= mu; v -= lr * g
                p += v
    losses.append(float(loss))
scores = layers[2](layers[1](layers[0](X)))
acc = (scores.argmax(1) == y).mean()
print([round(l, 6) for l in losses], acc)
W0, b2 = layers[0].W, layers[2].b
