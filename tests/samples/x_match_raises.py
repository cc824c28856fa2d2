"""uncaught: errors in match: class pattern with too many positions, a guard that raises, no case matching."""
class P:
    __match_args__ = ("x",)
    def __init__(self, x): self.x = x
def t(x):
    print("t", x)
    return x
def kind(v):
    match v:
        case P(x) if 10 / t(x) > 3:
            return "small"
        case P(x=[a, b]):
            return a + b
        case P():
            return "P"
res = [kind(P(1)), kind(P(5)), kind(3)]
print(res)
try:
    match P(1):
        case P(1, 2):
            print("never")
except TypeError as e:
    print(e)
msg = "before"
final = kind(
    P(0))
