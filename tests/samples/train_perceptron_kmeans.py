"""perceptron rule with for/else convergence; k-means with while True and a break; nearest by argmin."""
import numpy as np
def predict(row, weights):
    activation = weights[0]
    for i in range(len(row) - 1):
        activation += weights[i + 1] * row[i]
    return 1.0 if activation >= 0.0 else 0.0
def train_weights(train, l_rate, n_epoch):
    weights = [0.0 for i in range(len(train[0]))]
    for epoch in range(n_epoch):
        sum_error = 0.0
        for row in train:
            error = row[-1] - predict(row, weights)
            sum_error += error ** 2
            weights[0] = weights[0] + l_rate * error
            for i in range(len(row) - 1):
                weights[i + 1] = weights[i + 1] + l_rate * error * row[i]
        print(">epoch=%d, lrate=%.3f, error=%.3f" % (epoch, l_rate, sum_error))
        if not sum_error:
            break
    else:
        print("no convergence")
    return weights
dataset = [[2.78, 2.55, 0], [1.46, 2.36, 0], [3.39, 4.40, 0], [7.62, 2.75, 1], [5.33, 2.08, 1], [6.92, 1.77, 1]]
weights = train_weights(dataset, 0.1, 10)
print([predict(r, weights) for r in dataset], [round(w, 5) for w in weights])
np.random.seed(2)
pts = np.concatenate([np.random.normal(c, 0.5, size=(15, 2)) for c in (0, 4, 8)])
centroids = pts[np.random.choice(len(pts), 3, replace=False)]
iters = 0
while True:
    iters += 1
    dist = np.sqrt(((pts[:, None, :] - centroids[None, ...]) ** 2).sum(-1))
    labels = dist.argmin(axis=1)
    new = np.array([pts[labels == k].mean(axis=0) if (labels == k).any() else centroids[k] for k in range(3)])
    if np.allclose(new, centroids):
        break
    centroids = new
sizes = np.bincount(labels, minlength=3)
print(iters, sizes, centroids.round(4))
inertia = float((dist[np.arange(len(pts)), labels] ** 2).sum())
print(round(inertia, 6))
