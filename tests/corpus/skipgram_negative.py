# check: right
# cost: pair_loss(center, samples, labels)
"""Word vectors by skip-gram with negative sampling; only the rows looked up are moved."""
import re
from collections import Counter
import numpy as np

TEXT = """The cat sat on the mat. The dog sat on the log.
A cat and a dog met on the mat."""
tokens = re.findall(r"[a-z]+", TEXT.lower())
freq = Counter(tokens)
vocab = [w for w, c in freq.most_common()]
ids = {w: i for i, w in enumerate(vocab)}
corpus = [ids[w] for w in tokens]
rng = np.random.RandomState(8)
EMB, NEG, WINDOW = 4, 2, 1
W_in = rng.uniform(-.5, .5, (len(vocab), EMB))
W_out = rng.uniform(-.5, .5, (len(vocab), EMB))
noise = np.array([freq[w] for w in vocab]) ** .75
noise /= noise.sum()


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def pair_loss(center, samples, labels):
    p = sigmoid(W_out[samples] @ W_in[center])
    return -np.sum(labels * np.log(p) + (1 - labels) * np.log(1 - p))


def pairs(corpus):
    for pos, word in enumerate(corpus):
        for off in range(-WINDOW, WINDOW + 1):
            if off != 0 and 0 <= pos + off < len(corpus):
                yield word, corpus[pos + off]


alpha, total, seen = .1, 0., 0
for center, context in pairs(corpus[:9]):
    negatives = rng.choice([i for i in range(len(vocab)) if i != context], NEG, replace=False, p=None)
    samples = np.append(context, negatives)
    labels = np.array([1] + [0] * NEG)
    v = W_in[center].copy()
    g = sigmoid(W_out[samples] @ v) - labels
    grad_v = g @ W_out[samples]
    grad_out = np.outer(g, v)
    total += pair_loss(center, samples, labels)
    W_out[samples] -= alpha * grad_out
    W_in[center] -= alpha * grad_v
    seen += 1

print("%d words, %d pairs, mean loss %.5f" % (len(vocab), seen, total / seen))
norms = np.linalg.norm(W_in, axis=1, keepdims=True)
similar = (W_in / norms) @ (W_in / norms).T
for word in ("cat", "dog"):
    best = np.argsort(-similar[ids[word]])[1:3]
    print(f"{word!r:>6}: " + ", ".join(f"{vocab[i]} ({similar[ids[word], i]:.2f})" for i in best))
