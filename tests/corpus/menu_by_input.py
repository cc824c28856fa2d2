# stdin: linear
# stdin: 3
# stdin: seven
# stdin: 4
# stdin: 0.1
# stdin: y
# check: right
# cost: 0.5 * np.mean((p - Y) ** 2)
import numpy as np

ACTIVATIONS = {
    "1": ("sigmoid", lambda z: 1 / (1 + np.exp(-z)), lambda a: a * (1 - a)),
    "2": ("tanh", np.tanh, lambda a: 1 - a ** 2),
    "3": ("linear", lambda z: z, lambda a: np.ones_like(a)),
}


def choose(prompt, options):
    while True:
        answer = input(prompt).strip()
        if answer in options:
            return answer
        print("please one of", ", ".join(options))


def ask_int(prompt, default=3):
    try:
        return int(input(prompt))
    except ValueError as err:
        print("not a number:", err)
        return ask_int(prompt, default)


print("=== TRAINING MENU ===")
for key, (title, *_) in ACTIVATIONS.items():
    print(f" [{key}] {title}")
title, f, df = ACTIVATIONS[choose("activation? ", list(ACTIVATIONS))]
epochs = ask_int("epochs? ")
lr = float(input("learning rate? ") or 0.5)

np.random.seed(0)
X = np.c_[np.linspace(-1, 1, 6), np.ones(6)]
Y = 0.7 * X[:, 0] - 0.2
w = np.zeros(2)
for epoch in range(epochs):
    p = f(X @ w)
    delta = (p - Y) * df(p) / len(Y)
    grad = X.T @ delta
    w -= lr * grad
    print("epoch {:2d} of {} ({}): {:.6f}".format(epoch + 1, epochs, title, 0.5 * np.mean((p - Y) ** 2)))
if input("show the weights [y/n]? ").lower().startswith("y"):
    print(w)
try:
    input("one more? ")
except EOFError:
    print()
    print("bye")
