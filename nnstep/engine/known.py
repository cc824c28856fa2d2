"""What is known of code that isn't the script's: whose value shares memory, and what writes.

Names only, for writes.py, which can't look into libraries.
"""

from __future__ import annotations

import builtins
import inspect
import sys
import warnings
from functools import lru_cache

import numpy as np


def _public(*types: type) -> set[str]:
    return {each for type_ in types for each in dir(type_) if each[0] != "_"}


# Attributes: views, those whose change is the array's, and those that are no memory.
VIEWS = set("T mT flat real imag base".split())
FORMS = set("shape flat real imag dtype strides".split())
PLAIN = set("shape size ndim dtype nbytes itemsize strides flags".split())
# Methods and NumPy functions whose value may share memory with what they are given.
LISTS = set("split array_split hsplit vsplit dsplit unstack meshgrid broadcast_arrays".split())
VIEWING = LISTS | set(
    "reshape ravel view transpose squeeze swapaxes diagonal getfield conj conjugate newbyteorder "
    "asarray asanyarray ascontiguousarray asfortranarray asarray_chkfinite asmatrix require matrix "
    "atleast_1d atleast_2d atleast_3d broadcast broadcast_to expand_dims moveaxis rollaxis diag "
    "permute_dims matrix_transpose real imag flip fliplr flipud rot90 real_if_close nditer ndarray "
    "nested_iters ndenumerate frombuffer from_dlpack recarray trim_zeros poly1d ix_ "
    "to_numpy".split()
)
VIEWING_MODULES = ("numpy.ma.", "numpy.lib.", "numpy.rec.", "numpy.polynomial.")
CALLING_BACK = {"vectorize", "frompyfunc", "fromfunction", "piecewise", "apply_along_axis",
                 "apply_over_axes"}  # fmt: skip
# What changes its first argument, and methods that change their receiver.
FIRST = set("copyto put place putmask fill_diagonal put_along_axis shuffle at".split())
RECEIVER = set(
    "sort fill put partition resize setfield setflags itemset byteswap append extend insert remove "
    "pop clear reverse update setdefault popitem add discard appendleft extendleft popleft rotate "
    "move_to_end".split()
)
# What hands on items of what it is given.
PASSING = set("items values keys get most_common union choice choices sample".split())
BUILTIN_PASSING = set(
    "zip enumerate reversed list tuple dict set frozenset iter sorted next map filter max min "
    "memoryview".split()
)
# What can't be judged: names, attributes; all special methods of classes but a few.
HIDDEN_NAMES = {"exec", "eval", "globals", "locals", "vars"}
HIDDEN = set(
    "__dict__ __globals__ f_locals f_globals __closure__ cell_contents ctypes __array_interface__ "
    "__array_struct__ __setitem__ __delitem__ __setattr__ __setstate__ __iadd__ __isub__ __imul__ "
    "__itruediv__ __ifloordiv__ __imod__ __ipow__ __imatmul__ __iand__ __ior__ __ixor__ "
    "__ilshift__ __irshift__".split()
)
SPECIAL = set(
    "__init__ __new__ __post_init__ __call__ __repr__ __str__ __len__ __del__ __hash__ __bool__ "
    "__eq__ __lt__ __format__ __exit__ __contains__".split()
)
# Library code that writes into nothing and keeps nothing.
HARMLESS_MODULES = set(
    "math cmath time os sys json pickle logging datetime argparse statistics string re warnings "
    "pprint textwrap random pathlib abc enum matplotlib pylab seaborn".split()
)
HARMLESS_METHODS = _public(str, float) | set(
    "write writelines read readline close flush info debug warning error log exit plot scatter bar "
    "imshow contour contourf barh hist pcolormesh errorbar fill_between axhline axvline semilogy "
    "semilogx loglog text annotate legend xlabel ylabel xlim ylim axis grid colorbar figure "
    "subplot subplots add_subplot savefig show draw pause cla clf set_title set_xlabel set_ylabel "
    "set_xlim set_ylim set_xticks set_yticks set_data tight_layout parse_args add_argument".split()
)
# Library code that writes into nothing it is given, but may keep it and hand it back.
KEEPING_MODULES = set("sklearn itertools collections contextlib dataclasses typing tqdm".split())
KEEPING_METHODS = set(
    "fit partial_fit predict predict_proba predict_log_proba decision_function transform score "
    "fit_transform fit_predict inverse_transform score_samples get_params set_params".split()
)
DECORATORS = set(
    "staticmethod classmethod property setter getter deleter cached_property cache lru_cache wraps "
    "contextmanager abstractmethod dataclass njit jit".split()
)
BASES = {"object", "ABC", "Enum", *(each for each in dir(builtins) if each[0].isupper())}
ARRAY_METHODS = _public(np.ndarray) - RECEIVER - VIEWING
RANDOM_METHODS = _public(np.random.Generator, np.random.RandomState) - FIRST - PASSING


@lru_cache(maxsize=1000)
def first_output(origin: str) -> int | None:
    """From which positional argument on a NumPy function writes; None: there's no such function."""
    function: object = np
    with warnings.catch_warnings():  # of what NumPy no longer wants to be asked for
        warnings.simplefilter("ignore")
        for part in origin.split(".")[1:]:
            function = getattr(function, part, None)
    if function is None:
        return None
    if isinstance(function, np.ufunc):
        return function.nin
    try:
        every = inspect.signature(function).parameters  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return 2
    by_place = [name for name, each in every.items() if each.kind != each.KEYWORD_ONLY]
    return by_place.index("out") if "out" in by_place else sys.maxsize
