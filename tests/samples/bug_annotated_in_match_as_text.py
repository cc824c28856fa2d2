"""Names that are annotated in a `match`, their annotations kept as texts."""
from __future__ import annotations
for i in range(2):
    match i:
        case 0:
            k: print( 'never' ) = 3
            o: list[ int ]
            continue
print(__annotations__)
class C:
    __r: int = 3
    for i in range(2):
        match i:
            case 1:
                __o: int = 5
                break
    print(__annotations__)
def g():
    class D:
        for i in range(2):
            match i:
                case 1:
                    m: int = 5
                    break
        print(__annotations__)
    return D.m
print(g())
