"""uncaught: an exception in a class body loop, under a metaclass __prepare__ with a recording namespace."""
class Record(dict):
    def __setitem__(self, k, v):
        if not k.startswith("__"):
            print("set", k, v if isinstance(v, (int, str)) else type(v).__name__)
        super().__setitem__(k, v)
    def __getitem__(self, k):
        if k in ("limit", "missing_one"): print("get", k)
        return super().__getitem__(k)
class Meta(type):
    @classmethod
    def __prepare__(mcls, name, bases): return Record()
class Good(metaclass=Meta):
    limit = 3
    double = limit * 2
    def m(self): pass
    for i in range(2): limit += i
    del i
print(Good.limit, Good.double)
class Bad(metaclass=Meta):
    limit = 1
    for j in range(3):
        limit = limit * 10
        if j: missing_one
print("unreached")
