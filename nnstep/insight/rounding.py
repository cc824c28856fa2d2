"""Whether numbers give what is stored, to the last bit or by how much not, in words.

Which numbers these are is for explain.py.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from nnstep.insight.elements import Index, bits_differ, number_text

_ROUNDING = 1e-5
_EXACT = "the numbers give it to the last bit"


def verdict(value: Any, index: Index, computed: Any) -> str:
    """What an op's own numbers give, against the element that is stored."""
    stored = value[index] if isinstance(value, np.ndarray) else value
    if not bits_differ(stored, computed):
        return _EXACT
    with np.errstate(all="ignore"):
        near = bool(np.isclose(stored, computed, rtol=_ROUNDING, atol=0))
    why = "NumPy computes whole arrays by other instructions, which round differently"
    why = why if near else "more than rounding explains"
    off = f"{number_text(computed)}, {_off(stored, computed)} away"
    return f"the numbers, one by one, give {off}: {why}"


def sum_verdict(stored: Any, computed: Any, terms: Any, what: str) -> str:
    """What the terms of a sum give, added one after the other, against what is stored."""
    if not bits_differ(stored, computed):
        return _EXACT
    off = f"{number_text(computed)}, {_off(stored, computed)} away"
    with np.errstate(all="ignore"):
        size = float(np.abs(terms).sum())
        bound = size * len(terms) * float(np.finfo(np.result_type(terms, np.float16)).eps)
        near = abs(float(np.real(stored - computed))) <= bound
    why = f"`{what}` adds in another order, and each sum is rounded" if near else (
        "more than rounding explains"
    )
    return f"added one after the other they give {off}: {why}"


def _off(stored: Any, computed: Any) -> str:
    with np.errstate(all="ignore"):
        return f"{float(abs(np.asarray(stored) - np.asarray(computed))):.3g}"


def change_in_words(old: Any, new: Any) -> str:
    """What an element was, and by how much it has changed."""
    with np.errstate(all="ignore"):
        apart = np.asarray(new) - np.asarray(old) if np.asarray(old).dtype.kind != "b" else None
    if apart is None or np.asarray(apart).dtype.kind == "c" or np.isnan(apart):
        return f"it was {number_text(old)}"
    change = number_text(np.asarray(apart)[()])
    return f"it was {number_text(old)} and has changed by {change}"
