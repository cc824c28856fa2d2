# check: right
# cost: 0.5 * ((trainY - nn.outputLayer) ** 2).sum()
import numpy as np


class NeuralNetwork(object):
    """XOR with one hidden layer"""

    def __init__(self, inputSize, hiddenSize, outputSize):
        self.inputSize = inputSize
        self.hiddenSize = hiddenSize
        self.outputSize = outputSize
        self.weightsIH = np.random.uniform(-1, 1, (inputSize, hiddenSize))
        self.weightsHO = np.random.uniform(-1, 1, (hiddenSize, outputSize))
        self.biasH = np.zeros((1, hiddenSize))
        self.biasO = np.zeros((1, outputSize))
        self.learningRate = 0.5

    def activate(self, x):
        return 1.0 / (1.0 + np.exp(-x))

    def activateDeriv(self, a):
        return a * (1.0 - a)

    def feedForward(self, inputs):
        self.inputLayer = inputs
        self.hiddenLayer = self.activate(np.dot(inputs, self.weightsIH) + self.biasH)
        self.outputLayer = self.activate(np.dot(self.hiddenLayer, self.weightsHO) + self.biasO)
        return self.outputLayer

    def backPropagate(self, target):
        self.target = target
        outputError = target - self.outputLayer
        outputDelta = outputError * self.activateDeriv(self.outputLayer)
        hiddenError = outputDelta.dot(self.weightsHO.T)
        hiddenDelta = hiddenError * self.activateDeriv(self.hiddenLayer)

        self.weightsHO += self.learningRate * self.hiddenLayer.T.dot(outputDelta)
        self.weightsIH += self.learningRate * self.inputLayer.T.dot(hiddenDelta)
        self.biasO += self.learningRate * np.sum(outputDelta, axis=0, keepdims=True)
        self.biasH += self.learningRate * np.sum(hiddenDelta, axis=0, keepdims=True)
        return np.mean(np.abs(outputError))


np.random.seed(7)
trainX = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
trainY = np.array([[0], [1], [1], [0]])
nn = NeuralNetwork(2, 3, 1)
numEpochs = 60
for i in range(numEpochs):
    nn.feedForward(trainX)
    err = nn.backPropagate(trainY)
    if i % 20 == 0:
        print("epoch %4d   error %.6f" % (i, err))

print("After training:")
for x, t in zip(trainX, trainY):
    print("%s -> %.4f (wanted %d)" % (list(x), nn.feedForward(np.array([x]))[0][0], t[0]))
