"""What a straight line can do, and what three hidden units add.

Before praising a net, it is wise to know what a simple method can do. Logistic regression
draws the best straight line it can find between the two moons. The small softmax net of the
lesson before, trained on the same 200 points, may bend its boundary.

Source: Neural Network From Scratch in Python
Cost: (-np.sum(np.log(forward(X, W1, b1, W2, b2)[1][range(len(X)), y]))
    + reg_lambda / 2 * (np.sum(np.square(W1)) + np.sum(np.square(W2)))) / len(X)
Accuracy: np.mean(np.argmax(forward(X, W1, b1, W2, b2)[1], axis=1) == y)
Fresh: X, y = datasets.make_moons(1000, noise=0.20, random_state=1)
"""

import numpy as np
from sklearn import datasets
from sklearn.linear_model import LogisticRegressionCV

# %% data
# The same seed and so the same points as in the softmax lesson: X is (200, 2), y is (200,).
np.random.seed(0)
X, y = datasets.make_moons(200, noise=0.20)

# %% parameters
# Ten strengths of regularisation are tried. Cross-validation chooses among them: train on
# four fifths of the points, test on the fifth that was held back, five times over. The
# solver is one that is exact and quick when there are only a few weights.
settings = {"Cs": 10, "cv": 5, "scoring": "accuracy", "solver": "newton-cholesky"}

# Newer versions of scikit-learn want two more choices spelled out. Here they only say:
# plain L2 regularisation, and the newer form of the fitted attributes.
if "use_legacy_attributes" in LogisticRegressionCV().get_params():
    settings["l1_ratios"] = (0.0,)
    settings["use_legacy_attributes"] = False

# For the net: three hidden units, the learning rate, the strength of the regularisation,
# and how many times all points are used.
nn_hdim = 3
epsilon = 0.01
reg_lambda = 0.01
num_passes = 20000


# %% forward
# Returns the hidden values, (n, nn_hdim), and the two probabilities per point, (n, 2).
def forward(X, W1, b1, W2, b2):
    # The weighted sums of the hidden units, then tanh to bend them.
    z1 = X.dot(W1) + b1
    a1 = np.tanh(z1)

    # The two scores per point, then softmax: positive, and each row adds up to 1.
    z2 = a1.dot(W2) + b2
    exp_scores = np.exp(z2)
    probs = exp_scores / np.sum(exp_scores, axis=1, keepdims=True)
    return a1, probs


# %% backward
# The training of the softmax lesson in short form.
def train_net(X, y, nn_hdim, num_passes):
    # The starting weights, with the seed they had in the softmax lesson.
    np.random.seed(0)
    W1 = np.random.randn(2, nn_hdim) / np.sqrt(2)
    b1 = np.zeros((1, nn_hdim))
    W2 = np.random.randn(nn_hdim, 2) / np.sqrt(nn_hdim)
    b2 = np.zeros((1, 2))

    for _ in range(num_passes):
        a1, probs = forward(X, W1, b1, W2, b2)

        # The error of the scores: the probabilities, minus 1 at the right class, (200, 2).
        delta3 = probs
        delta3[range(len(X)), y] -= 1

        # The error of the hidden units, brought back through W2 and tanh, (200, nn_hdim).
        delta2 = delta3.dot(W2.T) * (1 - np.power(a1, 2))

        # The gradients, each with the pull towards small weights added.
        dW2 = (a1.T).dot(delta3) + reg_lambda * W2
        dW1 = np.dot(X.T, delta2) + reg_lambda * W1

        # %% update
        # A small step downhill. A bias sums up the errors of all points.
        W1 += -epsilon * dW1
        b1 += -epsilon * np.sum(delta2, axis=0)
        W2 += -epsilon * dW2
        b2 += -epsilon * np.sum(delta3, axis=0, keepdims=True)

    return W1, b1, W2, b2


# %% predict
# The baseline: one score per point, positive on one side of a straight line. No hidden
# layer, so no curves.
clf = LogisticRegressionCV(**settings)
clf.fit(X, y)

# The share of the 200 points that it puts into the right class.
baseline_accuracy = np.mean(clf.predict(X) == y)
print(f"logistic regression: accuracy {baseline_accuracy}")

# The net: train it, then take the class with the higher probability for every point.
W1, b1, W2, b2 = train_net(X, y, nn_hdim, num_passes)
a1, probs = forward(X, W1, b1, W2, b2)

# The same measure on the same points, so the two numbers can be compared. Both were trained
# on these points; on new ones either could do a little worse.
net_accuracy = np.mean(np.argmax(probs, axis=1) == y)
print(f"net with {nn_hdim} hidden units: accuracy {net_accuracy}")
