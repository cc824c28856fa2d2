"""uncaught: a three-level chain of causes and contexts from methods, with multi-line calls."""
class Store:
    def __init__(self): self.data = {"a": "1", "b": "x"}
    def raw(self, key): return self.data[key]
    def number(self, key):
        try:
            return int(self.raw(key))
        except ValueError as e:
            raise TypeError(
                f"{key} holds no number",
                len(self.data),
            ) from e
    def all(self, *keys):
        out = []
        for k in keys:
            try:
                out.append(self.number(k))
            except TypeError:
                out.append(self.number(k + k))
        return out
st = Store()
vals = st.all("a", "a")
print(vals)
st.all("a",
       "b")
