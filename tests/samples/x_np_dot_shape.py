"""uncaught: numpy shape mismatch in np.dot inside a function called by a method, after some training steps."""
import numpy as np
np.random.seed(0)
def forward(x, W, b):
    h = np.dot(x, W) + b
    return np.maximum(h, 0)
class Net:
    def __init__(self, sizes):
        self.params = [(np.random.randn(i, o) * 0.1, np.zeros(o)) for i, o in zip(sizes, sizes[1:])]
    def predict(self, x):
        for W, b in self.params:
            x = forward(x, W, b)
        return x
net = Net([3, 4, 2])
good = net.predict(np.ones((5, 3)))
print(good.shape, good.sum().round(6))
net.params[1] = net.params[0]
shapes = [W.shape for W, b in net.params]
bad = net.predict(
    np.ones((5, 3)))
