"""Which loop counts the epochs: scripts as people write them, the line wanted marked `# MAIN`."""

from __future__ import annotations

import ast
import textwrap
from pathlib import Path

import pytest

from nnstep.engine.mainloop import main_loop

LESSONS = Path(__file__).parents[2] / "lessons"

RIGHT = {
    "one loop": """
        for epoch in range(3):  # MAIN
            w -= lr * g
    """,
    "assignment": """
        for epoch in range(3):  # MAIN
            W = W - lr * grad(W)
    """,
    "assignment the other way round": """
        for epoch in range(3):  # MAIN
            W = -lr * grad(W) + W
    """,
    "two layers in eleven lines": """
        syn0 = 2 * np.random.random((3, 4)) - 1
        syn1 = 2 * np.random.random((4, 1)) - 1
        for j in range(60000):  # MAIN
            l1 = 1 / (1 + np.exp(-(np.dot(X, syn0))))
            l2 = 1 / (1 + np.exp(-(np.dot(l1, syn1))))
            l2_delta = (y - l2) * (l2 * (1 - l2))
            l1_delta = l2_delta.dot(syn1.T) * (l1 * (1 - l1))
            syn1 += l1.T.dot(l2_delta)
            syn0 += X.T.dot(l1_delta)
    """,
    "a static method that updates what it is given": """
        class Descent:
            @staticmethod
            def step(W, x):
                W -= 0.1 * x.T @ (x @ W)

        for x in batches:
            print(x)
        for epoch in range(3):  # MAIN
            Descent.step(W, x)
    """,
    "lists put together": """
        for epoch in range(3):  # MAIN
            total = Value(0.0)
            for x, target in points:
                total = total + (model(x) - target) ** 2
            total.backward()
            for p in w + v:
                p.data -= 0.1 * p.grad
    """,
    "names that methods and builtins have, too": """
        class Net:
            def parameters(self):
                return [self.W, self.b]

        parameters, sum = Net().parameters(), 0
        for x in batches:
            print(x)
        for epoch in range(3):  # MAIN
            for p in parameters:
                p.data -= 0.1 * p.grad
    """,
    "while": """
        i = 0
        while loss > 0.1:  # MAIN
            w -= lr * grad(w)
            loss = f(w)
            i += 1
    """,
    "while true": """
        while True:  # MAIN
            w -= lr * grad(w)
            if abs(grad(w)) < 1e-6:
                break
    """,
    "in a function": """
        def train(W):
            for i in range(10):  # MAIN
                W += -eps * grad(W)
            return W

        W = train(init())
    """,
    "in main": """
        def main():
            W = np.zeros(3)
            for epoch in range(10):  # MAIN
                W -= 0.1 * grad(W)

        if __name__ == "__main__":
            main()
    """,
    "under a guard": """
        if __name__ == "__main__":
            for epoch in range(10):  # MAIN
                W -= 0.1 * grad(W)
    """,
    "in a try": """
        try:
            for epoch in range(5):  # MAIN
                W -= lr * W
        except KeyboardInterrupt:
            pass
    """,
    "in a with": """
        with np.errstate(all="raise"):
            for epoch in range(5):  # MAIN
                W -= lr * W
    """,
    "a class with fit": """
        class Net:
            def fit(self, X, y):
                for epoch in range(self.epochs):  # MAIN
                    out = self.forward(X)
                    self.backward(out, y)
                    self.update()

            def forward(self, X):
                return X @ self.W

            def backward(self, out, y):
                self.dW = self.X.T @ (out - y)

            def update(self):
                self.W -= self.lr * self.dW

        net = Net()
        net.fit(X, y)
    """,
    "a class used from the module": """
        class Net:
            def step(self, X, y):
                self.W = self.W - 0.1 * X.T @ (X @ self.W - y)

        net = Net()
        for epoch in range(100):  # MAIN
            net.step(X, y)
    """,
    "a dictionary of parameters": """
        for epoch in range(10):  # MAIN
            grads = backward(params)
            for key in params:
                params[key] -= lr * grads[key]
    """,
    "a dictionary of parameters, bound anew": """
        for epoch in range(10):  # MAIN
            params["W1"] = params["W1"] - lr * grads["dW1"]
    """,
    "parameters by their index": """
        for epoch in range(10):  # MAIN
            for i in range(len(weights)):
                weights[i] -= lr * grads[i]
    """,
    "mini-batches": """
        for epoch in range(5):  # MAIN
            perm = np.random.permutation(n)
            for i in range(0, n, 32):
                xb, yb = X[perm[i:i + 32]], y[perm[i:i + 32]]
                W -= lr * xb.T @ (xb @ W - yb)
    """,
    "one example at a time": """
        for epoch in range(5):  # MAIN
            total = 0
            for x, t in zip(X, y):
                p = x @ w
                total += (p - t) ** 2
                w += lr * (t - p) * x
    """,
    "a sweep over learning rates": """
        for lr in [0.1, 0.2]:
            W = np.zeros(3)
            for epoch in range(10):  # MAIN
                W -= lr * g(W)
            print(lr, W)
    """,
    "a sweep over sizes": """
        results = []
        for hidden in [1, 2, 3, 4, 5, 20, 50]:
            W1, b1 = np.random.randn(2, hidden), np.zeros(hidden)
            for epoch in range(10):  # MAIN
                W1 = W1 - lr * dW1(W1)
                b1 = b1 - lr * db1(b1)
            results.append(loss(W1, b1))
    """,
    "a sweep that keeps the best": """
        best = None
        for hidden in [1, 2, 3]:
            model = make(hidden)
            for epoch in range(10):  # MAIN
                model.W -= lr * model.dW
            score = rate(model)
            if best is None or score > best:
                best = score
    """,
    "a sweep over a function": """
        def train(hidden):
            W = init(hidden)
            for i in range(10):  # MAIN
                W += -eps * grad(W)
            return W

        for hidden in [1, 2, 3]:
            W = train(hidden)
    """,
    "a sweep with a dictionary": """
        for lr in rates:
            params = init()
            for epoch in range(10):  # MAIN
                for key in params:
                    params[key] -= lr * grads[key]
            losses[lr] = loss(params)
    """,
    "cross-validation": """
        scores = []
        for train, test in folds:
            w = np.zeros(2)
            for epoch in range(5):  # MAIN
                w = w - 0.1 * X[train].T @ (X[train] @ w - y[train])
            scores.append(np.mean(y[test]))
    """,
    "data made in a loop before": """
        for i in range(100):
            X[i] = i * 0.1
            total += X[i]
        for epoch in range(10):  # MAIN
            z = X @ W + b
            d = (z - y) * (1 - z)
            W -= lr * X.T @ d
    """,
    "evaluated in a loop behind": """
        for epoch in range(10):  # MAIN
            z = X @ W + b
            d = (z - y) * (1 - z)
            W -= lr * X.T @ d
        correct = 0
        for x, t in zip(X, y):
            p = np.argmax(np.dot(x, W))
            correct += p == t
    """,
    "gradients checked before": """
        for i in range(3):
            for j in range(3):
                W[i, j] += eps
                up = f(W)
                W[i, j] -= 2 * eps
                num[i, j] = up - f(W)
        for epoch in range(5):  # MAIN
            h = np.tanh(X @ W)
            d = (h - y) * (1 - h ** 2)
            W -= lr * X.T @ d
            b -= lr * d.sum(axis=0)
            c -= lr * np.dot(d, V) * np.sum(d) / len(d)
    """,
    "a function that trains one epoch": """
        def train_one_epoch(net, X, y):
            net.W -= 0.1 * grad(net, X, y)

        for epoch in range(5):  # MAIN
            train_one_epoch(net, X, y)
    """,
    "a function two calls deep": """
        def step(net, x):
            net.W -= 0.1 * x

        def train_one_epoch(net, X):
            for x in X:
                step(net, x)

        for epoch in range(5):  # MAIN
            train_one_epoch(net, X)
    """,
    "a function that gives the new ones": """
        def update(W1, b1, grads):
            W1 = W1 - 0.1 * grads[0]
            b1 = b1 - 0.1 * grads[1]
            return W1, b1

        for epoch in range(5):  # MAIN
            grads = backward(W1)
            W1, b1 = update(W1, b1, grads)
    """,
    "update_parameters": """
        def update_parameters(parameters, grads, learning_rate):
            for l in range(len(parameters) // 2):
                parameters["W" + str(l + 1)] = (
                    parameters["W" + str(l + 1)] - learning_rate * grads["dW" + str(l + 1)]
                )
            return parameters

        def model(X, Y):
            parameters = initialize()
            for i in range(10):  # MAIN
                grads = backward(X)
                parameters = update_parameters(parameters, grads, 0.1)
            return parameters
    """,
    "an optimizer": """
        class SGD:
            def __init__(self, lr):
                self.lr = lr

            def step(self, params, grads):
                for key in params:
                    params[key] -= self.lr * grads[key]

        optimizer = SGD(0.1)
        for epoch in range(5):  # MAIN
            grads = net.gradient(x, t)
            optimizer.step(net.params, grads)
    """,
    "an optimizer with momentum": """
        class Momentum:
            def update(self, params, grads):
                if self.v is None:
                    self.v = {}
                    for key, val in params.items():
                        self.v[key] = np.zeros_like(val)
                for key in params.keys():
                    self.v[key] = self.momentum * self.v[key] - self.lr * grads[key]
                    params[key] += self.v[key]

        for i in range(5):  # MAIN
            optimizer = Momentum() if i == 0 else optimizer
            optimizer.update(net.params, grads)
    """,
    "momentum": """
        for epoch in range(5):  # MAIN
            for key in params:
                velocity[key] = beta * velocity[key] + (1 - beta) * grads[key]
                params[key] -= lr * velocity[key]
    """,
    "adam": """
        for t in range(1, 100):  # MAIN
            g = grad(w)
            m = b1 * m + (1 - b1) * g
            v = b2 * v + (1 - b2) * g ** 2
            w = w - lr * m / (np.sqrt(v) + eps)
    """,
    "for p, g in zip": """
        for epoch in range(3):  # MAIN
            grads = backward(params)
            for p, g in zip(params, grads):
                p -= lr * g
    """,
    "for p, g in zip in a function": """
        def sgd(params, grads, lr):
            for p, g in zip(params, grads):
                p -= lr * g

        for epoch in range(3):  # MAIN
            sgd(params, backward(params), 0.1)
    """,
    "for layer in layers": """
        for epoch in range(3):  # MAIN
            out = X
            for layer in layers:
                out = layer.forward(out)
            for layer in reversed(layers):
                layer.W -= lr * layer.dW
    """,
    "for p in parameters()": """
        for k in range(20):  # MAIN
            total = loss()
            total.backward()
            for p in model.parameters():
                p.data -= learning_rate * p.grad
    """,
    "a list of new parameters": """
        for epoch in range(3):  # MAIN
            grads = backward(params)
            params = [p - lr * g for p, g in zip(params, grads)]
    """,
    "a dictionary of new parameters": """
        for epoch in range(3):  # MAIN
            grads = backward(params)
            params = {key: params[key] - lr * grads[key] for key in params}
    """,
    "a tuple of new parameters": """
        for epoch in range(3):  # MAIN
            dW, db = backward(W, b)
            W, b = W - lr * dW, b - lr * db
    """,
    "clipped": """
        for epoch in range(3):  # MAIN
            w = np.clip(w - lr * grad(w), -1, 1)
    """,
    "a method of the new value": """
        for epoch in range(3):  # MAIN
            w = (w - lr * grad(w)).astype(np.float32)
    """,
    "out=": """
        for epoch in range(3):  # MAIN
            g = X.T @ (X @ w - y)
            np.subtract(w, lr * g, out=w)
    """,
    "through a new name": """
        while True:  # MAIN
            w_new = w - lr * grad(w)
            if abs(w_new - w) < 1e-6:
                break
            w = w_new
    """,
    "an imported function": """
        from nn import update_parameters
        for i in range(10):  # MAIN
            grads = backward(X, parameters)
            parameters = update_parameters(parameters, grads, 0.1)
    """,
    "Nielsen's network": """
        class Network(object):
            def feedforward(self, a):
                for b, w in zip(self.biases, self.weights):
                    a = sigmoid(np.dot(w, a) + b)
                return a

            def SGD(self, training_data, epochs, mini_batch_size, eta):
                n = len(training_data)
                for j in range(epochs):  # MAIN
                    random.shuffle(training_data)
                    mini_batches = [
                        training_data[k:k + mini_batch_size] for k in range(0, n, mini_batch_size)
                    ]
                    for mini_batch in mini_batches:
                        self.update_mini_batch(mini_batch, eta)

            def update_mini_batch(self, mini_batch, eta):
                nabla_w = [np.zeros(w.shape) for w in self.weights]
                for x, y in mini_batch:
                    delta_nabla_w = self.backprop(x, y)
                    nabla_w = [nw + dnw for nw, dnw in zip(nabla_w, delta_nabla_w)]
                self.weights = [w - eta * nw for w, nw in zip(self.weights, nabla_w)]

            def backprop(self, x, y):
                activation = x
                for b, w in zip(self.biases, self.weights):
                    z = np.dot(w, activation) + b
                    activation = sigmoid(z)
                return [activation * y]

        Network([2, 3, 1]).SGD(data, 30, 10, 3.0)
    """,
    "a sweep that ends with a helper which rebinds its own parameter": """
        def softmax(x):
            x = x - x.max()
            return np.exp(x) / np.sum(np.exp(x))

        for lr in [0.1, 0.2]:
            W = np.zeros(3)
            for epoch in range(10):  # MAIN
                W -= lr * X.T @ (softmax(X @ W) - y)
            print(softmax(X @ W))
    """,
    "a sweep over a function that changes what it is given": """
        def train(W):
            for epoch in range(10):  # MAIN
                W -= 0.1 * grad(W)
            return W

        for hidden in [1, 2, 3]:
            W = train(np.ones(hidden))
    """,
    "a fresh net in each round of a sweep": """
        class Net:
            def train_step(self, X):
                self.W -= 0.1 * X

        for restart in range(3):
            net = Net()
            for epoch in range(5):  # MAIN
                net.train_step(X)
    """,
    "a heavier evaluation behind": """
        for e in range(5):  # MAIN
            w -= lr * X.T @ (X @ w - y)
        total = 0
        for x, t in zip(X, y):
            a = f(np.dot(x, w)); b = f(np.dot(a, w)); c = f(np.dot(b, w)) * 2 + 3 * a - b * c0
            total += (c - t) ** 2
    """,
    "a sweep that adds up scores": """
        best, best_lr = 0, None
        total = 0
        for lr in rates:
            W = np.zeros(3)
            for e in range(5):  # MAIN
                W -= lr * grad(W)
            acc = score(W)
            best = max(best, acc)
            total += acc
            print(f(acc, g(total), h(total) * 3))
    """,
    "a sweep with a while": """
        lr = 1.0
        while lr > 1e-3:
            W = np.zeros(3)
            for e in range(5):  # MAIN
                W -= lr * grad(W)
            lr = lr / 10
    """,
    "columns normalized before": """
        for j in range(3):
            X[:, j] = (X[:, j] - X[:, j].mean()) / X[:, j].std() + f(1)*f(2)*f(3)*f(4)
        for e in range(5):  # MAIN
            w = w - lr * g(w)
    """,
    "a perceptron": """
        n = 0
        for i in range(10):  # MAIN
            for x, t in zip(X, y):
                if np.sign(x @ w) != t:
                    w += t * x
                    n += 1
    """,
    "until no errors": """
        while True:  # MAIN
            errors = 0
            for x, t in zip(X, y):
                p = 1 if x @ w > 0 else 0
                w = w + (t - p) * x
                errors += abs(t - p)
            if errors == 0:
                break
    """,
    "the gradient of the next round": """
        g = grad(w)
        for i in range(10):  # MAIN
            w = w - lr * g
            g = grad(w)
    """,
    "restarts that keep the best": """
        best_w, best = None, 1e9
        for restart in range(3):
            w = np.random.randn(3)
            for i in range(10):  # MAIN
                w -= lr * grad(w)
            loss = f(w)
            if loss < best:
                best, best_w = loss, w.copy()
    """,
    "a function that binds a global": """
        w = 1.0
        def step():
            global w
            w = w - 0.1 * grad(w)
        for i in range(10):  # MAIN
            step()
    """,
    "a dictionary of dictionaries": """
        for i in range(10):  # MAIN
            for name, p in model.items():
                p['W'] -= lr * grads[name]['W']
    """,
    "layers with a method that learns": """
        class Dense:
            def backward(self, d, lr):
                dW = self.x.T @ d
                out = d @ self.W.T
                self.W -= lr * dW
                return out
        class Net:
            def __init__(self, sizes):
                self.layers = [Dense() for s in sizes]
            def train(self, X, y, epochs):
                for e in range(epochs):  # MAIN
                    out = X
                    for l in self.layers:
                        out = l.forward(out)
                    d = out - y
                    for l in reversed(self.layers):
                        d = l.backward(d, 0.1)
        for lr in [1, 2]:
            net = Net([1, 2])
            net.train(X, y, 5)
    """,
    "an imported optimizer that gives the new ones": """
        from nn import SGD
        opt = SGD(0.1)
        for e in range(5):  # MAIN
            W = opt.update(W, grad(W))
    """,
    "a while with := and a with": """
        while (loss := f(w)) > 1:  # MAIN
            with ctx() as c:
                w = w - lr * grad(w)
    """,
    "a sum printed before": """
        s = 0.0
        for row in rows:
            v = parse(row) * 2 + parse2(row) * parse3(row) - parse4(row) / parse5(row)
            s += v * g(v) * g(v) * g(v)
        print(s)
        for e in range(5):  # MAIN
            w -= g(w)
    """,
    "annotated": """
        def train(w: float) -> float:
            for e in range(5):  # MAIN
                w: float = w - 0.1 * f(w)
            return w
    """,
    "a generator of mini-batches": """
        def batches(X):
            for i in range(0, len(X), 10): yield X[i:i+10]
        for e in range(3):  # MAIN
            for xb in batches(X):
                dW = xb.T @ (xb @ W)
                dW += reg * W
                W += -lr * dW
    """,
    "a sweep over copies": """
        for lr in rates:
            params = {k: v.copy() for k, v in init.items()}
            for e in range(3):  # MAIN
                for k in params:
                    params[k] -= lr * grad(params)[k]
    """,
    "a sweep over deep copies": """
        for lr in rates:
            net = copy.deepcopy(net0)
            for e in range(3):  # MAIN
                net.W -= lr * grad(net)
    """,
    "folds with a mean": """
        for k in range(5):
            model = Model()
            model.W = np.zeros(3)
            for e in range(3):  # MAIN
                model.W = model.W - lr * grad(model.W)
            accs[k] = acc(model)
            mean += accs[k] / 5
    """,
    "four examples by their number": """
        for e in range(1000):  # MAIN
            for i in range(4):
                h = sigmoid(X[i] @ W1)
                o = sigmoid(h @ W2)
                d = (y[i] - o) * o * (1 - o)
                W1 = W1 + lr * np.outer(X[i], d @ W2.T)
                W2 = W2 + lr * np.outer(h, d)
    """,
    "plain numbers": """
        w1, w2, b = 0.1, 0.2, 0.3
        for e in range(100):  # MAIN
            for x1, x2, t in data:
                p = w1 * x1 + w2 * x2 + b
                err = t - p
                w1, w2, b = w1 + lr*err*x1, w2 + lr*err*x2, b + lr*err
    """,
    "a function within the function": """
        def train(X, y):
            params = init()
            def loss(): return f(params, X)
            def step():
                for k in params:
                    params[k] -= 0.1 * num(loss)[k]
            for e in range(5):  # MAIN
                step()
    """,
    "all items assigned": """
        for e in range(5):  # MAIN
            w[:] = w - lr * grad(w)
    """,
    "all items assigned by an ellipsis": """
        for e in range(5):  # MAIN
            W[...] = W + lr * grad(W)
    """,
    "a sweep over momentum": """
        for mom in [0, .9]:
            w, v = w0.copy(), 0
            for e in range(5):  # MAIN
                v = mom * v - lr * grad(w)
                w = w + v
    """,
    "attributes by their names": """
        class Net:
            def step(self, lr):
                for p in ("W1", "b1"):
                    v = getattr(self, p)
                    v -= lr * getattr(self, "d" + p)
        net = Net()
        for epoch in range(30):  # MAIN
            for start in range(0, 64, 16):
                net.forward(X[start:start + 16])
                net.backward(y[start:start + 16])
                net.step(0.3)
    """,
    "attributes set by their names": """
        def step(net, lr):
            for p in ("W1", "b1"):
                setattr(net, p, getattr(net, p) - lr * net.grads[p])
        for epoch in range(30):  # MAIN
            for x in X:
                net.grads = slopes(net, x)
                step(net, 0.3)
    """,
    "centres by their numbers": """
        while 1:  # MAIN
            new = assign(data, centers)
            if (new == labels).all():
                break
            labels = new
            for j in range(k):
                members = data[labels == j]
                centers[j] = members.mean(axis=0)
    """,
    "the best survive": """
        for g in range(9):  # MAIN
            population.sort(key=score)
            children = []
            while len(children) < 4:
                children.append(mutate(random.choice(population)))
            population[2:] = children
    """,
    "parameters in two lists": """
        for k in range(6):  # MAIN
            total = sum((f(w, b, x) - y) ** 2 for x, y in data)
            for p in w + [b]:
                p.grad = 0.0
            total.backward()
            for p in w + [b]:
                p.data -= 0.1 * p.grad
    """,
}

NONE = {
    "nothing": "x = 1\n",
    "printing": "for i in range(3):\n    print(i)\n",
    "counting": "n = 0\nfor i in range(3):\n    n += 1\n",
    "appending": "found = []\nfor i in range(3):\n    found.append(i * 2)\n",
    "filling": "for i in range(3):\n    X[i] = f(i)\n",
    "fresh names": "for i in range(3):\n    a = f(i)\n    a = a * 2\n",
    "a function without loops": "def f(w):\n    w -= 1.5 * g\n    return w\nf(W)\n",
    "a comprehension": "a = [w - lr * g for w, g in zip(ws, gs)]\n",
    "evaluating": """
        for x, t in zip(X, y):
            print(f(x @ W) - t)
    """,
    "counting by assignment": """
        n = i = 0
        while i < 10:
            i = i + 1
            n = n + 1
    """,
    "a fresh array changed": """
        for x in X:
            dW = x * 2
            dW += 3 * x
            out['a'] = dW
    """,
    "a function that rebinds its parameter": """
        def norm(x):
            x = x - x.mean()
            return x

        for i in range(3):
            print(norm(X[i]))
    """,
    "an item of its own in each round": """
        for j in range(3):
            X[:, j] -= X[:, j].mean()
    """,
}


def line_of(text: str) -> tuple[int | None, int | None]:
    """The line marked, and the line found."""
    lines = textwrap.dedent(text).lstrip("\n").split("\n")
    marked = [number for number, line in enumerate(lines, 1) if "# MAIN" in line]
    found = main_loop(ast.parse("\n".join(lines)))
    return (marked[0] if marked else None), (found.lineno if found else None)


@pytest.mark.parametrize("text", RIGHT.values(), ids=RIGHT)
def test_main_loop(text: str) -> None:
    wanted, found = line_of(text)
    assert wanted is not None
    assert found == wanted


@pytest.mark.parametrize("text", NONE.values(), ids=NONE)
def test_no_main_loop(text: str) -> None:
    assert line_of(text) == (None, None)


@pytest.mark.parametrize(
    ("lesson", "head"),
    [
        ("perceptron", "for epoch in range(epochs):"),
        ("moons_perceptron", "for epoch in range(epochs):"),
        ("mse_hidden", "for epoch in range(epochs):"),
        ("l2_derivation", "for epoch in range(epochs):"),
        ("softmax_moons", "for i in range(num_passes):"),
        ("logistic_baseline", "for _ in range(num_passes):"),
        ("tanh_sigmoid", "for i in range(number_of_iterations):"),
    ],
)
def test_main_loop_of_a_lesson(lesson: str, head: str) -> None:
    text = (LESSONS / f"{lesson}.py").read_text(encoding="utf-8")
    found = main_loop(ast.parse(text))
    assert found is not None
    assert text.split("\n")[found.lineno - 1].strip() == head


@pytest.mark.parametrize(("ahead", "call"), [
    ("import helper", "helper.step(w, 1.0)"), ("from helper import step", "step(w, 1.0)"),
])  # fmt: skip
def test_main_loop_that_a_module_beside_updates_for(ahead: str, call: str) -> None:
    beside = ast.parse("def step(w, g):\n    w -= 0.1 * g * w\n")
    found = main_loop(ast.parse(f"{ahead}\nfor epoch in range(9):\n    {call}\n"), [beside])
    assert found is not None and found.lineno == 2
