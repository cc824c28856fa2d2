"""Names that are annotated in a `match`: in a function, and in a module."""
import builtins
def f(n):
    for i in range(3):
        match n:
            case 1:
                a: int = i
                b: undefined
                n = 2
            case 2:
                b: str = 'z'
                (c): undefined = 3
                break
    return a, b, c
print(f(1))
for i in range(3):
    match i:
        case 0:
            (k): print('evaluated')

        case _:
            class A:
                __p: int = 3
                q: float
            print(A.__annotations__)
            j: print('two')
            l: "str" = [1] if False else i
