"""RNN character model in the min-char-rnn style: dicts of hidden states by step, reversed loop, np.clip with out."""
import numpy as np
np.random.seed(1)
data = "hello world hello"
chars = sorted(set(data))
vocab_size, hidden, seq, lr = len(chars), 8, 5, 1e-1
c2i = {c: i for i, c in enumerate(chars)}
i2c = {i: c for i, c in enumerate(chars)}
Wxh, Whh, Why = (np.random.randn(*s) * 0.1 for s in ((hidden, vocab_size), (hidden, hidden), (vocab_size, hidden)))
bh, by = np.zeros((hidden, 1)), np.zeros((vocab_size, 1))
def lossFun(inputs, targets, hprev):
    xs, hs, ys, ps = {}, {}, {}, {}
    hs[-1] = np.copy(hprev)
    loss = 0
    for t in range(len(inputs)):
        xs[t] = np.zeros((vocab_size, 1))
        xs[t][inputs[t]] = 1
        hs[t] = np.tanh(np.dot(Wxh, xs[t]) + np.dot(Whh, hs[t - 1]) + bh)
        ys[t] = np.dot(Why, hs[t]) + by
        ps[t] = np.exp(ys[t]) / np.sum(np.exp(ys[t]))
        loss += -np.log(ps[t][targets[t], 0])
    dWxh, dWhh, dWhy = np.zeros_like(Wxh), np.zeros_like(Whh), np.zeros_like(Why)
    dbh, dby = np.zeros_like(bh), np.zeros_like(by)
    dhnext = np.zeros_like(hs[0])
    for t in reversed(range(len(inputs))):
        dy = np.copy(ps[t])
        dy[targets[t]] -= 1
        dWhy += np.dot(dy, hs[t].T); dby += dy
        dh = np.dot(Why.T, dy) + dhnext
        dhraw = (1 - hs[t] * hs[t]) * dh
        dbh += dhraw
        dWxh += np.dot(dhraw, xs[t].T)
        dWhh += np.dot(dhraw, hs[t - 1].T)
        dhnext = np.dot(Whh.T, dhraw)
    for dparam in [dWxh, dWhh, dWhy, dbh, dby]:
        np.clip(dparam, -5, 5, out=dparam)
    return loss, dWxh, dWhh, dWhy, dbh, dby, hs[len(inputs) - 1]
n, p = 0, 0
mem = [np.zeros_like(w) for w in (Wxh, Whh, Why, bh, by)]
while n < 20:
    if p + seq + 1 >= len(data) or n == 0:
        hprev, p = np.zeros((hidden, 1)), 0
    loss, *grads, hprev = lossFun([c2i[c] for c in data[p:p + seq]], [c2i[c] for c in data[p + 1:p + seq + 1]], hprev)
    for param, dparam, mm in zip([Wxh, Whh, Why, bh, by], grads, mem):
        mm += dparam * dparam
        param += -lr * dparam / np.sqrt(mm + 1e-8)
    if n % 5 == 0: print("iter %d, loss: %.5f" % (n, loss))
    p += seq; n += 1
print(i2c[int(np.argmax(Why @ hprev + by))] in chars, Whh.sum().round(6))
