"""PEP 701 f-strings: same quotes nested, backslashes, comments, multi-line replacement fields, inlined comprehensions."""
def t(x):
    print("t", x)
    return x
d = {"key": [1, 2], 'n': {"m": 5}}
print(f"{d["key"][0]} {d["n"]["m"]} {", ".join(f"{x!r:>{len("abc")}}" for x in d["key"])}")
print(f"{"\n".join(["a", "b"])}|{'\t'}|{"\N{BULLET}"}")
v = f"""{
    t(1)  # first
    + t(2)
} and {
    [i
     for i in range(3)
     if i]
}"""
print(v)
print(f"{f"{f"{f"{1 + 1}"}"}"}", f"{t("x"):{t(">")}{t(5)}}", f"{(lambda: {"a": f"{3}"}["a"])()}")
print(f"{v = }", f"{d["n"] = !s}", f"{t(
    3) = }")
def f():
    x = 1
    r = [x for x in [x + 1, x + 2]]
    q = [lambda: x for x in range(2)]
    return r, x, [z() for z in q], sorted(locals())
print(f())
class C:
    k = 3
    lst = [k2 + 1 for k2 in [k]]
    def m(self): return [super(C, self).__class__.__name__ for _ in range(1)], [locals().get("self") is self for _ in range(1)]
print(C.lst, C().m())
try:
    f"{t(1)} {
        1 /
        0
    } {t(2)}"
except ZeroDivisionError as e:
    print(e, e.__traceback__.tb_lineno)
    del e
import itertools
print(f"{list(itertools.batched(range(5), 2))!r}")
