"""uncaught: assert with a message built by a call, only evaluated on failure, in a loop of a method."""
class Checker:
    count = 0
    def msg(self, x):
        print("building message", x)
        return f"{x} is not positive (after {self.count})"
    def run(self, xs):
        for x in xs:
            assert isinstance(x, int) and x > 0, self.msg(x)
            self.count += 1
        return self
c = Checker().run([1, 2, 3])
print(c.count)
try:
    assert ()
except AssertionError as e:
    empty = str(e), e.args
    print(empty)
seen = c.count
c.run([4, 5]).run([6,
                   -1, 7])
