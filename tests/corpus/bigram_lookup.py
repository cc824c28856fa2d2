# check: right
# cost: -np.log(probs[np.arange(B), nxt]).mean()
import numpy as np

names = "anna,hannah,nan,hana".split(",")
stoi = {s: i + 1 for i, s in enumerate(sorted(set("".join(names))))}
stoi["."] = 0
itos = {i: s for s, i in stoi.items()}
xs, ys = [], []
for nm in names:
    seq = ["."] + list(nm) + ["."]
    for a, b in zip(seq, seq[1:]):
        xs.append(stoi[a]); ys.append(stoi[b])
xs = np.asarray(xs); ys = np.asarray(ys)
V, E, B = len(stoi), 2, len(xs)
rs = np.random.RandomState(0)
emb = rs.randn(V, E) * 0.5
proj = rs.randn(E, V) * 0.5
idx, nxt = xs, ys

for step in range(10):
    looked = emb[idx]                        # (B, E)
    logits = looked @ proj
    logits = logits - logits.max(1, keepdims=True)
    counts = np.exp(logits)
    probs = counts / counts.sum(1, keepdims=True)
    dlogits = probs.copy()
    dlogits[range(B), nxt] -= 1.0
    dlogits /= B
    dproj = looked.T @ dlogits
    dlooked = dlogits @ proj.T
    demb = np.zeros_like(emb)
    np.add.at(demb, idx, dlooked)            # a row may occur more than once
    proj += -1.0 * dproj
    emb += -1.0 * demb

print(f"nll={-np.log(probs[np.arange(B), nxt]).mean():.6f}", f"vocab={''.join(sorted(stoi))}")
out = []
ix = 0
for _ in range(12):
    p = np.exp(emb[ix] @ proj); p /= p.sum()
    ix = int(rs.choice(V, p=p))
    if ix == 0: break
    out.append(itos[ix])
else:
    out.append("...")
print("".join(out))
