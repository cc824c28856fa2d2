# check: right
# cost: objective()
import numpy as np


def make_optimiser(lr, mu=0.0, trace=None):
    velocity = {}
    calls = 0

    def update(name, value, grad):
        nonlocal calls
        calls += 1
        velocity[name] = mu * velocity.get(name, 0.0) - lr * grad
        if trace is not None:
            trace(name, calls)
        return value + velocity[name]

    def report():
        return f"{calls} updates of {', '.join(sorted(velocity))}"

    update.report = report
    return update


def make_problem(n):
    rng = np.random.default_rng(n)
    inputs, wanted = rng.normal(size=(n, 2)), rng.normal(size=n)

    def predict(W, c):
        def inner(x):
            return np.tanh(x @ W) + c
        return inner(inputs)

    def gradients(W, c):
        out = np.tanh(inputs @ W)
        miss = out + c - wanted
        return inputs.T @ (miss * (1 - out ** 2)), miss.sum()
    return predict, gradients, lambda W, c: ((predict(W, c) - wanted) ** 2).sum() / 2


seen = []
predict, gradients, loss_at = make_problem(8)
update = make_optimiser(0.02, mu=0.5, trace=lambda name, k: seen.append((name, k)))
W, c = np.array([0.5, -0.5]), 0.0
objective = lambda: loss_at(W, c)
for epoch in range(5):
    gW, gc = gradients(W, c)
    W = update("W", W, gW)
    c = update("c", c, gc)
    print(epoch, "%.6f" % objective())
print(update.report(), seen[-1], update.__closure__[0].cell_contents)
adders = [lambda x: x + k for k in range(3)]
print([f(10) for f in adders], [f(10) for f in [lambda x, k=k: x + k for k in range(3)]])
