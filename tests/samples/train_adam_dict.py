"""dict of params and Adam: m and v dicts, bias correction, gradient check against numeric differences."""
import numpy as np
rng = np.random.default_rng(3)
params = {"W1": rng.normal(size=(3, 5)) * .5, "b1": np.zeros(5), "W2": rng.normal(size=(5, 1)) * .5, "b2": np.zeros(1)}
m, v = ({k: np.zeros_like(p) for k, p in params.items()} for _ in range(2))
X = rng.normal(size=(20, 3))
Y = (X ** 2).sum(1, keepdims=True)
def loss_and_grads(params, X, Y):
    h = np.tanh(X @ params["W1"] + params["b1"])
    out = h @ params["W2"] + params["b2"]
    diff = out - Y
    grads = dict(W2=h.T @ diff, b2=diff.sum(0))
    dh = diff @ params["W2"].T * (1 - h ** 2)
    grads.update(W1=X.T @ dh, b1=dh.sum(0))
    return (diff ** 2).sum() / 2, grads
def adam(params, grads, t, lr=0.05, b1=0.9, b2=0.999, eps=1e-8):
    for k in sorted(params):
        m[k] = b1 * m[k] + (1 - b1) * grads[k]
        v[k] = b2 * v[k] + (1 - b2) * grads[k] ** 2
        params[k] -= lr * (m[k] / (1 - b1 ** t)) / (np.sqrt(v[k] / (1 - b2 ** t)) + eps)
_, g = loss_and_grads(params, X, Y)
for key, p in params.items():
    it = np.nditer(p, flags=["multi_index"])
    worst = 0.0
    while not it.finished:
        ix = it.multi_index
        old = p[ix]
        p[ix] = old + 1e-5; up = loss_and_grads(params, X, Y)[0]
        p[ix] = old - 1e-5; dn = loss_and_grads(params, X, Y)[0]
        p[ix] = old
        worst = max(worst, abs((up - dn) / 2e-5 - g[key][ix]))
        it.iternext()
    print(key, "ok" if worst < 1e-4 else worst)
del it, ix
hist, t = [], 0
while t < 30:
    t += 1
    loss, grads = loss_and_grads(params, X, Y)
    adam(params, grads, t)
    if t % 10: continue
    hist.append(loss)
    print(t, f"{loss:.5f}", *(f"{k}={np.linalg.norm(params[k]):.4f}" for k in params))
assert hist == sorted(hist, reverse=True)
