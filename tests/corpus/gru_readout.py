# check: right
# cost: np.sum((preds - targets) ** 2) / 2
"""A GRU whose gates are left as they were drawn; only what reads its state is trained."""
import numpy as np


def sigmoid(v): return 1.0 / (1.0 + np.exp(-v))


class GRUCell:
    def __init__(self, n_in, n_hid, rng):
        k = 1 / np.sqrt(n_hid)
        for gate in "zrh":
            setattr(self, "W" + gate, rng.uniform(-k, k, (n_hid, n_in)))
            setattr(self, "U" + gate, rng.uniform(-k, k, (n_hid, n_hid)))
            setattr(self, "b" + gate, np.zeros(n_hid))

    def __call__(self, x, h):
        z = sigmoid(self.Wz @ x + self.Uz @ h + self.bz)
        r = sigmoid(self.Wr @ x + self.Ur @ h + self.br)
        cand = np.tanh(self.Wh @ x + self.Uh @ (r * h) + self.bh)
        return (1 - z) * h + z * cand


rng = np.random.RandomState(42)
cell = GRUCell(1, 6, rng)
series = np.sin(np.linspace(0, 3, 6))
targets = series[1:]
w_out, b_out = np.zeros(6), 0.0

for sweep in range(5):
    h = np.zeros(6)
    states = []
    for value in series[:-1]:
        h = cell(np.array([value]), h)
        states.append(h)
    H = np.stack(states)
    preds = H @ w_out + b_out
    diff = preds - targets
    gw = H.T @ diff
    gb = diff.sum()
    w_out = w_out - 0.05 * gw
    b_out = b_out - 0.05 * gb
    print("sweep {0}: {1:.6f}".format(sweep, 0.5 * (diff ** 2).sum()))
print("w_out =", np.array2string(w_out, precision=4, suppress_small=True))
