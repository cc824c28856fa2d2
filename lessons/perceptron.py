"""A single unit learns a yes/no rule from seven examples.

Three answers, each 1 for yes or 0 for no, describe a person. One unit with three weights
and a bias learns to guess the fourth answer. Small as it is, it shows the whole cycle of
training: guess, measure the miss, find out which way to turn each weight, turn it a little.

Source: Build an Artificial Neural Network (ANN) from scratch
Cost: ((z - labels) ** 2 / 2).sum()
Accuracy: np.mean((z > 0.5) == labels)
"""

import numpy as np


# The sigmoid squeezes any number into the range from 0 to 1: sigmoid(0) is 0.5, large
# positive numbers come out near 1 and large negative ones near 0.
def sigmoid(x):
    return 1 / (1 + np.exp(-x))


# The derivative of the sigmoid at x, written with the sigmoid itself. It is largest, 0.25,
# at x = 0 and fades to 0 on both sides.
def sigmoid_der(x):
    return sigmoid(x) * (1 - sigmoid(x))


# %% data
# Seven people, three answers each: one row per person and one column per question, (7, 3).
input_set = np.array(
    [
        [0, 1, 0],
        [0, 0, 1],
        [1, 0, 0],
        [1, 1, 0],
        [1, 1, 1],
        [0, 1, 1],
        [0, 1, 0],
    ]
)

# The answer we want for each person. A column of shape (7, 1) lines up with the column of
# predictions, so the two can be subtracted person by person.
labels = np.array([1, 0, 0, 1, 1, 0, 1])
labels = labels.reshape(7, 1)

# %% parameters
# A fixed seed makes the random start the same on every run.
np.random.seed(42)

# One weight per question, (3, 1), drawn between 0 and 1. Training will move them.
weights = np.random.rand(3, 1)

# The bias is added whatever the answers are. Without it a person with three zeros would
# always be given sigmoid(0) = 0.5, and no training could change that.
bias = np.random.rand(1)

# The learning rate: how much of each computed correction is really applied.
lr = 0.05

# One epoch is one pass over all seven people.
epochs = 55000

# Every turn of this loop repeats the same steps with slightly better weights.
for epoch in range(epochs):
    # %% forward
    inputs = input_set

    # (7, 3) times (3, 1): each person's answers, times the weights, added up; then the bias
    # is added for everyone. XW is (7, 1), one score per person.
    XW = np.dot(inputs, weights) + bias

    # The scores become predictions between 0 and 1, still (7, 1).
    z = sigmoid(XW)

    # %% cost
    # How far each prediction is from its label: positive means too high, negative too low.
    error = z - labels

    # The sum keeps the signs, so people who are too high and people who are too low cancel
    # in part. It can be negative, and it tells the balance, not the size, of the misses.
    if epoch % 5000 == 0:
        print(f"epoch {epoch}: sum of errors {error.sum():.6f}")

    # %% backward
    # For the cost (z - label)**2 / 2 of one person, the derivative with respect to the
    # prediction is simply the error.
    dcost_dpred = error

    # sigmoid_der is taken at z: one factor per person, (7, 1).
    dpred_dz = sigmoid_der(z)

    # The chain rule joins its factors by multiplying. Person by person that gives one
    # correction each, (7, 1).
    z_delta = dcost_dpred * dpred_dz

    # %% update
    # Turned on its side the data is (3, 7): one row per question.
    inputs = input_set.T

    # (3, 7) times (7, 1): for each question, the corrections of the people who said yes are
    # added up, (3, 1). A correction has the sign of its error, so subtracting a part of it
    # pulls the predictions towards the labels.
    weights -= lr * np.dot(inputs, z_delta)

    # The bias acts on every person alike, so all seven corrections apply to it, one by one.
    for num in z_delta:
        bias -= lr * num

    # %% predict
    # A first look on the way: two people the net has trained on, wanted answers 0 and 1.
    if epoch + 1 == 25000:
        print("after 25000 epochs")
        print("  [1, 0, 0] ->", sigmoid(np.dot(np.array([1, 0, 0]), weights) + bias))
        print("  [0, 1, 0] ->", sigmoid(np.dot(np.array([0, 1, 0]), weights) + bias))

# %% predict
print(f"after {epochs} epochs")

# Predicting is the forward step with the trained weights. (3,) times (3, 1) gives (1,): a
# single number for a single person. It should be near 0.
single_pt = np.array([1, 0, 0])
result = sigmoid(np.dot(single_pt, weights) + bias)
print("  [1, 0, 0] ->", result)

# And this one should be near 1. More training has moved both a little closer to the mark.
single_pt = np.array([0, 1, 0])
result = sigmoid(np.dot(single_pt, weights) + bias)
print("  [0, 1, 0] ->", result)
