# check: wrong w1 w2
# cost: np.sum((t - o) ** 2) / 2
# A net that learns all the same. The slope is taken of a value that has been through the
# sigmoid already.
import numpy as np
np.random.seed(3)


def sig(x, deriv=False):
    if deriv == True:
        return sig(x) * (1 - sig(x))
    return 1 / (1 + np.exp(-x))


p = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=float)
t = np.array([[0.], [1.], [1.], [0.]])
w1 = np.random.randn(2, 4)
w2 = np.random.randn(4, 1)
eta = 0.4
hist = []
ep = 0
while ep < 50:
    h = sig(p @ w1)
    o = sig(h @ w2)
    err = o - t
    do = err * sig(o, deriv=True)
    dh = (do @ w2.T) * sig(h, True)
    w2 = w2 - eta * (h.T @ do)
    w1 = w1 - eta * (p.T @ dh)
    hist.append(float((err ** 2).sum()))
    if ep % 10 == 9:
        print('%3d %8.5f' % (ep, hist[-1]))
    ep += 1
print(min(hist) == hist[-1], len(hist))
print(np.round(o, 3).tolist())
