# check: right
# cost: cost
# writes: progress.txt best.npy
# Appends to its log and saves the best weights while it trains.
import os
import numpy as np

if os.path.exists('progress.txt'):
    os.remove('progress.txt')
np.random.seed(12)
x = np.random.randn(10); y = 3*x + 1 + 0.1*np.random.randn(10)
m = c = 0.0
best = None
for i in range(5):
    yhat = m*x + c
    cost = sum((y - yhat)**2)/len(x)
    md = -2*sum(x*(y - yhat))/len(x)
    cd = -2*sum(y - yhat)/len(x)
    m = m - 0.1*md
    c = c - 0.1*cd
    with open('progress.txt', 'a') as f:
        f.write('m {} c {} cost {} iteration {}\n'.format(m, c, cost, i))
    if best is None or cost < best:
        best = cost
        np.save('best.npy', np.array([m, c]))
print(open('progress.txt').read().count('\n'), 'lines')
print(np.load('best.npy') == [m, c])
