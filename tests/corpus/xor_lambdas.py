# check: right
# cost: np.sum((l2 - y)**2) / 2
from numpy import *
import numpy as np
f = lambda x: 1/(1+exp(-x)); d = lambda s: s*(1-s)
X = array([ [0,0,1],[0,1,1],[1,0,1],[1,1,1] ]); y = array([[0,1,1,0]]).T
random.seed(1)
s0 = 2*random.random((3,4)) - 1; s1 = 2*random.random((4,1)) - 1
for j in range(40):
    l1 = f(dot(X,s0)); l2 = f(dot(l1,s1))
    e2 = y - l2; d2 = e2*d(l2)
    e1 = d2.dot(s1.T); d1 = e1 * d(l1)
    s1 += l1.T.dot(d2); s0 += X.T.dot(d1)
    if (j % 10) == 0: print("Error:" + str(mean(abs(e2))))
print("Output After Training:"); print(l2)

# what numpy has shadowed by now
print(sum([[1, 2], [3, 4]], axis=0), abs(-3), max([1, 5]), round(2.567, 1))
unused = [lambda q, k=k: q**k for k in range(3)]
print([g(3) for g in unused])
o = (lambda *a, **k: (len(a), sorted(k)))(1, 2, z=3, b=4); print(o)
def show(*rows, sep=' | '):
    for r in rows:
        print(sep.join("%.3f" % v for v in ravel(r)))
show(l2, e2); show(s1.T, sep=' ')
