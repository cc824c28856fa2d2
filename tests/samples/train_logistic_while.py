"""logistic regression with a while loop and a convergence break, learning-rate decay, closures as loss functions."""
import numpy as np
def make_loss(X, y, reg=0.0):
    calls = 0
    def loss(w):
        nonlocal calls
        calls += 1
        p = 1 / (1 + np.exp(-(X @ w)))
        value = -(y * np.log(p) + (1 - y) * np.log(1 - p)).mean() + reg * w @ w
        grad = X.T @ (p - y) / len(y) + 2 * reg * w
        return value, grad
    def count(): return calls
    loss.count = count
    return loss
rng = np.random.RandomState(0)
X = np.c_[np.ones(30), rng.randn(30, 2)]
y = (X @ [0.3, 1.5, -2] + 0.1 * rng.randn(30) > 0).astype(float)
f = make_loss(X, y, reg=1e-2)
w, lr, prev, it = np.zeros(3), 1.0, np.inf, 0
trace = []
while it < 200:
    value, grad = f(w)
    trace.append(value)
    if abs(prev - value) < 1e-5:
        print("converged at", it)
        break
    elif value > prev:
        lr *= 0.5
    prev = value
    w -= lr * grad
    it += 1
else:
    print("not converged")
acc = ((X @ w > 0) == y).mean()
print(f"{acc:.3f} {value:.6f} {f.count()} {w.round(4)}")
table = {"acc": acc, "w": w.tolist(), "n": it}
best = min(range(len(trace)), key=lambda i: trace[i])
print(best, sorted(table))
del f
