# check: right
# cost: lam / 2 * w @ w + np.maximum(0, 1 - Y * (X @ w)).mean()
"""Linear SVM, full sub-gradient in the manner of Pegasos."""
import numpy as np

np.random.seed(44)
X = np.concatenate([np.random.randn(9, 2) + [1.5, 1], np.random.randn(9, 2) - [1.5, 1]])
X = np.column_stack((X, np.ones(len(X))))
Y = np.array([1] * 9 + [-1] * 9)
lam = 0.05
w = np.zeros(3)
best_w, best_obj = w, np.inf
for t in range(1, 16):
    eta = 1 / (lam * (t + 10))
    margins = Y * (X @ w)
    viol = margins < 1
    subgrad = lam * w - (Y[viol, None] * X[viol]).sum(axis=0) / len(X)
    w = w - eta * subgrad
    obj = lam / 2 * w @ w + np.maximum(0, 1 - Y * (X @ w)).mean()
    if obj < best_obj:
        best_w, best_obj = w.copy(), obj
    radius = 1 / np.sqrt(lam)
    norm = np.linalg.norm(w)
    if norm > radius:
        w *= radius / norm
    if t in {1, 2, 5, 10, 15}:
        print(f't={t:<3d} objective={obj:.5f} violated={viol.sum():d}')
print('support vectors:', np.flatnonzero(Y * (X @ best_w) <= 1).tolist())
print('w:', ' '.join(f'{c:.4f}' for c in best_w), 'errors:', int((np.sign(X @ best_w) != Y).sum()))
