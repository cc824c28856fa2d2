"""uncaught: IndexError through __getitem__, __add__, property and __call__ frames of user classes."""
class Seq:
    def __init__(self, *v): self.v = v
    def __getitem__(self, i): return self.v[i]
    def __add__(self, o): return Seq(*(self[i] + o[i] for i in range(max(len(self.v), len(o.v)))))
    def __call__(self, k): return (self + self.rev)[k]
    @property
    def rev(self): return Seq(*self.v[::-1])
    def __contains__(self, x): return any(x == w for w in self.v)
    def __len__(self): return len(self.v)
s = Seq(1, 2, 3)
print(s(0), s[1], 2 in s, list(s), len(s))
mixed = [s + s]
tail = mixed[0].v
final = 5 if 9 not in s and (s + Seq(1))(0) else 6
