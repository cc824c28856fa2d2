# check: right
# cost: loss
import numpy as np

rng = np.random.RandomState(5)
N, D = 18, 3
X = rng.randn(N, D)
y = (X.sum(axis=1) > 0).astype(int)
theta = rng.randn(D) * .1
bias = 0.
vel_theta, vel_bias = np.zeros(D), 0.
mu, lr, decay = .9, .2, .01
losses = []
for epoch in range(12):
    z = X.dot(theta) + bias
    h = 1. / (1. + np.exp(-z))
    loss = -(y * np.log(h) + (1 - y) * np.log(1 - h)).mean()
    losses.append(loss)
    grad_theta = X.T.dot(h - y) / N
    grad_bias = (h - y).mean()
    rate = lr / (1. + decay * epoch)
    vel_theta = mu * vel_theta - rate * grad_theta
    vel_bias = mu * vel_bias - rate * grad_bias
    theta += vel_theta
    bias += vel_bias
    if not epoch % 4:
        print("Epoch:", epoch, "\tloss:", round(loss, 6), sep=" ")
print("Final theta:", theta)
print("Final bias: {:+.4f}; train accuracy: {:.2f}".format(bias, np.mean((h > .5) == y)))
if losses[-1] < losses[0]: print("went down")
else: print("went up")
