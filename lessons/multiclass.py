"""Three classes: a row of probabilities for each point, by softmax.

Points on three arms that wind around each other. The net has one output unit per arm, softmax
makes the three scores of a point into probabilities that add up to 1, and cross-entropy asks
how probable the right arm was. The targets are written in the same form, one-hot: a 1 in the
column of the right class. With that, everything of the net with two classes stays as it was,
and only one size has changed, from 2 to 3.

Source: announced by Neural Network from Scratch: Adding Hidden Layers
Cost: cross_entropy(probs, t)
Accuracy: np.mean(predict(X) == labels)
Fresh: np.random.seed(1)
    X, labels = spiral(300)
"""

import numpy as np


# %% data
# Makes n points on each of three arms, and the number of the arm of each point.
def spiral(n):
    # Three times n points with two coordinates each: (3n, 2).
    X = np.zeros((3 * n, 2))

    # n zeros, n ones and n twos: (3n,).
    labels = np.repeat(np.arange(3), n)

    # How far from the middle each point of an arm lies, (n,).
    radius = np.linspace(0.1, 1, n)
    for k in range(3):
        # Each arm begins a third of a turn after the one before and winds as it goes out. The
        # random part is the noise: without it every arm would be a clean line.
        angle = 2 * np.pi * k / 3 + 3.5 * radius + 0.3 * np.random.randn(n)

        # From distance and angle to coordinates; arm k fills its own n rows of X.
        X[k * n : (k + 1) * n, 0] = radius * np.cos(angle)
        X[k * n : (k + 1) * n, 1] = radius * np.sin(angle)
    return X, labels


# A fixed seed, so that the points and the starting weights are the same on every run.
np.random.seed(0)

# 300 points: X is (300, 2), and labels is (300,) with the numbers 0, 1 and 2.
X, labels = spiral(100)
n = len(X)

# Three outputs need three targets for each point. Row k of the identity matrix has its 1 in
# column k, so picking row labels[i] for point i gives the one-hot targets. t is (300, 3).
t = np.eye(3)[labels]

# %% parameters
# How many hidden units there are. Three arms that wind need a good many bends.
hidden = 6

# One column per hidden unit, (2, hidden), and one bias each, (1, hidden).
W1 = np.random.randn(2, hidden)
b1 = np.zeros((1, hidden))

# One column per class, (hidden, 3), and one bias each, (1, 3). Divided by the root of the
# number of inputs, the scores begin small, and so the net begins undecided.
W2 = np.random.randn(hidden, 3) / np.sqrt(hidden)
b2 = np.zeros((1, 3))

# The learning rate, and how often the net goes through all points.
lr = 0.5
epochs = 2000


# %% forward
# Makes each row of scores into probabilities. z is (n, 3).
def softmax(z):
    # The largest score of each row, kept as a column, (n, 1), so that it lines up with the rows.
    # Taking it away changes no probability, and keeps the exponential from getting too large.
    exp_scores = np.exp(z - np.max(z, axis=1, keepdims=True))

    # Every row is divided by its own sum: (n, 3) by (n, 1). Then each row adds up to 1.
    return exp_scores / np.sum(exp_scores, axis=1, keepdims=True)


# %% predict
# The class with the highest probability, for each row of points: (m, 2) in, (m,) out.
def predict(points):
    a1 = np.tanh(points @ W1 + b1)
    return np.argmax(softmax(a1 @ W2 + b2), axis=1)


# %% cost
# The mean over all points of the negative logarithm of the right class's probability. The
# one-hot targets pick it: times 0 for the two wrong classes, times 1 for the right one.
def cross_entropy(probs, t):
    return -np.mean(np.sum(t * np.log(probs), axis=1))


# Every turn uses all 300 points once.
for epoch in range(epochs):
    # %% forward
    # (300, 2) times (2, hidden), plus a row of biases: one sum per point and hidden unit.
    z1 = X @ W1 + b1

    # tanh bends each sum into the range from -1 to 1, still (300, hidden).
    a1 = np.tanh(z1)

    # (300, hidden) times (hidden, 3): three scores per point, one for each class, (300, 3).
    z2 = a1 @ W2 + b2

    # The scores become probabilities, row by row, still (300, 3).
    probs = softmax(z2)

    # %% cost
    # How improbable the right answers were, as a single number.
    cost = cross_entropy(probs, t)
    if epoch % 500 == 0:
        print(f"epoch {epoch}: cost {cost:.6f}")

    # %% backward
    # How the loss of a point changes with its scores: prediction minus target, (300, 3). The
    # difference is a new array, so probs keeps its values.
    delta3 = probs - t

    # (hidden, 300) times (300, 3): for each weight the sum over all points, and divided by n
    # the mean, (hidden, 3). The cost is a mean, too.
    dW2 = a1.T @ delta3 / n

    # A bias takes part in the score of every point: one mean per class, (1, 3).
    db2 = np.sum(delta3, axis=0, keepdims=True) / n

    # (300, 3) times (3, hidden): each hidden unit hears from all three outputs. The derivative
    # of tanh, 1 - tanh**2, takes it through the bend, (300, hidden).
    delta2 = delta3 @ W2.T * (1 - a1**2)

    # (2, 300) times (300, hidden): one mean per hidden weight, (2, hidden).
    dW1 = X.T @ delta2 / n
    db1 = np.sum(delta2, axis=0, keepdims=True) / n

    # %% update
    # Every parameter takes a step against its derivative.
    W1 -= lr * dW1
    b1 -= lr * db1
    W2 -= lr * dW2
    b2 -= lr * db2

# %% predict
# The share of right answers, over all points and for each arm.
right = predict(X) == labels
print(f"after {epochs} epochs: cost {cost:.6f}, accuracy {np.mean(right):.3f}")
for k in range(3):
    print(f"  arm {k}: {np.sum(right[labels == k])} of {np.sum(labels == k)} right")
