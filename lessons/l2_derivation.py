"""The chain rule, first for one weight and then for all at once.

A net with 2 inputs, 3 hidden units and 2 outputs, written with two weight matrices: w leads
into the hidden layer and u out of it; biases are left out to keep the formulas short. The
activation is the sigmoid and the loss is the L2-norm loss, 1/2 * sum((y - t)**2). First the
derivatives for u_11 and w_11 are worked out with plain numbers, then the same in matrices.
Then the net is trained with them, and at the end the formulas are checked against slopes
that are measured without any calculus.

Source: Build an Artificial Neural Network From Scratch: Part 2
Cost: loss(x, t, w, u)
Accuracy: np.mean(np.argmax(forward(x, w, u)[1], axis=1) == labels)
Fresh: x, labels = datasets.make_moons(1000, noise=0.20, random_state=1)
"""

import numpy as np
from sklearn import datasets


# Squeezes any number a into the range from 0 to 1. If y = sigmoid(a), its derivative is
# y * (1 - y): it needs only the value that the forward step has computed anyway.
def sigmoid(a):
    return 1 / (1 + np.exp(-a))


# %% data
# A fixed seed, so that the points and the starting weights are the same on every run.
np.random.seed(0)

# 300 points on two moons: x is (300, 2), and labels is (300,), zeros and ones.
x, labels = datasets.make_moons(300, noise=0.20)

# Two outputs need two targets: label 0 becomes (1, 0) and label 1 becomes (0, 1). t is
# (300, 2).
t = np.eye(2)[labels]

# %% parameters
# w_ij leads from input i to hidden unit j, so w is (2, 3).
w = np.random.randn(2, 3)

# u_ij leads from hidden unit i to output j, so u is (3, 2).
u = np.random.randn(3, 2)

# eta is the learning rate in the update rule: new weight = old weight - eta * derivative.
eta = 0.01

# How often the training at the end goes through all points.
epochs = 2000

# %% forward
# Part one: a single point, number by number. Its two inputs and its two targets.
x1, x2 = x[0]
t1, t2 = t[0]

# The letter a stands for a weighted sum before the activation; ah1 belongs to hidden unit 1.
# Python counts from 0, so w_11 is w[0, 0] and w_21 is w[1, 0].
ah1 = x1 * w[0, 0] + x2 * w[1, 0]
ah2 = x1 * w[0, 1] + x2 * w[1, 1]
ah3 = x1 * w[0, 2] + x2 * w[1, 2]

# The hidden units after activation.
h1 = sigmoid(ah1)
h2 = sigmoid(ah2)
h3 = sigmoid(ah3)

# The same once more for the outputs: every hidden unit takes part in both sums.
a1 = h1 * u[0, 0] + h2 * u[1, 0] + h3 * u[2, 0]
a2 = h1 * u[0, 1] + h2 * u[1, 1] + h3 * u[2, 1]

# The two outputs of the net for this point.
y1 = sigmoid(a1)
y2 = sigmoid(a2)

# %% cost
# Half the sum of the squared misses: the L2-norm loss of this one point.
L = 1 / 2 * ((y1 - t1) ** 2 + (y2 - t2) ** 2)
print(f"loss of the first point: {L:.6f}")

# %% backward
# An output weight. u_11 moves a1, a1 moves y1, and y1 moves the loss. The chain rule
# multiplies: dL_du11 = dL_dy1 * dy1_da1 * da1_du11.
# First factor: the square gives 2 and the half takes it away: what is left is the miss.
dL_dy1 = y1 - t1

# The derivative of the sigmoid, from its own output.
dy1_da1 = y1 * (1 - y1)

# In the sum a1, u_11 is multiplied by h1.
da1_du11 = h1

# The first two factors depend only on the output, not on the weight. Together they are
# called delta: how the loss changes when the sum of output 1 changes.
delta_1 = dL_dy1 * dy1_da1

# The rule for u_ij in general: h_i * delta_j.
dL_du11 = delta_1 * da1_du11

# A hidden weight. w_11 moves h1, but h1 has no target of its own to compare it with. It
# matters only through the two outputs, so we need the delta of the second one, too.
dL_dy2 = y2 - t2
dy2_da2 = y2 * (1 - y2)
delta_2 = dL_dy2 * dy2_da2

# In the sums a1 and a2, h1 is multiplied by u_11 and by u_12.
da1_dh1 = u[0, 0]
da2_dh1 = u[0, 1]

# There are two ways from h1 to the loss, one through each output, and their effects add up.
dL_dh1 = delta_1 * da1_dh1 + delta_2 * da2_dh1

# From here it goes as before: the sigmoid's derivative, then what w_11 is multiplied by.
dh1_dah1 = h1 * (1 - h1)
dah1_dw11 = x1

# The hidden unit has a delta as well: how the loss changes when its sum ah1 changes.
delta_h1 = dL_dh1 * dh1_dah1

# The rule for w_ij in general: x_i * delta_j, the same form as for u.
dL_dw11 = delta_h1 * dah1_dw11

# %% update
# The update rule for a single weight: against the slope, by a small part of it. This is
# where the two weights would go for this point; the net itself stays as it is for now.
new_u11 = u[0, 0] - eta * dL_du11
new_w11 = w[0, 0] - eta * dL_dw11
print(f"u_11 would go from {u[0, 0]:.6f} to {new_u11:.6f}")
print(f"w_11 would go from {w[0, 0]:.6f} to {new_w11:.6f}")


# %% forward
# Part two: the same in matrices, for any number of points. One row of X is one point.
def forward(X, w, u):
    # (n, 2) times (2, 3): the three hidden sums of every point, (n, 3).
    ah = X @ w

    # Activated one by one, still (n, 3).
    h = sigmoid(ah)

    # (n, 3) times (3, 2): the two output sums of every point, (n, 2).
    a = h @ u

    # The outputs, (n, 2).
    y = sigmoid(a)
    return h, y


# %% cost
# The loss of all points together: a single number.
def loss(X, T, w, u):
    _, y = forward(X, w, u)
    return 1 / 2 * np.sum((y - T) ** 2)


# %% backward
def backward(X, T, w, u):
    h, y = forward(X, w, u)

    # Every miss of every output, (n, 2).
    dL_dy = y - T

    # Times the sigmoid's derivative: delta_1 and delta_2 of every point side by side.
    delta = dL_dy * y * (1 - y)

    # (3, n) times (n, 2): entry (i, j) adds h_i * delta_j over all points. (3, 2), like u.
    dL_du = h.T @ delta

    # (n, 2) times (2, 3): entry j of a row is the sum over k of delta_k * u_jk, all the
    # ways from hidden unit j to the loss, added up. (n, 3).
    dL_dh = delta @ u.T

    # Times the sigmoid's derivative again: the deltas of the hidden units, (n, 3).
    delta_h = dL_dh * h * (1 - h)

    # (2, n) times (n, 3): entry (i, j) adds x_i * delta_j over all points. (2, 3), like w.
    dL_dw = X.T @ delta_h
    return dL_dw, dL_du


# With only the first point, x[:1] of shape (1, 2), the matrices must agree with part one.
dL_dw, dL_du = backward(x[:1], t[:1], w, u)
print(f"dL/du_11 by hand {dL_du11:.8f}, in matrices {dL_du[0, 0]:.8f}")
print(f"dL/dw_11 by hand {dL_dw11:.8f}, in matrices {dL_dw[0, 0]:.8f}")

# %% update
# Part three: training with all 300 points. The sums inside the matrix products collect what
# every point asks for, and each weight takes a small step the other way.
for epoch in range(epochs):
    dL_dw, dL_du = backward(x, t, w, u)
    w = w - eta * dL_dw
    u = u - eta * dL_du
    if epoch % 500 == 0:
        print(f"epoch {epoch}: loss {loss(x, t, w, u):.3f}")

# %% predict
# The larger of the two outputs names the moon; the mean of the matches is the accuracy. With
# so little to turn, and no biases, this net levels off about where a straight line would.
_, y = forward(x, w, u)
accuracy = np.mean(np.argmax(y, axis=1) == labels)
print(f"after {epochs} epochs: loss {loss(x, t, w, u):.3f}, accuracy {accuracy:.2f}")

# %% check
# A slope can also be measured: move one weight a tiny step up and a tiny step down and see
# by how much the loss changes. That is slow, but it knows nothing of our formulas.
step = 1e-5
dL_dw, dL_du = backward(x, t, w, u)
measured_w = np.zeros((2, 3))
measured_u = np.zeros((3, 2))

# Weight by weight: (loss after the step up - loss after the step down) / (2 * step).
for i in range(2):
    for j in range(3):
        nudge = np.zeros((2, 3))
        nudge[i, j] = step
        rise = loss(x, t, w + nudge, u) - loss(x, t, w - nudge, u)
        measured_w[i, j] = rise / (2 * step)

# The same for the six weights of u.
for i in range(3):
    for j in range(2):
        nudge = np.zeros((3, 2))
        nudge[i, j] = step
        rise = loss(x, t, w, u + nudge) - loss(x, t, w, u - nudge)
        measured_u[i, j] = rise / (2 * step)

# The largest difference among all twelve weights tells how well the two ways agree.
difference_w = np.max(np.abs(dL_dw - measured_w))
difference_u = np.max(np.abs(dL_du - measured_u))
largest_difference = max(difference_w, difference_u)
print("largest difference to measured slopes below 1e-7:", bool(largest_difference < 1e-7))
