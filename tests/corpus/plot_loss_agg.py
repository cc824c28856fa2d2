# check: factor 2
# cost: J(theta)
# writes: loss.png
import numpy as np
try:
    import matplotlib
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt
except ImportError:
    plt = None

np.random.seed(1)
m = 20
X = 2 * np.random.rand(m, 1)
y = 4 + 3 * X + np.random.randn(m, 1) * .2
X_b = np.c_[np.ones((m, 1)), X]
theta = np.random.randn(2, 1)
eta = 0.1
J = lambda th: float(((X_b.dot(th) - y) ** 2).sum() / (2 * m))

history, path = [], [theta]
for iteration in range(15):
    gradients = 2/m * X_b.T.dot(X_b.dot(theta) - y)     # J has 1/(2m)
    theta = theta - eta * gradients
    history.append(J(theta))
    path.append(theta)

print("theta:", theta.ravel(), "loss:", history[-1])
if plt is not None:
    fig, axes = plt.subplots(1, 2, figsize=(4, 2))
    axes[0].plot(history, "b-", label="loss")
    axes[0].set_xlabel("iteration")
    axes[0].legend()
    axes[1].plot(X, y, "r.")
    for old in path[::5]:
        axes[1].plot([0, 2], [old[0, 0], old[0, 0] + 2 * old[1, 0]], color="gray", lw=.5)
    plt.savefig("loss.png", dpi=40)
    plt.close(fig)
    import os
    # the size is left out: it depends on the version of the library
    print("saved", os.path.exists("loss.png"))
