"""functions, lambdas and classes that a loop makes are the script's own, private names and all."""
made = []
for i in range(3):
    def f(x, i=i):
        return x + i
    class C:
        def get(self):
            return i
    made.append((f, lambda: i, C()))
print([(f(10), g(), c.get()) for f, g, c in made], made[0][0].__qualname__)
class A:
    def run(self, __n):
        for __i in range(__n):
            def __helper():
                return __i
            self.kept = __helper
        return self.kept.__qualname__, self.kept.__name__
print(A().run(3))
