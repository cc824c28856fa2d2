"""locals(), globals(), vars(), dir(), eval and exec at module level and inside functions."""
a = 1
globals()["b"] = 2
locals()["c"] = 3
print(a + b + c, locals() is globals(), vars() is globals())
mod_names = sorted(n for n in dir() if not n.startswith("__"))
print(mod_names)
def f(p, *args, q=5, **kw):
    before = sorted(locals())
    x = 1
    if p > 100:
        never = 2
    d = dict(locals())
    y = eval("x + p + a")
    exec("x = 50; z = x + 1")
    ns = {}
    exec("w = p * 2\ndef g(v): return v + p2", {"p": p, "p2": 7}, ns)
    print(before, sorted(d), y, x, ns["w"], ns["g"](1), sorted(dir()))
    try:
        z
    except NameError as e:
        print(e)
    return sorted(vars())
print(f(1, 2, r=3))
def clo():
    n = 1
    def inner():
        n
        m = 2
        return dict(locals())
    return inner(), sorted(k for k in locals() if k != "inner")
print(clo())
class C:
    u = 1
    locals()["v"] = 2
    w = v + u
    names = sorted(k for k in locals() if not k.startswith("__"))
print(C.w, C.names, sorted(k for k in vars(C) if not k.startswith("__")))
exec("e1 = a + 10\nfor i in range(3): e1 += i")
print(e1, eval("[a, b][1]"), eval("k + a", {"k": 5, "a": 1}), eval("lambda s: s * a")(3))
code = compile("r = 6 * 7", "<made>", "exec")
exec(code)
print(r, eval(compile("r + 1", "<made>", "eval")))
for src in ("1 +", "x y", "nope", "def f(:"):
    try:
        exec(src)
    except (SyntaxError, NameError) as e:
        print(type(e).__name__, e.args[0])
def g():
    global made
    exec("made2 = 1", globals())
    made = made2 + 1
    del globals()["made2"]
g()
print(made, "made2" in globals(), "__builtins__" in globals(), __name__, [x for x in [locals().get("a")]])
del code
