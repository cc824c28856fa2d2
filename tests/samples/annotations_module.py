"""annotated assignment: evaluation order, __annotations__ at module and class level, annotations in functions not evaluated."""
def t(x):
    print("t", x)
    return x
class O: pass
o = O()
d = {}
a: t("ann a") = t("val a")
b: t("ann b")
(c): t("ann c") = t("val c")
o.x: t("ann o.x") = t("val o.x")
d[t("idx")]: t("ann d") = t("val d")
n: int = 5
m: "quoted" = 6
print(__annotations__ == {"a": "ann a", "b": "ann b", "n": int, "m": "quoted"}, sorted(__annotations__), "b" in globals(), o.x, d, c)
def f():
    x: t("never evaluated") = t("local value")
    y: undefined_name
    o.z: t("never either") = 3
    try:
        y
    except UnboundLocalError as e:
        print(e)
    return x
print(f(), f.__annotations__)
def g(p: t("p ann"), *a: t("a ann"), k: t("k ann") = t("k def"), **kw: "kw") -> t("ret"): return p
print(g.__annotations__)
class C:
    x: int = 1
    y: list[int]
    for i in range(2):
        z: t(i) = i
    if x > 5:
        w: str = "no"
    def m(self, q: int) -> "C": self.v: undefined_too = q; return self
print(C.__annotations__, C().m(4).v, C.m.__annotations__)
if n > 3:
    cond: bool = True
for k in range(2):
    loop: t(k)
print(list(__annotations__))
x: int; y: int = 3; z: tuple = 1, 2
print(y, z)
try:
    bad: undefined_thing = t("value first")
except NameError as e:
    print(e, bad)
__annotations__["extra"] = 1
import typing
hints = typing.get_type_hints(C)
print(hints["y"], __annotations__["extra"])
