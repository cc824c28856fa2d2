# check: wrong W
# cost: 0.5 * np.mean(np.sum((xr - x) ** 2, axis=1))
# Weights that are used twice, forwards and transposed; only one of both uses is in the gradient.
import numpy as np
rng = np.random.RandomState(123)
n_vis, n_hid = 6, 3
x = (rng.rand(10, n_vis) > .5).astype(np.float64)
W = rng.uniform(-.4, .4, (n_vis, n_hid))
hbias = np.zeros(n_hid); vbias = np.zeros(n_vis)
sigmoid = lambda a: 1/(1 + np.exp(-a))
for epoch in range(8):
    h = sigmoid(np.dot(x, W) + hbias)
    xr = sigmoid(np.dot(h, W.T) + vbias)
    L_xr = (xr - x) * xr * (1 - xr) / x.shape[0]
    L_h = np.dot(L_xr, W) * h * (1 - h)
    L_W = np.dot(x.T, L_h)              # + np.dot(L_xr.T, h) is missing
    L_hbias = L_h.sum(axis=0)
    L_vbias = L_xr.sum(axis=0)
    W -= .5*L_W
    hbias -= .5*L_hbias
    vbias -= .5*L_vbias
    if epoch % 2 == 0:
        print('Training epoch %d, cost is %r' % (epoch, round(0.5*np.mean(np.sum((xr - x)**2, axis=1)), 6)))
code = (sigmoid(x[:3] @ W + hbias) > .5).astype(int)
print(code.tolist())
