"""uncaught: mutual recursion without end through a method and a lambda; an earlier one is caught inside."""
class Ping:
    depth = 0
    def ping(self, n):
        self.depth = max(self.depth, min(n, 50))
        return self.pong(n + 1)
    def pong(self, n):
        return (lambda k: self.ping(k))(n)
p = Ping()
try:
    p.ping(0)
except RecursionError as e:
    print("caught", type(e).__name__, p.depth)
depth = p.depth
def visit(node, seen=()):
    return [visit(c, seen + (1,)) for c in node]
loop = []
loop.append(loop)
try:
    visit(loop)
except RecursionError:
    print("visit caught")
loop = None
p.ping(0)
