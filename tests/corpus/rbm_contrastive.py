"""Restricted Boltzmann machine, CD-1. Its "gradient" is none of any cost."""
import numpy as np


class RBM:
    def __init__(self, num_visible, num_hidden, rng):
        self.num_hidden = num_hidden
        self.num_visible = num_visible
        self.rng = rng
        self.weights = 0.1 * rng.randn(num_visible, num_hidden)
        # bias units into the first row and column
        self.weights = np.insert(self.weights, 0, 0, axis=0)
        self.weights = np.insert(self.weights, 0, 0, axis=1)

    def _logistic(self, x):
        return 1.0 / (1 + np.exp(-x))

    def train(self, data, max_epochs=10, learning_rate=0.1):
        num_examples = data.shape[0]
        data = np.insert(data, 0, 1, axis=1)
        for epoch in range(max_epochs):
            pos_act = np.dot(data, self.weights)
            pos_prob = self._logistic(pos_act)
            pos_prob[:, 0] = 1
            pos_states = pos_prob > self.rng.rand(num_examples, self.num_hidden + 1)
            pos_assoc = np.dot(data.T, pos_prob)

            neg_vis = self._logistic(np.dot(pos_states, self.weights.T))
            neg_vis[:, 0] = 1
            neg_prob = self._logistic(np.dot(neg_vis, self.weights))
            neg_assoc = np.dot(neg_vis.T, neg_prob)
            self.weights += learning_rate * ((pos_assoc - neg_assoc) / num_examples)
            error = np.sum((data - neg_vis) ** 2)
            if epoch % 3 == 0:
                print("Epoch %s: error is %s" % (epoch, error))

    def daydream(self, n):
        v = np.ones(self.num_visible + 1)
        seen = []
        for _ in range(n):
            h = self._logistic(v @ self.weights) > self.rng.rand(self.num_hidden + 1)
            h[0] = 1
            v = (self._logistic(self.weights @ h) > self.rng.rand(self.num_visible + 1)) * 1.0
            v[0] = 1
            seen.append("".join(str(int(u)) for u in v[1:]))
        return seen


if __name__ == '__main__':
    r = RBM(num_visible=6, num_hidden=2, rng=np.random.RandomState(1234))
    training_data = np.array([[1,1,1,0,0,0],[1,0,1,0,0,0],[1,1,1,0,0,0],[0,0,1,1,1,0],[0,0,1,1,0,0],[0,0,1,1,1,0]])
    r.train(training_data, max_epochs=7)
    print(r.daydream(5))
