"""A loss that falls, and one bug in the script: can you find it?

Sixty leaves of two trees, measured in centimetres. One unit with two weights and a bias
learns to tell the trees apart, and its loss falls from the first epoch to the last. One
statement of the script is wrong all the same. The comments do not say which, and the curve
does not show it.

Source: written for nnstep, after Build an Artificial Neural Network (ANN) from scratch
Cost: loss
Accuracy: np.mean((sigmoid(np.dot(leaves, weights) + bias) > 0.5) == trees)
Fresh: leaves, trees = pick(500)
"""

import numpy as np


# Squeezes any number into the range from 0 to 1.
def sigmoid(x):
    return 1 / (1 + np.exp(-x))


# The derivative of the sigmoid at x: how fast its value moves when x moves.
def sigmoid_der(x):
    return sigmoid(x) * (1 - sigmoid(x))


# The same number of leaves from each tree, one row per leaf: its length and its width. Willow
# leaves are about 5 cm long and 2.5 cm wide, lime leaves 3 cm both ways, give or take 0.8 cm.
# The tree is a column beside them: 1 for willow, 0 for lime.
def pick(number):
    willow = np.random.normal((5, 2.5), 0.8, (number, 2))
    lime = np.random.normal((3, 3), 0.8, (number, 2))
    tree = np.repeat([1, 0], number).reshape(2 * number, 1)
    return np.concatenate((willow, lime)), tree


# The chain rule multiplies: what has come so far, times the next factor.
def chain(so_far, factor):
    so_far *= factor
    return so_far


# %% data
# A fixed seed, so that everyone gets the same leaves and the same start.
np.random.seed(1)

# 30 leaves of each tree: leaves is (60, 2), and trees is (60, 1).
leaves, trees = pick(30)

# %% parameters
# One weight per measurement, (2, 1), drawn between -0.5 and 0.5, and one bias.
weights = np.random.rand(2, 1) - 0.5
bias = np.zeros(1)

# The learning rate: the size of each step downhill.
lr = 1.0

# One epoch is one pass over all sixty leaves.
epochs = 1000

# Forward, cost, backward, update.
for epoch in range(epochs):
    # %% forward
    # (60, 2) times (2, 1): the two measurements of each leaf, weighted and added up; then the
    # bias is added for every leaf. One score per leaf, (60, 1).
    score = np.dot(leaves, weights) + bias

    # The scores become predictions between 0 and 1: how sure is the unit of a willow?
    guess = sigmoid(score)

    # %% cost
    # How far each prediction is from the truth, with its sign, (60, 1).
    error = guess - trees

    # The loss is half the mean of the squared errors, one number. It is to come down.
    loss = np.mean(error**2) / 2
    if epoch % 100 == 0:
        print(f"epoch {epoch}: loss {loss:.6f}")

    # %% backward
    # How each prediction moves with its score: the slope of the sigmoid, (60, 1).
    slope = sigmoid_der(score)

    # Half a squared error has the error as its derivative, so the loss moves with each score
    # by the error times the slope: how hard each leaf pulls, (60, 1).
    pull = chain(error, slope)

    # Each score is its leaf times the weights. (2, 60) times (60, 1): the leaves times their
    # pulls, added up, and divided by 60 for the mean. One number per weight, (2, 1).
    grad_w = np.dot(leaves.T, pull) / 60

    # The bias is added to every score as it is: the mean of error times slope, (1,).
    grad_b = np.mean(error * slope, axis=0)

    # %% update
    # Both gradients point uphill, so a part of them is subtracted.
    weights -= lr * grad_w
    bias -= lr * grad_b

# %% predict
# A prediction above 0.5 means willow. The matches are counted.
print(f"after {epochs} epochs: loss {loss:.6f}")
right = (guess > 0.5) == trees
print(f"right about {np.sum(right)} of 60 leaves")
