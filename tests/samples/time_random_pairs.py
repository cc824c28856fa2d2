"""normal numbers come in pairs, half of which NumPy keeps; generators that spawn others."""
import numpy as np
np.random.seed(1)
draw, seeds = np.random.default_rng(2).normal, np.random.SeedSequence(3)
log = []
for i in range(5):
    log.append((np.random.randn(), draw(), seeds.spawn(1)[0].generate_state(1)[0]))
for row in log:
    print(*row)
