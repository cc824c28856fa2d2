import itertools
import numpy as np


def folds(n, k):
    edges = [n * i // k for i in range(k + 1)]
    for start, stop in zip(edges, edges[1:]):
        yield np.r_[0:start, stop:n], np.arange(start, stop)


def fit(A, t, lam, lr=0.05, rounds=8):
    w = np.zeros(A.shape[1])
    for _ in range(rounds):
        w -= lr * (A.T @ (A @ w - t) / len(t) + lam * w)
    return w


rng = np.random.RandomState(4)
A = rng.randn(21, 3)
t = A @ [1.0, 0.0, -2.0] + 0.3 * rng.randn(21)
results = {}
for lam, lr in itertools.product([0.0, 0.1, 1.0], [0.05, 0.5]):
    scores = []
    for fold, (train, test) in enumerate(folds(len(t), 3)):
        w = fit(A[train], t[train], lam, lr=lr)
        scores.append(np.mean((A[test] @ w - t[test]) ** 2))
        if scores[-1] > 1e3:
            print('fold', fold, 'diverges'); break
    results[lam, lr] = np.mean(scores), np.std(scores)
width = max(len(str(key)) for key in results)
for key, (mean, std) in sorted(results.items(), key=lambda item: item[1]):
    print(f"{key!s:>{width}}  {mean:8.4f} +- {std:.4f}")
best = min(results, key=results.get)
exact = np.linalg.solve(A.T @ A / 21 + best[0] * np.eye(3), A.T @ t / 21)
print("best", best, *(f"{v:+.3f}" for v in exact))
