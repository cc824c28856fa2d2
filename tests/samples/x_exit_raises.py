"""uncaught: __exit__ raises while handling an exception in the body of a with statement."""
class Res:
    def __init__(self, name): self.name = name
    def __enter__(self):
        print("enter", self.name)
        return self
    def __exit__(self, tp, v, tb):
        print("exit", self.name, tp.__name__ if tp else None)
        if self.name == "bad":
            raise RuntimeError("cleanup of " + self.name)
def use(n):
    with Res("good") as g, Res("bad") as b:
        print(g.name, b.name)
        return 10 // n
try:
    use(5)
except RuntimeError as e:
    ctx = e.__context__
    print(e, ctx)
use(0)
