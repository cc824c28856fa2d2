# check: right
# cost: 0.5 * np.mean((Xtr @ w - ytr) ** 2) + 0.5 * l2 * w @ w
import copy
import numpy as np

gen = np.random.default_rng(77)
deg, n = 5, 24
x = gen.uniform(-1, 1, n)
y = np.sin(2.5 * x) + gen.normal(0, 0.25, n)
Phi = np.vander(x, deg + 1, increasing=True)
Xtr, Xva = Phi[:16], Phi[16:]
ytr, yva = y[:16], y[16:]
w = np.zeros(deg + 1)
best = {'loss': np.inf, 'w': None, 'epoch': -1}
patience, waited = 3, 0
l2 = 1e-3
max_epochs = 200
for epoch in range(max_epochs):
    grad = Xtr.T @ (Xtr @ w - ytr) / len(ytr) + l2 * w
    w -= 0.9 * grad
    val_loss = 0.5 * np.mean((Xva @ w - yva) ** 2)
    if val_loss < best['loss'] - 1e-3:
        best.update(loss=val_loss, w=copy.deepcopy(w), epoch=epoch)
        waited = 0
    else:
        waited += 1
        if waited >= patience:
            print(f'stopping early at epoch {epoch}')
            break
else:
    print('never stopped')
w = best['w']
print('best epoch {epoch}, validation loss {loss:.6f}'.format(**best))
print('train mse', np.mean((Xtr @ w - ytr) ** 2).round(6), '| w', w.round(3).tolist())
