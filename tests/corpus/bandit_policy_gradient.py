# REINFORCE with a baseline on a four-armed bandit
import numpy as np
from collections import defaultdict, deque

rng = np.random.Generator(np.random.PCG64(11))
arms = rng.normal(size=4).round(2)
prefs = np.zeros(4)
baseline, alpha = 0.0, 0.15
pulls = defaultdict(int)
recent = deque(maxlen=5)


def policy(h):
    e = np.exp(h - h.max())
    return e / e.sum()


for t in range(1, 31):
    pi = policy(prefs)
    a = rng.choice(len(arms), p=pi)
    reward = arms[a] + rng.normal(scale=.3)
    pulls[int(a)] += 1
    recent.append(round(float(reward), 3))
    onehot = np.zeros(len(arms)); onehot[a] = 1
    prefs += alpha * (reward - baseline) * (onehot - pi)
    baseline += (reward - baseline) / t
    if t % 10 == 0:
        bar = " ".join("#" * int(round(10 * p)) or "." for p in policy(prefs))
        print("t=%-3d baseline %+.4f  %s" % (t, baseline, bar))
print("best arm:", arms.argmax(), "preferred:", policy(prefs).argmax())
print(sorted(pulls.items()), list(recent))
