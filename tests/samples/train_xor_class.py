"""XOR net: class with forward/backward, weights updated in place, loss history."""
import numpy as np
class NeuralNetwork:
    def __init__(self, n_in, n_hidden, n_out, lr=0.5):
        rng = np.random.RandomState(1)
        self.W1 = rng.randn(n_in, n_hidden)
        self.b1 = np.zeros((1, n_hidden))
        self.W2 = rng.randn(n_hidden, n_out)
        self.b2 = np.zeros((1, n_out))
        self.lr, self.history = lr, []
    @staticmethod
    def sigmoid(z): return 1.0 / (1.0 + np.exp(-z))
    def forward(self, X):
        self.X = X
        self.z1 = X @ self.W1 + self.b1
        self.a1 = self.sigmoid(self.z1)
        self.z2 = self.a1 @ self.W2 + self.b2
        self.a2 = self.sigmoid(self.z2)
        return self.a2
    def backward(self, y):
        m = y.shape[0]
        dz2 = self.a2 - y
        dW2, db2 = self.a1.T @ dz2 / m, dz2.sum(axis=0, keepdims=True) / m
        dz1 = (dz2 @ self.W2.T) * self.a1 * (1 - self.a1)
        dW1, db1 = self.X.T @ dz1 / m, np.sum(dz1, axis=0, keepdims=True) / m
        for p, g in ((self.W1, dW1), (self.b1, db1), (self.W2, dW2), (self.b2, db2)):
            p -= self.lr * g
    def train(self, X, y, epochs):
        for e in range(epochs):
            out = self.forward(X)
            loss = -np.mean(y * np.log(out) + (1 - y) * np.log(1 - out))
            self.backward(y)
            if e % 50 == 0:
                self.history.append(loss)
                print(f"epoch {e:4d} loss {loss:.6f}")
X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
y = np.array([[0], [1], [1], [0]])
nn = NeuralNetwork(2, 4, 1, lr=2)
nn.train(X, y, 300)
pred = (nn.forward(X) > 0.5).astype(int)
W1, W2, history = nn.W1, nn.W2, nn.history
print(pred.ravel(), (pred == y).mean())
