import numpy as np

__all__ = ["half_square", "half_square_slope", "cross_entropy"]
_count = 0


def half_square(out, target):
    global _count
    _count += 1
    return 0.5 * np.sum((out - target) ** 2)


def half_square_slope(out, target):
    return out - target


def cross_entropy(p, t, eps=1e-12):
    p = np.clip(p, eps, 1 - eps)
    return float(-np.sum(t * np.log(p) + (1 - t) * np.log(1 - p)))


def _hidden():
    raise RuntimeError("nobody sees this")
