"""A long way without a loop: what a function that calls itself does, and what comes behind."""
import numpy as np


def fib(n):
    if n < 2:
        return n
    return fib(n - 1) + fib(n - 2)


w = np.zeros(3)
w += fib(9)
w *= 2
print(w)
