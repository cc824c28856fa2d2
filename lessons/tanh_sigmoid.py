"""Points in columns: tanh inside, one sigmoid output, cross-entropy.

The same kind of net as before, written the other way round: each point is a column, so the
weights stand on the left, W times X. One output unit is enough for two classes. The
parameters travel in a dictionary, and a second one, the cache, keeps what the forward step
found until the backward step needs it.

Source: Building a Layer Two Neural Network From Scratch
Cost: cost(y, Y)
Accuracy: np.mean((forward_propagation(X, params)[0] > 0.5) == Y)
Fresh: X, Y = datasets.make_moons(1000, noise=0.2, random_state=1)
    X, Y = X.T, Y.reshape(1, 1000)
"""

import numpy as np
from sklearn import datasets

# %% data
# A fixed seed, so that the points are the same on every run.
np.random.seed(3)

# Fifteen numbers, drawn and thrown away. The tutorial had drawn its weights once before it
# made its points; doing the same here leads to exactly its points.
np.random.randn(5, 2)
np.random.randn(1, 5)

# 500 points on two moons: X is (500, 2) and Y is (500,).
X, Y = datasets.make_moons(n_samples=500, noise=0.2)

# Turned on its side: X is (2, 500), one column per point, and Y is a row, (1, 500).
X, Y = X.T, Y.reshape(1, Y.shape[0])


# %% parameters
# Squeezes any number into the range from 0 to 1.
def sigmoid(x):
    return 1 / (1 + np.exp(-x))


# The weights and biases to start from, together in one dictionary.
def init_params(input_size, hidden_size, output_size):
    # The seed once more: the starting weights are the first numbers drawn after it.
    np.random.seed(3)

    # He initialisation: random numbers times the root of 2 / (number of inputs), so that
    # sums over many inputs do not grow too large. W1 is (hidden, input), here (5, 2).
    W1 = np.random.randn(hidden_size, input_size) * np.sqrt(2 / input_size)

    # One bias per hidden unit, as a column, (5, 1).
    b1 = np.zeros((hidden_size, 1))

    # (1, 5) and (1, 1): the output unit has five inputs. If the weights of both layers were
    # zero, the hidden units would stay at zero and only the output bias could ever learn.
    W2 = np.random.randn(output_size, hidden_size) * np.sqrt(2 / hidden_size)
    b2 = np.zeros((output_size, 1))
    return {"W1": W1, "b1": b1, "W2": W2, "b2": b2}


# How large a step each update takes, how many hidden units there are, and how many times
# the net goes through all points.
learning_rate = 0.3
hidden_size = 5
epochs = 5000


# %% forward
def forward_propagation(X, params):
    # (5, 2) times (2, 500): row j holds the sums of hidden unit j, one column per point.
    # The column of biases is added to every column. Z1 is (5, 500).
    Z1 = np.dot(params["W1"], X) + params["b1"]

    # tanh bends each sum into the range from -1 to 1, still (5, 500).
    A1 = np.tanh(Z1)

    # (1, 5) times (5, 500): one score per point, in a row, (1, 500).
    Z2 = np.dot(params["W2"], A1) + params["b2"]

    # The prediction: how probable it is that the point is in class 1, (1, 500).
    y = sigmoid(Z2)

    # The backward step will ask for these again, so they are kept.
    return y, {"Z1": Z1, "A1": A1, "Z2": Z2, "y": y}


# %% cost
def cost(y, Y):
    # The number of points.
    m = Y.shape[1]

    # Where the label is 1 only the first product counts, where it is 0 only the second. In
    # both cases this is the logarithm of the probability given to the right answer.
    log_probs = Y * np.log(y) + (1 - Y) * np.log(1 - y)

    # A logarithm of a probability is never positive. Its negative mean is the cost: 0 would
    # mean being certain and right about every point.
    return -(1 / m) * np.sum(log_probs)


# %% backward
def back_propagation(X, Y, params, cache):
    m = X.shape[1]

    # Sigmoid and cross-entropy fit together so well that the derivative with respect to the
    # score is just prediction minus label, (1, 500).
    dZ2 = cache["y"] - Y

    # (1, 500) times (500, 5): the mean over all points, for each output weight. (1, 5).
    dW2 = (1 / m) * np.dot(dZ2, cache["A1"].T)

    # The bias takes part in every score alike, so it gets the mean of dZ2, (1, 1).
    db2 = (1 / m) * np.sum(dZ2, axis=1, keepdims=True)

    # (5, 1) times (1, 500) hands the error back to the hidden units, and the derivative of
    # tanh, 1 - tanh**2, takes it through the bend. (5, 500).
    dZ1 = np.dot(params["W2"].T, dZ2) * (1 - np.power(cache["A1"], 2))

    # (5, 500) times (500, 2): the mean over all points, for each hidden weight. (5, 2).
    dW1 = (1 / m) * np.dot(dZ1, X.T)

    # One mean per hidden bias, (5, 1).
    db1 = (1 / m) * np.sum(dZ1, axis=1, keepdims=True)
    return {"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2}


# %% update
# Every parameter takes a step against its derivative. The old dictionary stays as it was;
# a new one with the new values is returned.
def update(gradients, params, learning_rate):
    W1 = params["W1"] - learning_rate * gradients["dW1"]
    b1 = params["b1"] - learning_rate * gradients["db1"]
    W2 = params["W2"] - learning_rate * gradients["dW2"]
    b2 = params["b2"] - learning_rate * gradients["db2"]
    return {"W1": W1, "b1": b1, "W2": W2, "b2": b2}


# The whole training: the four steps in a circle.
def fit(X, Y, learning_rate, hidden_size, number_of_iterations):
    params = init_params(X.shape[0], hidden_size, Y.shape[0])

    # The cost of every round is kept, so that we can see how it went.
    cost_ = []
    for i in range(number_of_iterations):
        # Predict, and measure how good the prediction is.
        y, cache = forward_propagation(X, params)
        cost_.append(cost(y, Y))
        if i % 1000 == 0:
            print(f"iteration {i}: cost {cost_[-1]:.6f}")

        # Find out which way is downhill, and take a step.
        gradients = back_propagation(X, Y, params, cache)
        params = update(gradients, params, learning_rate)
    return params, cost_


# %% predict
# Train the net and compare where it started with where it ended.
params, cost_ = fit(X, Y, learning_rate, hidden_size, epochs)
first_cost = float(cost_[0])
last_cost = float(cost_[-1])
print(f"first cost {first_cost}")
print(f"last cost {last_cost:.6f}")

# Above 0.5 counts as class 1. The mean of the matches is the share of right answers.
y, cache = forward_propagation(X, params)
predictions = y > 0.5
accuracy = np.mean(predictions == Y)
print(f"training accuracy: {accuracy:.3f}")
