# check: right
# cost: -np.log(prob if label else 1 - prob)
"""One 2x2 filter over 3x4 pictures, written out with loops."""
import numpy as np

np.random.seed(21)
images, labels = [], []
for i in range(4):
    pic = np.random.rand(3, 4) * 0.3
    if i % 2:
        pic[:, 1] += 1.0        # an upright bar
    else:
        pic[2, :] += 1.0        # a flat one
    images.append(pic)
    labels.append(i % 2)

F = 2
kernel = np.random.randn(F, F) * 0.5
W = np.random.randn(2, 3) * 0.5
b = 0.0


def convolve(img, k):
    h = img.shape[0] - F + 1
    w = img.shape[1] - F + 1
    out = np.zeros((h, w))
    for r in range(h):
        for c in range(w):
            out[r, c] = np.sum(img[r:r + F, c:c + F] * k)
    return out


def kernel_gradient(img, upstream):
    g = np.zeros((F, F))
    for r in range(upstream.shape[0]):
        for c in range(upstream.shape[1]):
            for i in range(F):
                for j in range(F):
                    g[i, j] += upstream[r, c] * img[r + i, c + j]
    return g


for n, (img, label) in enumerate(zip(images, labels)):
    fmap = convolve(img, kernel)
    act = np.tanh(fmap)
    prob = 1 / (1 + np.exp(-(np.sum(act * W) + b)))
    dz = prob - label
    dW = dz * act
    db = dz
    dmap = dz * W * (1 - act ** 2)
    dk = kernel_gradient(img, dmap)
    W = W - 0.3 * dW
    b = b - 0.3 * db
    kernel = kernel - 0.3 * dk
    print('picture', n, 'label', label, 'p = %.4f' % prob)
print(np.around(kernel, 4))
