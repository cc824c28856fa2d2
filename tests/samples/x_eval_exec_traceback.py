"""uncaught: errors in exec and eval code strings called from a function (frames of <string> files)."""
import traceback
src = """
def inner(v):
    return base / v
total = sum(inner(k) for k in (1, 2))
"""
env = {"base": 6}
exec(src, env)
print(env["total"])
def call(expr, **names):
    return eval(expr, {**env, **names})
print(call("inner(x) + 1", x=3))
try:
    call("inner(x) + y", x=3)
except NameError:
    print(traceback.format_exc())
try:
    exec(compile("a = 1\nb = = 2", "<cfg>", "exec"))
except SyntaxError as e:
    where = e.filename, e.lineno, e.offset, e.text
    print(where)
total = env["total"]
inner = env.pop("inner"); env = None
del inner
env = {}
exec(src, {"base": "six"})
