# check: right
# cost: 0.5 * sum((np.array([predict(a) for a, _ in data]) - [t for _, t in data]) ** 2)
import numpy as np

w1 = 0.3
w2 = -0.1
bias = 0.0
counter = 0
LEARNING_RATE = 0.05
data = [((1.0, 0.5), 1.2), ((0.2, -1.0), -0.4), ((-1.0, 0.3), -0.9), ((0.7, 0.7), 1.1)]
gw1 = gw2 = gb = 0


def predict(point):
    return w1 * point[0] + w2 * point[1] + bias


def reset():
    global gw1, gw2, gb
    gw1, gw2, gb = 0, 0, 0


def accumulate(point, target):
    global gw1, gw2, gb, counter
    error = predict(point) - target
    gw1 += error * point[0]
    gw2 += error * point[1]
    gb += error
    counter = counter + 1
    return error ** 2


def learn():
    global w1, w2, bias
    w1 -= LEARNING_RATE * gw1
    w2 -= LEARNING_RATE * gw2
    bias -= LEARNING_RATE * gb


for epoch in range(10):
    reset()
    loss = 0
    for point, target in data:
        loss = loss + accumulate(point, target)
    learn()
    if epoch % 3 == 0 or epoch == 9:
        print('epoch', epoch, 'loss', loss)
print('w1 = ' + str(w1) + ', w2 = ' + str(w2) + ', bias = ' + repr(bias))
print(counter, 'examples seen;', 'counter' in globals())


def defined_later():
    global fresh
    fresh = [n for n in globals() if n.startswith('w') and len(n) == 2]


defined_later(); print(fresh)
