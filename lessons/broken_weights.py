"""A net learns the sine curve, breaks, and ends with nan: who broke its weights?

Four tanh units and an output unit are to follow the sine curve from -3 to 3. The cost falls at
first, as it should. Some time later every weight is nan, which means "not a number", and
nothing can be learned from then on.

Source: written for nnstep, with the names of Neural Network from Scratch: Adding Hidden Layers
Cost: cost
Accuracy: np.mean(np.abs(np.dot(np.tanh(np.dot(x, wh)), wo) - y) < 0.25)
Fresh: x = np.random.uniform(-3, 3, (1000, 1))
    y = np.sin(x)
"""

import numpy as np

# %% data
# 60 places on the line from -3 to 3, a row each, and the height of the sine curve at each of
# them: x and y are both (60, 1).
x = np.linspace(-3, 3, 60).reshape(60, 1)
y = np.sin(x)

# %% parameters
# A fixed seed, so that everyone gets the same start.
np.random.seed(3)

# Hidden weights, (1, 4): one for each hidden unit. To keep the chain rule short, this net has
# no biases; the sine curve goes through zero, so none is needed.
wh = np.random.randn(1, 4) * 0.5

# Output weights, (4, 1): how much the output listens to each hidden unit. Its answer is not
# squeezed into a range, for it has to reach any height.
wo = np.random.randn(4, 1) * 0.25

# The learning rate: which part of each gradient is taken as a step.
lr = 1.2

# One epoch is one pass over all 60 places.
epochs = 400

# Forward through both layers, back through both, then one step for all eight weights.
for epoch in range(epochs):
    # %% forward
    # (60, 1) times (1, 4): every place meets every hidden unit, so zh is (60, 4).
    zh = np.dot(x, wh)

    # tanh brings each score between -1 and 1. This is what bends the curve.
    ah = np.tanh(zh)

    # (60, 4) times (4, 1): the four answers, weighted and added up to one height per place,
    # so zo is (60, 1).
    zo = np.dot(ah, wo)

    # %% cost
    # How far each height is from the sine curve, with its sign, (60, 1).
    error = zo - y

    # Half the mean of the squared errors, one number. It is to come down.
    cost = np.mean(error**2) / 2
    if epoch % 50 == 0:
        print(f"epoch {epoch}: cost {cost:.6g}")

    # %% backward
    # Phase 1, the output layer. Half a squared error has the error as its derivative, and each
    # of the 60 places has its share in the mean, (60, 1).
    dcost_dzo = error / 60

    # (4, 60) times (60, 1): for each hidden unit, its answers times those shares, added up over
    # all places. One number per output weight, (4, 1).
    dcost_wo = np.dot(ah.T, dcost_dzo)

    # Phase 2, the hidden layer. (60, 1) times (1, 4): each place's share is handed back to the
    # four hidden units, in proportion to their weights, (60, 4).
    dcost_dah = np.dot(dcost_dzo, wo.T)

    # The slope of tanh is 1 minus its square: 1 in the middle, near 0 on both flat ends.
    dcost_dzh = dcost_dah * (1 - ah**2)

    # (1, 60) times (60, 4): added up over all places, one number per hidden weight, (1, 4).
    dcost_wh = np.dot(x.T, dcost_dzh)

    # %% update
    # Both gradients point uphill, so subtracting a part of them goes downhill.
    wh -= lr * dcost_wh
    wo -= lr * dcost_wo

# %% predict
# What has become of it: the cost, and the height at pi / 2, where the sine curve reaches 1.
print(f"after {epochs} epochs: cost {cost:.6g}")
top = np.array([[np.pi / 2]])
print("height at pi / 2:", np.dot(np.tanh(np.dot(top, wh)), wo))
