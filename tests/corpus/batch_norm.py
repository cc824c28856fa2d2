# check: right
# cost: 0.5 * np.sum((pred - y) ** 2) / N
import numpy as np


def bn_forward(x, gamma, beta, running, eps=1e-5, momentum=0.9):
    mu = x.mean(axis=0)
    var = x.var(axis=0)
    istd = 1 / np.sqrt(var + eps)
    xhat = (x - mu) * istd
    running["mu"] = momentum * running["mu"] + (1 - momentum) * mu
    running["var"] = momentum * running["var"] + (1 - momentum) * var
    return gamma * xhat + beta, (xhat, gamma, istd)


def bn_backward(dout, cache):
    xhat, gamma, istd = cache
    n = len(dout)
    dxhat = dout * gamma
    dx = istd / n * (n * dxhat - dxhat.sum(0) - xhat * (dxhat * xhat).sum(0))
    return dx, (dout * xhat).sum(0), dout.sum(0)


rng = np.random.default_rng(6)
N, D, H = 14, 3, 5
X = rng.normal(3.0, 2.0, (N, D))
y = np.tanh(X[:, :1] - X[:, 1:2])
W1, W2 = rng.normal(0, .6, (D, H)), rng.normal(0, .6, (H, 1))
gamma, beta = np.ones(H), np.zeros(H)
running = {"mu": np.zeros(H), "var": np.ones(H)}
lr = 0.1
for it in range(10):
    z = X @ W1
    zn, cache = bn_forward(z, gamma, beta, running)
    a = np.tanh(zn)
    pred = a @ W2

    dpred = (pred - y) / N
    dW2 = a.T @ dpred
    da = dpred @ W2.T
    dzn = da * (1 - a ** 2)
    dz, dgamma, dbeta = bn_backward(dzn, cache)
    dW1 = X.T @ dz

    for p, g in ((W1, dW1), (W2, dW2), (gamma, dgamma), (beta, dbeta)):
        p -= lr * g
    if it % 3 == 0: print("it %d loss %.6f" % (it, 0.5 * np.sum((pred - y) ** 2) / N))
print("running mean", running["mu"].round(3), "var", running["var"].round(3))
