# check: wrong parameters['b1']
# cost: -np.mean(np.sum(Y * np.log(A2), axis=0))
import numpy as np

rng = np.random.RandomState(9)
n_x, n_h, n_y, m = 3, 4, 3, 4        # as many examples as hidden units: the shapes don't tell
X = rng.randn(n_x, m)
Y = np.eye(n_y)[:, [0, 1, 2, 0]]
parameters = {"W1": rng.randn(n_h, n_x) * .5, "b1": np.zeros((n_h, 1)), "W2": rng.randn(n_y, n_h) * .5, "b2": np.zeros((n_y, 1))}


def forward_propagation(X, parameters):
    W1, b1, W2, b2 = (parameters[k] for k in ("W1", "b1", "W2", "b2"))
    Z1 = np.dot(W1, X) + b1
    A1 = np.maximum(0.1 * Z1, Z1)
    Z2 = np.dot(W2, A1) + b2
    expZ = np.exp(Z2 - np.max(Z2, axis=0))
    return expZ / expZ.sum(axis=0), (Z1, A1, Z2)


def backward_propagation(parameters, cache, A2, X, Y):
    Z1, A1, _ = cache
    dZ2 = (A2 - Y) / m
    dA1 = np.dot(parameters["W2"].T, dZ2)
    dZ1 = dA1 * np.where(Z1 > 0, 1, 0.1)
    return {
        "W1": np.dot(dZ1, X.T),
        "b1": np.sum(dZ1, axis=0, keepdims=True).T,      # over the units, not the examples
        "W2": np.dot(dZ2, A1.T),
        "b2": np.sum(dZ2, axis=1, keepdims=True),
    }


def model(num_iterations=6, learning_rate=0.5, print_cost=True):
    global A2
    for i in range(num_iterations):
        A2, cache = forward_propagation(X, parameters)
        cost = -np.mean(np.sum(Y * np.log(A2), axis=0))
        grads = backward_propagation(parameters, cache, A2, X, Y)
        for key in parameters:
            parameters[key] = parameters[key] - learning_rate * grads[key]
        if print_cost and i % 2 == 0:
            print("Cost after iteration %i: %f" % (i, cost))
    return parameters


final = model()
print({k: np.round(v.sum(), 4).item() for k, v in final.items()})
