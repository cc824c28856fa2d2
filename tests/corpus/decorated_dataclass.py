# check: right
# differs: SPENT
# cost: model.cost(xs, ts)
import functools
import time
from dataclasses import dataclass, field, replace
from typing import Callable, ClassVar

import numpy as np


def counted(fn):
    @functools.wraps(fn)
    def wrapper(*args, **kwargs):
        wrapper.calls += 1
        return fn(*args, **kwargs)
    wrapper.calls = 0
    return wrapper


def timed(label: str) -> Callable:
    def decorate(fn):
        @functools.wraps(fn)
        def inner(*a, **kw):
            start = time.perf_counter()
            try:
                return fn(*a, **kw)
            finally:
                SPENT[label] = SPENT.get(label, 0.0) + time.perf_counter() - start
        return inner
    return decorate


SPENT: dict[str, float] = {}


@dataclass(frozen=True)
class Config:
    lr: float = 0.1
    epochs: int = 5
    hidden: tuple[int, ...] = (4,)
    seed: int = 0


@dataclass
class Model:
    config: Config
    weights: np.ndarray = field(init=False, repr=False)
    _losses: list[float] = field(default_factory=list)
    made: ClassVar[int] = 0

    def __post_init__(self):
        type(self).made += 1
        self.weights = np.random.default_rng(self.config.seed).normal(size=2)

    @property
    def last(self):
        return self._losses[-1] if self._losses else None

    @last.setter
    def last(self, value):
        self._losses.append(float(value))

    @staticmethod
    def features(x):
        return np.stack([np.sin(x), np.cos(x)], axis=-1)

    @counted
    def cost(self, x, t):
        return np.mean((self.features(x) @ self.weights - t) ** 2) / 2

    @timed("gradient")
    def gradient(self, x, t):
        phi = self.features(x)
        return phi.T @ (phi @ self.weights - t) / len(t)


config = replace(Config(), lr=0.6, seed=9)
model = Model(config)
xs = np.linspace(0, 3, 9)
ts = 0.5 * np.sin(xs) - np.cos(xs)
for epoch in range(config.epochs):
    slope = model.gradient(xs, ts)
    model.weights -= config.lr * slope
    model.last = model.cost(xs, ts)
print(config, Model.cost.__name__, Model.cost.calls, Model.made)
print(model.weights, model.last, list(SPENT), SPENT["gradient"] > 0)
try:
    config.lr = 1.0
except Exception as error:
    print(type(error).__name__, error)
