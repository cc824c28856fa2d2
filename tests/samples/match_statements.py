"""match: literals, captures, sequences, mappings, classes, or-patterns, guards, as, wildcard, in functions and loops."""
class P:
    __match_args__ = ("x", "y")
    def __init__(self, x, y): self.x, self.y = x, y
    def __repr__(self): return f"P({self.x}, {self.y})"
def t(v):
    print("t", v)
    return v
K = 7
class N: K = 8
def f(s):
    match t(s):
        case 0 | 1: return "0/1"
        case True: return "never"
        case -2.5 | "str" | None: return "lit"
        case int(n) if t(n) > 100: return "big", n
        case N.K: return "dotted"
        case [] | {}if not s: return "empty"
        case [x]: return "one", x
        case [x, [y, *_], *rest] if rest: return "nested", x, y, rest
        case (first, *mid, last): return first, mid, last
        case {"k": v, "t": ("a" | "b") as tag, **others}: return v, tag, others
        case {"k": _}: return "k only"
        case P(0, y=yy): return "P0", yy
        case P(x, y) | [x, y] if x == y: return "diag", x
        case P(): return "P"
        case str() | bytes() as z: return "text", z
        case float(): return "float"
        case _: return "other"
subjects = [1, True, -2.5, None, 500, 8, [], {}, [5], [1, [2, 3], 4], [1, [2]], "str", "abc", b"q", range(4), {"k": 1, "t": "b", "z": 2}, {"k": 0}, P(0, 5), P(3, 3), P(1, 2), 1.5, 9]
res = [f(s) for s in subjects]
print(res)
log = []
for i in range(6):
    match i:
        case 1:
            continue
        case 4:
            break
        case n if n % 2:
            log.append(("odd", n))
        case leaked:
            log.append(("even", leaked))
else:
    log.append("else")
print(log, n, leaked, i)
match 3, 4:
    case a, b if a > b: pass
    case a, 5: pass
    case b, a: print(a, b)
match [1, 2, 3]:
    case [q, 5, _]: pass
print("q" in globals(), a, b)
del subjects
