# loop: while 1:
# K-means, with a restart when a cluster is left empty
import numpy as np

def assign(data, centers):
    out = np.zeros(len(data), int)
    for i in range(len(data)):
        best, bestd = -1, None
        for j in range(len(centers)):
            d = ((data[i] - centers[j])**2).sum()
            if bestd is None or d < bestd:
                best, bestd = j, d
        out[i] = best
    return out

np.random.seed(30)
k = 3
data = np.vstack([np.random.randn(5, 2)*.4 + c for c in ([0, 0], [3, 3], [0, 4])])
np.random.shuffle(data)
centers = data[np.random.choice(len(data), k, replace=False)]
labels = None
iters = 0
while 1:
    new = assign(data, centers)
    if labels is not None and (new == labels).all(): break
    labels = new
    for j in range(k):
        members = data[labels == j]
        if len(members) == 0:
            print("cluster %d is empty" % j)
            centers[j] = data[np.random.randint(len(data))]
        else:
            centers[j] = members.mean(axis=0)
    iters += 1
inertia = sum(((data[labels == j] - centers[j])**2).sum() for j in range(k))
print(iters, 'iterations, inertia %.5f' % inertia)
print(centers[np.lexsort(centers.T)])
print(dict(zip(*np.unique(labels, return_counts=True))))
