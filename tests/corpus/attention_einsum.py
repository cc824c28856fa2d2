# check: right
# cost: 0.5 * np.sum((out - target) ** 2)
"""One head of attention over a few tokens, forwards and backwards with einsum."""
import numpy as np

rng = np.random.default_rng(12)
B, T, D, K = 2, 3, 4, 2
x = rng.normal(size=(B, T, D))
target = np.roll(x, 1, axis=1)[..., :K]
params = {name: rng.normal(size=(D, K)) * 0.7 for name in ("Wq", "Wk", "Wv")}
mask = np.tril(np.ones((T, T), dtype=bool))


def softmax(s, axis=-1):
    s = s - s.max(axis=axis, keepdims=True)
    e = np.exp(s)
    return e / e.sum(axis=axis, keepdims=True)


def attend(x, Wq, Wk, Wv):
    q = np.einsum("btd,dk->btk", x, Wq)
    k = np.einsum("btd,dk->btk", x, Wk)
    v = np.einsum("btd,dk->btk", x, Wv)
    scores = np.einsum("bik,bjk->bij", q, k) / np.sqrt(K)
    scores = np.where(mask, scores, -1e9)
    weights = softmax(scores)
    return np.einsum("bij,bjk->bik", weights, v), (q, k, v, weights)


for step in range(6):
    out, (q, k, v, weights) = attend(x, **params)
    loss = 0.5 * np.sum((out - target) ** 2)
    dout = out - target
    dv = np.einsum("bij,bik->bjk", weights, dout)
    dweights = np.einsum("bik,bjk->bij", dout, v)
    inner = np.einsum("bij,bij->bi", dweights, weights)[..., None]
    dscores = weights * (dweights - inner) / np.sqrt(K)
    dq = np.einsum("bij,bjk->bik", dscores, k)
    dk = np.einsum("bij,bik->bjk", dscores, q)
    grads = {
        "Wq": np.einsum("btd,btk->dk", x, dq),
        "Wk": np.einsum("btd,btk->dk", x, dk),
        "Wv": np.einsum("btd,btk->dk", x, dv),
    }
    for name in params:
        params[name] = params[name] - 0.05 * grads[name]
    print(step, f"{loss:.6f}")
assert np.allclose(weights.sum(-1), 1)
print(weights[0].round(3))
