import sys
import numpy as np


def top_direction(C, rng, tol=1e-9, limit=500):
    v = rng.normal(size=len(C))
    v /= np.linalg.norm(v)
    for i in range(limit):
        nxt = C @ v
        nxt /= np.linalg.norm(nxt)
        if np.linalg.norm(nxt - v) < tol:
            return nxt, i
        v = nxt
    return v, limit


rng = np.random.default_rng(3)
base = rng.normal(size=(30, 2)) * [3.0, 1.0]
turn = np.array([[np.cos(.5), -np.sin(.5)], [np.sin(.5), np.cos(.5)]])
X = np.hstack([base @ turn.T, 0.1 * rng.normal(size=(30, 1))])
X -= X.mean(axis=0)
C = X.T @ X / (len(X) - 1)
rest = C.copy()
components, variances = [], []
for c in range(2):
    v, rounds = top_direction(rest, rng)
    v *= np.sign(v[np.argmax(np.abs(v))])
    lam = v @ C @ v
    rest = rest - lam * np.outer(v, v)
    components.append(v)
    variances.append(lam)
    print(f"component {c}: {np.round(v, 4)} variance {lam:.4f}")
P = np.array(components)
exact = np.linalg.eigvalsh(C)[::-1]
print("agrees with eigvalsh:", np.allclose(variances, exact[:2]))
error = np.mean((X - X @ P.T @ P) ** 2)
sys.stdout.write("reconstruction %.6f\n" % error)
sys.stderr.write("orthogonal to %.0e\n" % (abs(P[0] @ P[1]) < 1e-6))
assert error < 0.01, "too much is lost"
