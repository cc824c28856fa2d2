# check: right
# cost: mse(net, X, T)
import numpy as np


class Adam:
    def __init__(self, params, lr=0.001, betas=(0.9, 0.999), eps=1e-8):
        self.params = params
        self.lr, self.eps = lr, eps
        self.beta1, self.beta2 = betas
        self.m = {k: np.zeros_like(v) for k, v in params.items()}
        self.v = {k: np.zeros_like(v) for k, v in params.items()}
        self.t = 0

    def step(self, grads):
        self.t += 1
        for key in self.params.keys():
            self.m[key] = self.beta1 * self.m[key] + (1 - self.beta1) * grads[key]
            self.v[key] = self.beta2 * self.v[key] + (1 - self.beta2) * grads[key]**2
            mhat = self.m[key] / (1 - self.beta1**self.t)
            vhat = self.v[key] / (1 - self.beta2**self.t)
            self.params[key] -= self.lr * mhat / (np.sqrt(vhat) + self.eps)


def build(sizes, seed=0):
    gen = np.random.default_rng(seed)
    net = {}
    for i, (a, b) in enumerate(zip(sizes[:-1], sizes[1:]), start=1):
        net['W%d' % i] = gen.standard_normal((a, b)) * np.sqrt(1.0 / a)
        net['b%d' % i] = np.zeros(b)
    return net


def forward(net, X):
    a1 = np.tanh(X @ net['W1'] + net['b1'])
    return a1, a1 @ net['W2'] + net['b2']


def mse(net, X, T):
    return np.mean((forward(net, X)[1] - T)**2)


def backward(net, X, T):
    a1, out = forward(net, X)
    d2 = 2 * (out - T) / out.size
    d1 = d2 @ net['W2'].T * (1 - a1**2)
    return dict(W1=X.T @ d1, b1=d1.sum(0), W2=a1.T @ d2, b2=d2.sum(0))


X = np.linspace(-1, 1, 15)[:, None]
T = X**3 - 0.5 * X
net = build([1, 6, 1], seed=3)
opt = Adam(net, lr=0.02)
for it in range(24):
    grads = backward(net, X, T)
    opt.step(grads)
    if it % 8 == 7:
        print('iter', it + 1, 'mse', repr(float(mse(net, X, T))))
print({k: v.shape for k, v in net.items()}, opt.t)
