# check: right
# cost: -(T * log(P + epsilon)).sum() / n
from math import *
from numpy import *
from common_functions import *

seed = 6
rng = random.default_rng(seed)
n, k = 15, 3
labels = arange(n) % k
pts = rng.normal(size=(n, 2)) + 2 * array([(cos(2 * pi * c / k), sin(2 * pi * c / k)) for c in labels])
T = one_hot(labels, k)
W = zeros((2, k)); b = zeros(k)
for epoch in range(7):
    pts, T = shuffled(rng, pts, T)
    P = softmax(pts @ W + b)
    G = (P - T) / n
    W = W - 1.0 * (pts.T @ G)
    b = b - 1.0 * G.sum(axis=0)
    if epoch % 3 == 0:
        print(epoch, round(-(T * log(P + epsilon)).sum() / n, 6))
print("hits:", int((P.argmax(1) == T.argmax(1)).sum()), "of", n)
try:
    print(_private)
except NameError as e:
    print("NameError:", e)
print(sqrt(16.0), e if "e" in dir() else "e is gone")
