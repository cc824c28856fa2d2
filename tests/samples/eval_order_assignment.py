"""order of evaluation in assignments, displays, calls, subscripts, slices, dict entries, comparisons and ternaries."""
def t(x, v=None):
    print(x, end=" ")
    return v
class O:
    def __getattr__(self, n): print("." + n, end=" "); return self
    def __setattr__(self, n, v): print("." + n + "=", end=" ")
    def __getitem__(self, k): print("[]", end=" "); return self
    def __setitem__(self, k, v): print("[]=", end=" ")
    def __call__(self, *a, **k): print("()", sorted(k), end=" "); return self
    def __add__(self, o): print("+", end=" "); return self
    def __iter__(self): print("iter", end=" "); return iter([1, 2])
def line(tag=""): print(";", tag)
o = O()
def f(n): print(n, end=" "); return o
f("tgt")[t("idx")] = t("val"); line()
f("a").x, f("b")[t("k")] = f("rhs"); line()
f("a").p.q[t("i")].r = f("val").z; line()
f("t1").x = f("t2").y = t("v"); line()
{t("k1", 1): t("v1"), t("k2", 2): t("v2"), **t("dd", {})}; line()
[t("e1"), *t("e2", ()), (t("e3"), t("e4"))]; line()
f("fn")(t("a1"), *t("star", ()), t("a2"), kw=t("kw"), **t("kws", {"zz": 1})); line()
f("x") + f("y") + f("z") + (f("p") + f("q")); line()
t("then") if t("cond", True) else t("else"); line()
f("l")[t("lo"):t("hi"):t("st")]; line()
(t("1", 1) + t("2", 2)) * (t("3", 3) ** t("4", 2)) // -t("5", 4); line()
[t("elt") for _ in t("it", (1, 2)) if t("if", True)]; line()
{t("key"): t("value") for _ in t("it", (1,))}; line()
lambda a=t("default"): t("body"); line()
f("obj").meth(t("arg")).other(t("arg2"))[t("sub")]; line()
for f("obj").tgt in t("iter", (1, 2)): t("body")
line()
with_val = t("w1") or t("w2", 5) and t("w3", 6)
line(with_val)
assert t("assert", True), t("never"); line()
a, (b, *c) = f("u"), f("w"); line()
del o, a, b, f
try:
    raise t("exc", ValueError) from t("cause", None)
except ValueError as e:
    line(repr(e))
