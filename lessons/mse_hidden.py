"""A hidden layer bends the boundary, and backpropagation trains it.

Four hidden units stand between the same two moons and the output. Each draws its own
straight line, and the output unit combines the four into a curve. The error now has to travel
back through two layers, and every factor of the chain rule gets its own name on the way.

Source: Neural Network from Scratch: Adding Hidden Layers
Cost: error_out.sum()
Accuracy: np.mean((sigmoid(np.dot(sigmoid(np.dot(feature_set, wh)), wo)) > 0.5) == labels)
Fresh: feature_set, labels = datasets.make_moons(1000, noise=0.10, random_state=1)
    labels = labels.reshape(1000, 1)
"""

import numpy as np
from sklearn import datasets


# Squeezes any number into the range from 0 to 1.
def sigmoid(x):
    return 1 / (1 + np.exp(-x))


# The derivative of the sigmoid at x: how fast the output moves when x moves.
def sigmoid_der(x):
    return sigmoid(x) * (1 - sigmoid(x))


# %% data
# One seed fixes the points and, because the draws simply go on, the weights below as well.
np.random.seed(0)

# The 100 points of the two moons: feature_set is (100, 2), labels is (100,).
feature_set, labels = datasets.make_moons(100, noise=0.10)

# One label per row, (100, 1), just like the output of the net.
labels = labels.reshape(100, 1)

# %% parameters
# Hidden weights, (2, 4): column j holds the two weights of hidden unit j.
wh = np.random.rand(len(feature_set[0]), 4)

# Output weights, (4, 1): how much the output listens to each hidden unit. To keep the
# chain rule short, this net has no biases.
wo = np.random.rand(4, 1)

# The learning rate: the size of each step downhill.
lr = 0.5

# One epoch is one pass over all points. A curve takes far longer to find than a line.
epochs = 200000

# Forward through both layers, back through both, then one step for all twelve weights.
for epoch in range(epochs):
    # %% forward
    # (100, 2) times (2, 4): every point meets every hidden unit, so zh is (100, 4).
    zh = np.dot(feature_set, wh)

    # Each hidden unit answers with a number between 0 and 1. Without this bend, two layers
    # in a row would be no more than one layer.
    ah = sigmoid(zh)

    # (100, 4) times (4, 1): the four answers, weighted and added up to one score per point,
    # so zo is (100, 1).
    zo = np.dot(ah, wo)

    # The output of the net: one prediction per point, (100, 1).
    ao = sigmoid(zo)

    # %% cost
    # Half the squared miss of each point, (100, 1); the sum is what training brings down.
    error_out = (1 / 2) * np.power((ao - labels), 2)

    # Computers round a little differently, and over thousands of epochs this adds up: even
    # the third digit of a later sum may differ from one machine to the next.
    if epoch % 20000 == 0:
        print(f"epoch {epoch}: summed error {float(error_out.sum())}")

    # %% backward
    # Phase 1, the output layer. The cost depends on wo through ao and zo, so the chain rule
    # reads dcost_wo = dcost_dao * dao_dzo * dzo_dwo.
    # First, how the cost moves with a prediction: the slope of half a squared miss is the
    # miss itself, (100, 1).
    dcost_dao = ao - labels

    # How a prediction moves with its score: the slope of the sigmoid at zo, (100, 1).
    dao_dzo = sigmoid_der(zo)

    # How a score moves with the output weights: it is ah times wo, so by ah, (100, 4).
    dzo_dwo = ah

    # (4, 100) times (100, 1): the product of the three factors, summed over all points.
    # One number per output weight, the shape of wo itself.
    dcost_wo = np.dot(dzo_dwo.T, dcost_dao * dao_dzo)

    # Phase 2, the hidden layer. Now the path is longer, through ah and zh:
    # dcost_wh = dcost_dah * dah_dzh * dzh_dwh, and dcost_dah = dcost_dzo * dzo_dah.
    # First, how the cost moves with a score: two factors of phase 1 again, (100, 1).
    dcost_dzo = dcost_dao * dao_dzo

    # How a score moves with the hidden answers: it is ah times wo, so by wo, (4, 1).
    dzo_dah = wo

    # (100, 1) times (1, 4): each point's share of the blame is handed back to the four
    # hidden units, in proportion to their weights. (100, 4).
    dcost_dah = np.dot(dcost_dzo, dzo_dah.T)

    # The slope of the sigmoid inside each hidden unit, for each point, (100, 4).
    dah_dzh = sigmoid_der(zh)

    # How zh moves with the hidden weights: it is the points times wh, so by the points
    # themselves, (100, 2).
    dzh_dwh = feature_set

    # (2, 100) times (100, 4): summed over all points, one number per hidden weight, (2, 4).
    dcost_wh = np.dot(dzh_dwh.T, dah_dzh * dcost_dah)

    # %% update
    # Both gradients point uphill, so subtracting a part of them goes downhill. wo changes
    # only now, after the hidden layer has used its old value.
    wh -= lr * dcost_wh
    wo -= lr * dcost_wo

# %% predict
# A single line stayed above 4; four hidden units bring the same sum down to about 1.5.
print(f"after {epochs} epochs: summed error {error_out.sum():.3f}")

# An output above 0.5 counts as the second moon. The mean of the matches is the accuracy.
predictions = ao > 0.5
accuracy = np.mean(predictions == labels)
print(f"points on the right side of the curve: {accuracy:.2f}")
