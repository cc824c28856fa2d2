import numpy as np

PATTERNS = {
    "T": "*** .*. .*.",
    "L": "*.. *.. ***",
}


def parse(text):
    return np.array([[1 if ch == "*" else -1 for ch in row] for row in text.split()]).ravel()


def show(state):
    return "\n".join("".join("*" if s > 0 else "." for s in row) for row in state.reshape(3, 3))


class Hopfield:
    def __init__(self, size):
        self.W = np.zeros((size, size), dtype=int)

    def __iadd__(self, pattern):
        self.W += np.outer(pattern, pattern)
        np.fill_diagonal(self.W, 0)
        return self

    def energy(self, s):
        return -0.5 * (s @ self.W @ s)

    def settle(self, s, order):
        s = s.copy()
        while True:
            old = s.copy()
            for i in order:
                h = self.W[i] @ s
                s[i] = s[i] if h == 0 else (1 if h > 0 else -1)
            yield self.energy(s)
            if np.array_equal(s, old):
                return s


net = Hopfield(9)
for name, text in PATTERNS.items():
    net += parse(text)
rs = np.random.RandomState(2)
for name, text in PATTERNS.items():
    clean = parse(text)
    noisy = clean.copy()
    flipped = rs.choice(9, size=2, replace=False)
    noisy[flipped] *= -1
    recall = net.settle(noisy, rs.permutation(9))
    energies = []
    while True:
        try:
            energies.append(float(next(recall)))
        except StopIteration as done:
            result = done.value
            break
    print(name, "flipped", sorted(flipped.tolist()), "energies", energies)
    print(show(result), "->", "recalled" if (result == clean).all() else "lost")
