# loop: for epoch in range(6):
# check: right
# cost: half_square(out, Y)
import numpy as np

import nnlib
import nnlib.losses as L
from nnlib import Affine, Chain, Tanh, half_square

rng = np.random.default_rng(31)
net = Chain(Affine(rng, 2, 4), Tanh(), Affine(rng, 4, 1))
X = rng.uniform(-1, 1, (10, 2))
Y = (X[:, :1] * X[:, 1:]) * 2
for epoch in range(6):
    out = net(X)
    loss = nnlib.half_square(out, Y)
    net.back(nnlib.half_square_slope(out, Y))
    net.step(0.05)
    print("epoch", epoch, "loss", f"{loss:.6f}")

W1, b1, W2, b2 = net.units[0].W, net.units[0].b, net.units[2].W, net.units[2].b
print(L._count, nnlib.__version__, hasattr(nnlib, "cross_entropy"), hasattr(nnlib, "_hidden"))
print(nnlib.units.Affine.__module__, type(net).__qualname__, half_square is L.half_square)
try:
    L._hidden()
except RuntimeError as error:
    print(type(error).__name__, error, error.__traceback__.tb_next.tb_lineno)
