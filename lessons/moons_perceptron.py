"""A single unit meets two moons that no straight line can part.

The unit of the first lesson gets points in the plane instead of yes/no answers. It can only
draw one straight line, and the points form two interlocking half circles. Watch the error
fall fast at first and then stop falling, long before it gets near zero.

Source: Neural Network from Scratch: Adding Hidden Layers
Cost: error_out.sum()
Accuracy: np.mean((sigmoid(np.dot(feature_set, weights) + bias) > 0.5) == labels)
Fresh: feature_set, labels = datasets.make_moons(1000, noise=0.10, random_state=1)
    labels = labels.reshape(1000, 1)
"""

import numpy as np
from sklearn import datasets


# Squeezes any number into the range from 0 to 1.
def sigmoid(x):
    return 1 / (1 + np.exp(-x))


# The derivative of the sigmoid at x.
def sigmoid_der(x):
    return sigmoid(x) * (1 - sigmoid(x))


# %% data
# make_moons draws from NumPy's random numbers, so this seed fixes the points.
np.random.seed(0)

# 100 points in two half circles that reach into each other, shaken a little by noise.
# feature_set is (100, 2), the two coordinates; labels is (100,), the moon of each point.
feature_set, labels = datasets.make_moons(100, noise=0.10)

# A column, (100, 1), to match the column of predictions. With (100,) the subtraction below
# would pair every prediction with every label and give (100, 100).
labels = labels.reshape(100, 1)

# %% parameters
# A second seed, for the starting weights.
np.random.seed(42)

# One weight per coordinate, (2, 1). Together they set the direction of the dividing line.
weights = np.random.rand(2, 1)

# The learning rate is larger than in the first lesson: bigger steps.
lr = 0.5

# The bias lets the line lie anywhere, not only through the origin.
bias = np.random.rand(1)

# One epoch is one pass over all points. A thousand are plenty to see where this ends.
epochs = 1000

# Forward, cost, backward, update: the same four steps as in the first lesson.
for epoch in range(epochs):
    # %% forward
    inputs = feature_set

    # (100, 2) times (2, 1), plus the bias: one score per point, (100, 1). The score is zero
    # exactly on the line, positive on one side and negative on the other.
    XW = np.dot(feature_set, weights) + bias

    # The prediction: above 0.5 on the positive side, which means "second moon".
    z = sigmoid(XW)

    # %% cost
    # Half the squared miss of each point, (100, 1). Squares cannot cancel each other, and
    # the half makes the derivative tidy.
    error_out = (1 / 2) * np.power((z - labels), 2)

    # The sum over all points is the number that training should bring down.
    if epoch % 100 == 0:
        print(f"epoch {epoch}: summed error {float(error_out.sum())}")

    # %% backward
    # How far each prediction is from its label, with its sign.
    error = z - labels

    # The derivative of half a square is the miss itself.
    dcost_dpred = error

    # sigmoid_der is taken at z: one factor per point, (100, 1).
    dpred_dz = sigmoid_der(z)

    # Multiplied point by point: how hard each point pulls on the line, (100, 1).
    z_delta = dcost_dpred * dpred_dz

    # %% update
    # (2, 100) times (100, 1): the pulls of all points, collected for each weight.
    inputs = feature_set.T
    weights -= lr * np.dot(inputs, z_delta)

    # All 100 pulls also move the bias, one after the other.
    for num in z_delta:
        bias -= lr * num

# %% predict
# The error has settled at 4.179259, after creeping up a little on the way. By now the pulls
# of the points balance, so the line stands still although 12 points lie on its wrong side.
print(f"after {epochs} epochs: summed error {error_out.sum():.6f}")

# A prediction above 0.5 counts as 1. Comparing with the labels gives True or False per
# point, and their mean is the share of points on the right side of the line.
predictions = z > 0.5
accuracy = np.mean(predictions == labels)
print(f"points on the right side of the line: {accuracy:.2f}")
