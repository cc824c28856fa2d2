"""uncaught: exception in __init__ of a base class through super() with a property, raised `from None`."""
class Base:
    def __init__(self, lr):
        self.lr = lr
    @property
    def lr(self): return self._lr
    @lr.setter
    def lr(self, v):
        try:
            self._lr = float(v)
        except ValueError:
            raise TypeError(f"bad learning rate {v!r}") from None
class Adam(Base):
    made = 0
    def __init__(self, *a, **k):
        super().__init__(*a, **k)
        Adam.made += 1
ok = Adam("0.5").lr
print(ok, Adam.made)
opts = [Adam(lr=x).lr for x in (1, 2)]
opts += [Adam(lr="abc").lr]
