"""warnings filters error/once/always/default, resetwarnings, showwarning replaced by a function."""
import warnings
seen = []
def show(message, category, filename, lineno, file=None, line=None):
    seen.append((str(message), category.__name__, lineno))
def w(msg, cat=UserWarning): warnings.warn(msg, cat, stacklevel=2)
old_show = warnings.showwarning
warnings.showwarning = show
for i in range(3): w("loop")
w("two"); w("two")
warnings.simplefilter("always")
for i in range(2): w("always")
warnings.simplefilter("once")
for i in range(2): w("once")
w("once")
warnings.simplefilter("default")
w("def")
warnings.filterwarnings("error", category=ResourceWarning)
try:
    w("resource", ResourceWarning)
except ResourceWarning as e:
    seen.append(("raised", str(e), 0))
warnings.showwarning = old_show
print(*seen, sep="\n")
w("shown at last")
def invalid_escape():
    return eval(r"'\d'")
with warnings.catch_warnings(record=True) as rec:
    warnings.simplefilter("always")
    r = invalid_escape(), eval("1 is 1") , eval("()()") if 0 else 0
print(r, [x.category.__name__ for x in rec][-1])
del rec, old_show
