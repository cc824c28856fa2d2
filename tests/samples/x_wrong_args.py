"""uncaught: wrong argument count of a method of a nested class, through **kwargs forwarding."""
class Layer:
    class Init:
        def __init__(self, n_in, n_out, *, scale):
            self.shape = n_in, n_out
            self.scale = scale
    def __init__(self, *args, **kwargs):
        self.init = self.Init(*args,
                              **kwargs)
print(Layer(1, 2, scale=3).init.shape)
layers = []
sizes = [(2, 3), (3, 4), (4,)]
for s in sizes:
    layers.append(Layer(*s, scale=0.5).init.shape)
