# check: wrong Wh bh
# cost: 0.5*((out-T)**2).sum()
"""The output weights are moved first, and the hidden layer is told of the error by the new ones."""
import numpy as np

np.random.seed(0)
X=np.random.uniform(-1,1,(9,2)); T=(X[:,0:1]>X[:,1:2])*1.0
Wh=np.random.randn(2,4); Wo=np.random.randn(4,1); bh=np.zeros((1,4)); bo=np.zeros((1,1))
def sigma(z): return 1/(1+np.exp(-z))
def sigmaprime(z): return sigma(z)*(1-sigma(z))
rate=0.8
for generation in range(12):
    zh=X.dot(Wh)+bh; ah=sigma(zh)
    zo=ah.dot(Wo)+bo; out=sigma(zo)
    delta=(out-T)*sigmaprime(zo)
    gWo=ah.T.dot(delta)
    Wo=Wo-rate*gWo
    bo=bo-rate*delta.sum(axis=0,keepdims=True)
    deltah=delta.dot(Wo.T)*sigmaprime(zh)
    gWh=X.T.dot(deltah)
    Wh=Wh-rate*gWh
    bh=bh-rate*deltah.sum(axis=0,keepdims=True)
    if generation%4==3: print(generation,0.5*((out-T)**2).sum())
print((out>.5).astype(int).T, T.astype(int).T)
def unused(a, b=[]): b.append(a); return b
if __name__=="__main__":
    print(unused(1), unused(2), "%d weights" % (Wh.size+Wo.size))
