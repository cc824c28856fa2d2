"""import forms: a.b as c, from x import y as z, inside functions, star import of math, failing imports."""
import os.path as osp, xml.dom
import collections.abc
from collections import OrderedDict as OD, deque
from math import *
from math import pi as PI, floor
import sys, json as js
print(osp.basename("a/b.txt"), collections.abc.Sized.__name__, sqrt(16), PI == pi, floor(e))
print("xml" in globals(), "xml.dom" in sys.modules, js.dumps({"a": [1, None]}))
def f():
    import math
    from string import digits as d, ascii_lowercase
    import os.path
    global glob_mod
    import itertools as glob_mod
    math = math.floor(2.5)
    return math, d, os.path.sep, sorted(locals())
print(f(), next(glob_mod.count(3)), "os" in globals())
for stmt in ("import no_such_module_x", "from math import nothing", "import math.sub", "from os import path, nope", "from . import q", "import collections.nope as z"):
    try:
        exec(stmt)
    except ImportError as err:
        print(type(err).__name__, str(err).split(" (")[0], err.name)
try:
    import no_such_fast_module as fast
except ImportError:
    fast = None
finally:
    have = fast is not None
print(have)
class C:
    import math as m
    from functools import reduce
    area = m.pi * 2
print(round(C.area, 3), C.reduce(lambda a, b: a + b, [1, 2]), hasattr(C, "m"))
import importlib
m2 = importlib.import_module("math")
print(m2 is sys.modules["math"], __import__("os.path").__name__ , __import__("json.decoder", fromlist=["x"]).__name__)
import math as alias1, math as alias2
assert alias1 is alias2
math_inf = alias1.inf
from random import Random; rr = Random(5); first = rr.randint(0, 100)
from itertools import (
    chain,
    repeat as rep,
)
combined = list(chain([1], rep(2, 2)))
print(first, combined)
del rr
