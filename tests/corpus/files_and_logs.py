# check: right
# cost: ((pred - y_train) ** 2).mean()
# writes: measured.csv training.log weights.npz summary.json
"""Writes its data set, reads it again, trains, and leaves a log and the weights behind."""
import csv
import json
import os

import numpy as np

DATA = "measured.csv"
rng = np.random.default_rng(seed=17)
with open(DATA, "w", newline="") as handle:
    writer = csv.writer(handle)
    writer.writerow(["size", "rooms", "price"])
    for _ in range(12):
        size, rooms = rng.uniform(0.3, 2.0), int(rng.integers(1, 6))
        writer.writerow(["%.3f" % size, rooms, "%.3f" % (1.5 * size + .2 * rooms + rng.normal(0, .05))])

rows = []
with open(DATA) as handle:
    header = handle.readline().strip().split(",")
    for line in handle:
        rows.append([float(part) for part in line.split(",")])
table = np.array(rows)
also = np.loadtxt(DATA, delimiter=",", skiprows=1)
print(header, table.shape, np.array_equal(table, also), os.path.getsize(DATA), "bytes")

X_train, y_train = table[:, :2], table[:, 2]
mu, sd = X_train.mean(0), X_train.std(0)
X_train = (X_train - mu) / sd
w, b = np.zeros(2), 0.0
log = []
for epoch in range(6):
    pred = X_train @ w + b
    residual = pred - y_train
    dw = 2 * X_train.T @ residual / len(residual)
    db = 2 * residual.mean()
    w = w - 0.1 * dw
    b = b - 0.1 * db
    log.append("%d\t%.8f" % (epoch, (residual ** 2).mean()))

with open("training.log", "w") as out:
    print("epoch\tmse", file=out)
    out.write("\n".join(log) + "\n")
np.savez("weights.npz", w=w, b=b)
with open("summary.json", "w") as out:
    json.dump({"epochs": epoch + 1, "w": w.tolist(), "mse": float((residual ** 2).mean())}, out, indent=1)
with np.load("weights.npz") as saved:
    print(sorted(saved.files), np.array_equal(saved["w"], w))
for line in open("training.log").readlines()[-2:]: print(line.rstrip())
print(sorted(name for name in os.listdir(".") if not name.startswith(".")))
