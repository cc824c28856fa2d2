"""from __future__ import stands at the beginning, and holds for the functions too."""
from __future__ import annotations
import numpy as np

def scaled(w: Weights, by: float = 2.0) -> Weights:
    def inner(v: Unknown) -> None:
        return v * by
    return inner(w)

class Net:
    rate: Unknown = 0.5

print(scaled(np.ones(2)), scaled.__annotations__, Net.__annotations__, annotations)
