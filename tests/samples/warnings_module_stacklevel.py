"""warnings.warn with and without stacklevel=2 from helpers, categories, once per location rules, DeprecationWarning from __main__."""
import warnings
def helper(n):
    warnings.warn("in helper %d" % n)
def caller(n):
    warnings.warn("at the caller %d" % n, RuntimeWarning, stacklevel=2)
def old():
    """deprecated"""
    warnings.warn("old() is deprecated", DeprecationWarning, stacklevel=2)
    warnings.warn("inside", DeprecationWarning)
    warnings.warn("future", FutureWarning, 3)
def indirect():
    old(); old()
    return (1 +
            (caller(7) or 2))
for i in range(3):
    helper(i % 2)
    caller(1)
caller(1); caller(1)
caller(2)
old()
indirect()
indirect()
x = [caller(3) for _ in range(2)]
y = list(map(caller, [4, 4]))
class C:
    warnings.warn("class body")
    def m(self): warnings.warn(UserWarning("instance of a category"), stacklevel=2)
C().m(); C().m()
with warnings.catch_warnings(record=True) as rec:
    warnings.simplefilter("always")
    helper(9); caller(9)
    old()
got = [(str(w.message), w.category.__name__, w.lineno) for w in rec]
print(got)
warnings.warn_explicit("explicit", UserWarning, "some_file.py", 12)
warnings.filterwarnings("ignore", message="in helper")
helper(5)
try:
    warnings.warn("bad category", int)
except TypeError as e:
    print(str(e)[:30])
warnings.warn("deep", stacklevel=50)
print("done", __warningregistry__ is not None)
del rec
