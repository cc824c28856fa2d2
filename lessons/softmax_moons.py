"""Softmax makes scores into probabilities; cross-entropy trains them.

A net with two inputs, a few tanh units and two outputs, one per moon. The outputs are made
into probabilities, so the loss can ask one plain question: how probable did the net think
the right answer was? Change nn_hdim to see what more or fewer hidden units can do.

Source: Build an Artificial Neural Network From Scratch: Part 2
Cost: calculate_loss(model or {"W1": W1, "b1": b1, "W2": W2, "b2": b2})
Accuracy: np.mean(predict(model, X) == y)
Fresh: X, y = datasets.make_moons(1000, noise=0.20, random_state=1)
"""

import numpy as np
from sklearn import datasets

# %% data
# A fixed seed, so that everyone gets the same points.
np.random.seed(0)

# 200 points on two moons with a good deal of noise: X is (200, 2), and y is (200,), the
# class of each point as a plain number, 0 or 1.
X, y = datasets.make_moons(200, noise=0.20)

# %% parameters
# The sizes that the data prescribes: 200 points, two coordinates in, two classes out.
num_examples = len(X)
nn_input_dim = 2
nn_output_dim = 2

# The size that we choose: three hidden units. Try 1, 5 or 20.
nn_hdim = 3

# epsilon is the learning rate: the size of each step downhill.
epsilon = 0.01

# reg_lambda is the strength of the regularisation, which keeps the weights from growing
# without need.
reg_lambda = 0.01

# One pass uses all 200 points once.
num_passes = 20000


# %% cost
# The mean loss of a model over all points: the number that training brings down.
def calculate_loss(model):
    W1, b1, W2, b2 = model["W1"], model["b1"], model["W2"], model["b2"]

    # The forward step, explained in build_model below.
    z1 = X.dot(W1) + b1
    a1 = np.tanh(z1)
    z2 = a1.dot(W2) + b2
    exp_scores = np.exp(z2)
    probs = exp_scores / np.sum(exp_scores, axis=1, keepdims=True)

    # From each row of probs, pick the probability of the right class: (200,). Its negative
    # logarithm is 0 for a probability of 1 and grows without limit towards 0.
    correct_logprobs = -np.log(probs[range(num_examples), y])
    data_loss = np.sum(correct_logprobs)

    # Large weights cost something, too; the half makes the derivative tidy. Biases are free.
    data_loss += reg_lambda / 2 * (np.sum(np.square(W1)) + np.sum(np.square(W2)))
    return 1.0 / num_examples * data_loss


# %% predict
# The class with the highest probability, for each row of x.
def predict(model, x):
    W1, b1, W2, b2 = model["W1"], model["b1"], model["W2"], model["b2"]

    # Predicting is the forward step alone, with weights that stay as they are.
    z1 = x.dot(W1) + b1
    a1 = np.tanh(z1)
    z2 = a1.dot(W2) + b2
    exp_scores = np.exp(z2)
    probs = exp_scores / np.sum(exp_scores, axis=1, keepdims=True)
    return np.argmax(probs, axis=1)


# %% parameters
# Makes a net with nn_hdim hidden units, trains it and returns its weights and biases.
def build_model(nn_hdim, num_passes=20000, print_loss=False):
    # The same seed again, so that the starting weights do not depend on earlier draws.
    np.random.seed(0)

    # (2, nn_hdim): random, so that the hidden units start out different from each other.
    # Dividing by the root of the number of inputs keeps their sums at a moderate size.
    W1 = np.random.randn(nn_input_dim, nn_hdim) / np.sqrt(nn_input_dim)

    # One bias per hidden unit, (1, nn_hdim). Biases can safely start at zero.
    b1 = np.zeros((1, nn_hdim))

    # (nn_hdim, 2) and (1, 2), by the same reasoning, for the two outputs.
    W2 = np.random.randn(nn_hdim, nn_output_dim) / np.sqrt(nn_hdim)
    b2 = np.zeros((1, nn_output_dim))

    # What we return in the end.
    model = {}

    # Each turn is one pass over all points.
    for i in range(num_passes):
        # %% forward
        # (200, 2) times (2, nn_hdim): every point meets every hidden unit. The single row
        # of biases is added to every row. z1 is (200, nn_hdim).
        z1 = X.dot(W1) + b1

        # tanh bends each sum into the range from -1 to 1. The bend makes curves possible.
        a1 = np.tanh(z1)

        # (200, nn_hdim) times (nn_hdim, 2): two scores per point, one for each class.
        z2 = a1.dot(W2) + b2

        # Softmax, first half: the exponential makes every score positive and keeps their
        # order.
        exp_scores = np.exp(z2)

        # Second half: divided by the sum of its row, each pair becomes two probabilities
        # that add up to 1. probs is (200, 2).
        probs = exp_scores / np.sum(exp_scores, axis=1, keepdims=True)

        # %% backward
        # For softmax with the negative logarithm, the derivative of a point's loss with
        # respect to its scores is very simple: the probabilities, minus 1 at the right
        # class. No copy is made here: delta3 is a second name for the array of probs.
        delta3 = probs

        # The minus 1, at one place in each row. The array itself changes, so from here on
        # probs shows the same numbers; they are no longer needed as probabilities.
        delta3[range(num_examples), y] -= 1

        # (nn_hdim, 200) times (200, 2): one number per weight of W2, summed over all points.
        # (The loss that we print is the mean over the points; training follows the sum.)
        dW2 = (a1.T).dot(delta3)

        # A bias is added to every point's score, so its derivative is the sum, (1, 2).
        db2 = np.sum(delta3, axis=0, keepdims=True)

        # (200, 2) times (2, nn_hdim) brings the error back to the hidden units, and the
        # derivative of tanh, 1 - tanh**2, takes it through the bend. (200, nn_hdim).
        delta2 = delta3.dot(W2.T) * (1 - np.power(a1, 2))

        # (2, 200) times (200, nn_hdim): one number per weight of W1.
        dW1 = np.dot(X.T, delta2)

        # A hidden bias is added for every point, too: one sum per hidden unit, (nn_hdim,).
        db1 = np.sum(delta2, axis=0)

        # The penalty for large weights adds its own derivative: a pull towards zero that is
        # stronger for larger weights.
        dW2 += reg_lambda * W2
        dW1 += reg_lambda * W1

        # %% update
        # Each weight and each bias takes a small step against its derivative.
        W1 += -epsilon * dW1
        b1 += -epsilon * db1
        W2 += -epsilon * dW2
        b2 += -epsilon * db2

        # The model after this pass.
        model = {"W1": W1, "b1": b1, "W2": W2, "b2": b2}

        # %% cost
        # Now and then, see how far we are. Each look costs a forward step over all points.
        # After some thousand passes the last digits depend on how the computer rounds.
        if print_loss and i % 1000 == 0:
            print(f"Loss after iteration {i}: {calculate_loss(model):f}")

    return model


# %% predict
# Train a net and ask it about the points it has learned from. The mean of the matches is
# the share of right answers.
model = build_model(nn_hdim, num_passes, print_loss=True)
predictions = predict(model, X)
accuracy = np.mean(predictions == y)
print(f"training accuracy with {nn_hdim} hidden units: {accuracy:.3f}")
