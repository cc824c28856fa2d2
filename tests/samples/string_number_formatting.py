"""number and string formatting of results, round half even, big ints, int/float mixes, sorting stability, divmod."""
from fractions import Fraction
from decimal import Decimal
vals = [0.5, 1.5, 2.5, -0.5, 2.675, 1e16, 1e-7, 123456789.123456789, float("inf"), -0.0]
print([round(v) if v != float("inf") else v for v in vals], vals, [f"{v:.2f}" for v in vals], [f"{v:g}" for v in vals])
big = 2 ** 200
print(big, big % 97, -big // 7, big.bit_length(), int(str(big)[:5]), pow(3, 100, 7), divmod(-7, 2), divmod(7.5, -2))
print("%5d|%-5d|%05.1f|%+d|%x|%e|%s|%r|%c" % (3, 3, 3.14159, 3, 255, 12345.678, "s", "r", 65))
rows = [("b", 2), ("a", 2), ("c", 1), ("a", 1)]
rows.sort(key=lambda r: r[1]); print(rows)
rows.sort(key=lambda r: r[0], reverse=True); print(rows)
print(sorted(rows, key=lambda r: (-r[1], r[0])), min(rows), max(rows, key=len))
F = Fraction(1, 3) + Fraction("0.25") * 2
D = Decimal("1.10") + 1
print(F, float(F), D, F > 0.8, sum([Decimal("0.1")] * 3) == Decimal("0.3"), 0.1 + 0.2 == 0.3)
words = "the cat the dog a cat the".split()
freq = {}
for w in words: freq[w] = freq.get(w, 0) + 1
top = sorted(freq.items(), key=lambda kv: (-kv[1], kv[0]))
print(top, " ".join(w.title() for w in words[:2]), "a,b,,c".split(","), "abc".translate({97: "X", 98: None}))
table = [[f"{i * j:>3}" for j in range(1, 4)] for i in range(1, 4)]
print("\n".join("".join(r) for r in table))
print("{:>{w}.{p}f}|{!r:^7}|{a[1]}|{b.real}".format(3.14159, "x", w=8, p=2, a=[1, 2], b=3j))
print(1 if 1.0 == 1 else 2, {1: "a", 1.0: "b", True: "c"}, hash(1) == hash(1.0), [1, True] == [1.0, 1], "10" < "9", (1, 2) < (1, 2, 0))
print(int("0b101", 0), int("z", 36), float("1e3"), complex("1+2j") ** 2, bytes([65, 66]).decode(), ord("é"), chr(8364))
nan = float("nan")
print(nan == nan, nan in [nan], [nan] == [nan], max(1, nan), min([nan, 1]) != 1, sorted([3, 1, 2])[::-1])
