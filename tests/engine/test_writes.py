"""What may be changed in place: snippets, and all that was seen to change in real scripts."""

from __future__ import annotations

import ast
import re
import textwrap
from pathlib import Path

import pytest

from nnstep.engine import memory
from nnstep.engine.known import FIRST, RECEIVER
from nnstep.engine.writes import written_in_place
from nnstep.session import Session

ROOT = Path(__file__).parents[2]
LESSONS = sorted((ROOT / "lessons").glob("*.py"))
SAMPLES = sorted([
    *(ROOT / "tests" / "samples").glob("numpy_*.py"),
    *(ROOT / "tests" / "samples").glob("train_*.py"),
])


def written(*sources: str) -> frozenset[str]:
    texts = [f"import numpy as np\n{textwrap.dedent(each)}" for each in sources]
    return written_in_place([ast.parse(each) for each in texts])


# Snippet, what is in the result, what isn't.
SNIPPETS = [
    # Direct writes.
    ("W -= lr * dW", "W", "dW lr"),
    ("self.W += -lr * self.dW", "W", "dW self lr"),
    ("W = W - lr * dW", "", "W dW"),
    ("X = X / 255.0", "", "X"),
    ("X -= X.mean(axis=0)", "X", ""),
    ("a[i] = x", "a", "x i"),
    ("self.W = np.eye(2)\nself.W[0] = x", "W", "x self"),
    ("params['W'][...] -= g", "params", "g"),
    ("del a[0]", "a", ""),
    ("for a[0] in xs: pass", "a", ""),
    ("a.T[0] = 1\nb.flat[1:] = 2\nc.real = 3\nd.shape = 2, 3\ne.n = 1", "a b c d", "e n"),
    ("a[1:].T.sort()", "a", ""),
    ("a.fill(0)\nxs.append(1)\nb.resize(3)", "a xs b", ""),
    ("np.copyto(a, b)\nnp.fill_diagonal(c, d)\nnp.add.at(e, i, f)", "a c e", "b d f i"),
    ("np.exp(a, b)\nnp.add(c, d, e)\nnp.clip(f, g, h, k)", "b e k", "a c d f g h"),
    ("np.dot(a, b, out=c)\nx.dot(y, z)", "c z", "a b x y"),
    ("np.where(a, b, c)\nnp.einsum('ij,jk', a, b)", "", "a b c"),
    ("np.nan_to_num(a, copy=False)\nnp.median(b, overwrite_input=True)", "a b", ""),
    ("np.random.shuffle(a)\nrng.shuffle(b)\nimport random\nrandom.shuffle(c)", "a b c", "rng"),
    # What is called.
    ("import lib\nlib.f(a, k=b)", "a b", ""),
    ("from lib import f\nf(a)\nnp.no_such_function(b)", "a b", ""),
    ("queue.put_somewhere(a)", "a queue", ""),
    ("import lib\nb = lib.f(a)\nc = b", "a b c", ""),
    ("y = X.dot(W).sum() + X.mean(axis=0).astype(int)\ny -= 1", "y", "X W"),
    ("clf.fit(X, y)\np = clf.predict(X)", "", "clf X y p"),
    ("clf.fit(X, y)\nX -= 1", "clf X", ""),
    ("Z = scaler.transform(X)\nZ -= 1", "Z X", ""),
    ("W = clf.coef_.T\nW -= 1", "W clf coef_", ""),
    ("print(X, len(X), 'x {}'.format(X))\nplt.plot(X)", "", "X"),
    ("import matplotlib.pyplot as plt\nplt.imshow(X)\nax.plot(X)\nxs.append(1)", "xs", "X plt ax"),
    ("from sklearn import datasets\nX, y = datasets.make_moons(9)\ny -= 1", "y", "X"),
    ("from sklearn.preprocessing import S\nS(copy=False).fit(X)", "*", ""),
    ("rng = np.random.default_rng(0)\na = rng.normal(m, s)\na += rng.permutation(b)", "a", "m s b"),
    ("mean = np.mean(X)\nsum = np.sum(X)", "", "X mean"),
    ("sum = make()\nsum(X)", "X", ""),
    ("from numpy import *\na = exp(b)\na += dot(c, d)", "a", "b c d"),
    ("from numpy import *\na = ones(2)\nprint(a)", "", "a"),
    ("from numpy import *\na = [ones(2)]\nb = list(a)\nb[0] -= 1", "a b", ""),
    # Functions of the script.
    ("def f(x):\n  x *= 2\n  return 0\nr = f(a)", "x a", "r"),
    ("def f(x):\n  return 1 / x\nr = f(a)\nr -= 1", "r", "x a"),
    ("def f(x):\n  return x\nr = f(a)\nr -= 1", "r x a", ""),
    ("def f(x, *, k=d):\n  k *= 2\nf(a, k=b)", "k b d", "x a"),
    ("def f(*xs, **ks):\n  xs[0][:] = 0\nf(a, k=b)", "xs a b", ""),
    ("def f(x, y):\n  y += 1\nf(*a)", "a", ""),
    ("class N:\n  def f(self, x):\n    x += 1\n  @staticmethod\n  def g(z, y):\n    y += 1\n"
     "n.f(a)\nN.f(n, b)\nn.g(c, d)", "x a b y d", "c z self"),
    ("class N:\n  def __init__(self, w):\n    self.w = w\nn = N(a)\nn.w -= 1", "w a", "n self"),
    ("@dataclass\nclass N:\n  w: object\nn = N(a)\nn.w -= 1", "w a", ""),
    ("class N:\n  W = 1\n  @property\n  def params(self):\n    return [self.W]\n"
     "for p in n.params: p -= 1", "p params W", "self"),
    ("class L:\n  def __call__(self, x):\n    x += 1\nfor l in ls: y = l(a)", "x a y", ""),
    ("f = lambda x: x\nr = f(a)\nr -= 1", "r x a", ""),
    ("f = lambda x: x + 1\nr = f(a)\nr -= 1", "r", "a x"),
    ("def relu(z):\n  z[z < 0] = 0\nact = relu\nact(a)", "z a", ""),
    ("def f(x):\n  x += 1\nlist(map(f, xs))\nsorted(ys, key=f)", "x xs ys", ""),
    ("def f(x):\n  x += 1\nnp.apply_along_axis(f, 0, a)", "x a", ""),
    ("def batches(x):\n  yield x[:2]\nfor b in batches(a): b -= 1", "b x a", ""),
    ("def f(x):\n  yield from x\nfor b in f(a): b -= 1", "b x a", ""),
    # Other names of the same memory.
    ("delta = probs\ndelta[range(n), y] -= 1", "delta probs", "y n"),
    ("a = b = c\na += 1", "a b c", ""),
    ("a = self.b = np.eye(2)\na += 1", "a b", ""),
    ("a, b = [np.eye(2)] * 2\na += 1", "a b", ""),
    ("a, b = (np.eye(2) for _ in range(2))\na += 1", "a", "b"),
    ("a, b = b, a\nc, d = x, y\nc += 1", "c x", "a b d y"),
    ("a, *b = c\nb[0] += 1", "b c", ""),
    ("b = a.reshape(2, 3)[0].T\nb += 1", "b a", ""),
    ("b = np.asarray(a)\nb += 1\nd = np.array(c)\nd += 1", "b a d", "c"),
    ("b = np.array(a, copy=False)\nb += 1\nd = c.astype(int)\nd += 1", "b a d", "c"),
    ("b = np.array([a], dtype=object)\nfor x in b: x += 1", "b a x", ""),
    ("b = a.copy()\nb += 1", "b", "a"),
    ("d = {'W': W}\ne = d.copy()\ne['W'] -= 1", "e d W", ""),
    ("from copy import copy as c, deepcopy\nd = [W]\ne = c(d)\ne[0] += 1\nf = deepcopy([V])\n"
     "f[0] += 1", "W d e f", "V"),
    ("b = a if t else c\nb += 1\nd = e or g\nd += 1", "a b c d e g", "t"),
    ("if (b := a) is not None: b += 1", "a b", ""),
    ("model = {'W1': W1}\nmodel['W1'] -= 1", "model W1", ""),
    ("for p, g in zip(params, grads): p -= lr * g", "p params", "g grads"),
    ("for i, (p, g) in enumerate(zip(params, grads)): p -= g", "p params", "g grads i"),
    ("for k, p in params.items(): p -= 1", "p params", ""),
    ("for p in [W1, b1] + [W2]: p -= 1", "p W1 b1 W2", ""),
    ("ps = layer.ps + other.qs\nfor p in ps: p -= 1", "p ps qs", ""),
    ("z = X.dot(W) + b\nz += 1", "z", "X W b"),
    ("xs = [w] * 2\nxs[0] += 1", "xs w", ""),
    ("xs = []\nxs += ys\nxs[0] -= 1", "xs ys", ""),
    ("[p.fill(0) for p in ps]", "p ps", ""),
    ("ps = [p for p in qs]\nps[0] += 1", "p ps qs", ""),
    ("xs = []\nxs.append(w)\nxs[0] += 1", "xs w", ""),
    ("d = {}\nd['W'] = w\nd['W'] += 1", "d w", ""),
    ("out = np.zeros(3)\nout[0] = x", "out", "x"),
    ("self.W = w\nself.W -= 1", "W w", "self"),
    ("with open_(a) as b: b += 1", "a b", ""),
    ("match a:\n  case [b, *c]: b += 1", "a b", ""),
    ("setattr(self, 'W', w)\ngetattr(self, 'W')[0] = 1", "W w", "*"),
    ("class N:\n  def f(self):\n    self.__w += 1", "__w _N__w", ""),
    # What can't be judged.
    ("setattr(self, name, w)", "*", ""),
    ("getattr(self, name)", "*", ""),
    ("exec(text)", "*", ""),
    ("globals()['W'] -= 1", "*", ""),
    ("self.__dict__.update(d)", "*", ""),
    ("class A(np.ndarray): pass", "*", ""),
    ("np.ndarray.__setitem__(W, 0, 1)", "*", ""),
    ("operator.isub(W, 1)\nW.__isub__(1)", "*", ""),
    ("p = W.ctypes.data", "*", ""),
    ("class A:\n  def __add__(self, other): return self", "*", ""),
    ("@wrapped\ndef f(x): pass", "*", ""),
    ("model.eval()\nimport re\nre.compile('x')", "model", "*"),
]


@pytest.mark.parametrize(("source", "inside", "outside"), SNIPPETS, ids=lambda each: each[:40])
def test_snippets(source: str, inside: str, outside: str) -> None:
    found = written(source)
    assert set(inside.split()) <= found
    assert not set(outside.split()) & found


def test_several_trees_are_one_script() -> None:
    found = written("def f(x):\n  x += 1", "import layers\nfrom layers import f\nf(a)\nlayers.f(b)")
    assert {"x", "a", "b"} <= found


def test_nothing() -> None:
    assert written_in_place([]) == frozenset()
    assert written("x = 1\nprint(x)") == frozenset()


def test_knows_what_the_recorder_knows() -> None:
    special = {each for each in memory._CONTAINER_METHODS if each.startswith("__")}
    assert memory._ARRAY_METHODS - {"__setitem__"} <= RECEIVER
    assert memory._CONTAINER_METHODS - special <= RECEIVER
    assert memory._NUMPY_MUTATES <= FIRST


def lesson(name: str) -> frozenset[str]:
    return written_in_place([ast.parse((ROOT / "lessons" / f"{name}.py").read_text("utf-8"))])


def test_mse_hidden() -> None:
    found = lesson("mse_hidden")
    assert {"wh", "wo"} <= found
    assert not {"feature_set", "labels", "zh", "ah", "zo", "ao", "dzo_dwo", "*"} & found


def test_softmax_moons() -> None:
    found = lesson("softmax_moons")
    assert {"probs", "delta3", "W1", "dW1"} <= found
    assert not {"X", "x", "y", "a1", "*"} & found


def identifier(label: str) -> str | None:
    """The last identifier of a name such as `self.W1`, `params[0]` or `x in f`; None: no name."""
    node: ast.expr = ast.parse(label.partition(" in ")[0], mode="eval").body
    while isinstance(node, ast.Subscript):
        node = node.value
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else None


def shortened(path: Path, folder: Path) -> Path:
    text = re.sub(r"^(epochs|num_passes) = .*$", r"\1 = 3", path.read_text("utf-8"), flags=re.M)
    text = text.replace("nn.train(X, y, 300)", "nn.train(X, y, 3)")
    (folder / path.name).write_text(text, encoding="utf-8")
    return folder / path.name


@pytest.mark.parametrize("path", [*LESSONS, *SAMPLES], ids=lambda path: path.stem)
def test_holds_all_that_changes(path: Path, tmp_path: Path) -> None:
    found = written_in_place([ast.parse(path.read_text("utf-8"))])
    session = Session(str(shortened(path, tmp_path)))
    missing = set()
    while (event := session.step()) is not None:
        for mutation in event.mutated:
            names = {identifier(each) for each in (mutation.name, *mutation.aliases)} - {None}
            missing |= {(event.line, each) for each in names if each not in found}
    assert "*" in found or not missing
