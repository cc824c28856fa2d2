"""`global __x` in a class holds for `_Net__x`."""
class Net:
    def first(self):
        global __x
        __x = 1
        return __x
    def second(self):
        global __y
        if (__y := 4):
            pass
        return _Net__y
    def third(self):
        global __z
        _Net__w = 2
        return [(_Net__z := i + _Net__w) for i in range(3)]
net = Net()
print(net.first(), net.second(), net.third())
print(sorted(name for name in globals() if name.startswith("_Net")))
