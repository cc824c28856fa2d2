"""The corpus: scripts as people write them, held against plain Python in all that nnstep does.

The scripts are in tests/corpus, modules that some of them import beside them. What a script needs
and what is true of it stands in comments at its top (see `Script`). What is said there of gradients
is tested, too: by differences that plain Python computes (truths.py), where nnstep has no part.
"""

from __future__ import annotations

import gc
import io
import re
import shlex
import sys
import zipfile
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import oracle
import pytest
from states import Fingerprint, Key, differences, fingerprint, key, same_start
from truths import Lines, truth

from nnstep.insight.verdicts import FACTOR, RIGHT, WRONG
from nnstep.session import Session

FOLDER = Path(__file__).parent / "corpus"
KINDS = {"right": RIGHT, "factor": FACTOR, "wrong": WRONG}
_HEADER = re.compile(r"^# (stdin|argv|writes|differs|loop|check|cost): (.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Script:
    """A script of the corpus, and what its header says.

    Attributes:
        path: the script.
        typed: its standard input, from the lines `# stdin:`.
        arguments: its `sys.argv`, from `# argv:`.
        writes: the files that it leaves behind, from `# writes:`.
        differs: variables with times of a clock in them, from `# differs:`.
        loop: how the line of its main loop reads, from `# loop:`, where it is hard to find.
        cost: the cost of its gradients, from `# cost:`.
        check: what is true of them, from `# check:`, such as `right`, `factor 2` or `wrong W b`.
    """

    path: Path
    typed: str
    arguments: tuple[str, ...]
    writes: tuple[str, ...]
    differs: frozenset[str]
    loop: str | None
    cost: str | None
    check: tuple[str, ...]


def _script(path: Path) -> Script:
    found: dict[str, list[str]] = {}
    for name, text in _HEADER.findall(path.read_text(encoding="utf-8")):
        found.setdefault(name, []).append(text)
    words = {
        name: tuple(shlex.split(found[name][0])) for name in ("argv", "writes", "differs")
        if name in found
    }
    return Script(
        path, "".join(f"{text}\n" for text in found.get("stdin", [])), words.get("argv", ()),
        words.get("writes", ()), frozenset(words.get("differs", ())),
        found.get("loop", [None])[0], found.get("cost", [None])[0],
        tuple(found.get("check", [""])[0].split()),
    )


SCRIPTS = {path.stem: _script(path) for path in sorted(FOLDER.glob("*.py"))}
CHECKED = [name for name, script in SCRIPTS.items() if script.check]
by_name = pytest.mark.parametrize("name", SCRIPTS)

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture(autouse=True, scope="module")
def _all_dies_in_the_end() -> Iterator[None]:
    yield
    gc.unfreeze()
    gc.collect()


# As under plain Python: the bytes, the files, the bits of what is left in its variables.


@by_name
def test_processes_say_and_write_the_same(name: str, tmp_path: Path) -> None:
    (plain, written), (ops, other) = _run(SCRIPTS[name], tmp_path, ["plain", "ops"])
    assert (ops.stdout.decode(), ops.stderr.decode(), ops.code) == (
        plain.stdout.decode(), plain.stderr.decode(), plain.code
    )
    assert other == written
    assert plain.code == 0, plain.stderr.decode()
    assert written.keys() <= set(SCRIPTS[name].writes)


@pytest.mark.long
@by_name
def test_run_says_and_writes_the_same(name: str, tmp_path: Path) -> None:
    plain, run = _run(SCRIPTS[name], tmp_path, ["plain", "run"])
    assert run == plain


def _run(
    script: Script, folder: Path, ways: list[str]
) -> list[tuple[oracle.Outcome, dict[str, bytes]]]:
    """Run a script in several ways at the same time, each in a folder of its own."""
    folders = [_new(folder / way) for way in ways]
    started = [
        oracle.start(way, script.path, script.arguments, script.typed, each)
        for way, each in zip(ways, folders, strict=True)
    ]
    ended = [oracle.outcome(process) for process in started]
    return [(each, _files(where)) for each, where in zip(ended, folders, strict=True)]


def _files(folder: Path) -> dict[str, bytes]:
    """What lies in a folder; of archives, which have the time of their making, the contents."""
    found = {}
    for path in sorted(folder.rglob("*")):
        data = _members(path) if path.suffix == ".npz" else path.read_bytes()
        found[str(path.relative_to(folder))] = data
    return found


def _members(path: Path) -> bytes:
    with zipfile.ZipFile(path) as archive:
        return b"".join(each.encode() + archive.read(each) for each in archive.namelist())


@by_name
def test_variables_end_with_the_same_bits(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script, observed = SCRIPTS[name], []
    for way in (oracle.observe_native, oracle.observe_ops):
        monkeypatch.chdir(_new(tmp_path / way.__name__))
        observed.append(way(script.path, script.arguments, script.typed))
        for each in script.differs:
            del observed[-1].variables[each]
    assert len(observed[0].variables) > 3
    assert not oracle.differences(*observed)


def _new(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    return folder


# Time: one epoch op by op, back through all of it, and to epochs from either side.

ENTERED_AGAIN = {"argparse_logistic", "contexts_and_overflow", "kfold_ridge"}  # the main loop
LONG_EPOCHS = {
    "adam_class", "autograd_scalar_engine", "char_rnn", "conv_four_loops", "genetic_weights",
    "globals_everywhere", "gru_readout", "kmeans_plain", "layer_sizes_mlp", "minibatch_generator",
    "q_table", "scalar_mlp",
}
ASTRAY = {  # not always, but now and then
    "decorated_dataclass": "the order of a class's attributes isn't always put back",
}
LONG_CHECKS = {"char_rnn", "gru_readout"}
STRAIGHT = 6  # states at the beginning of an epoch, among which is the one that `goto` leads to


@contextmanager
def opened(name: str, folder: Path) -> Iterator[Session]:
    """A session of a script in an empty folder, with its input."""
    script = SCRIPTS[name]
    with pytest.MonkeyPatch.context() as patch, same_start():
        patch.setattr(sys, "stdin", io.StringIO(script.typed))
        patch.chdir(folder)
        for path in folder.iterdir():
            path.unlink()
        session = Session(script.path, script.arguments)
        session.on_error = None
        try:
            yield session
        finally:
            session.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """In which all sessions work, for the folder is a part of the state."""
    return tmp_path_factory.mktemp("corpus")


def begun(name: str, folder: Path) -> dict[Key, Fingerprint]:
    """Stepping op by op, the first states of the epochs 0, 1 and 2, as far as there are so many."""
    found: dict[Key, Fingerprint] = {}
    at, entered, last = None, 0, 0
    with opened(name, folder) as session:
        while not session.finished:
            now = session.position.epoch
            entered, at = (entered + 1 if now == at else 1), now
            if (last == 1 and at is None) or (at == 2 and entered > STRAIGHT):
                break
            last = last if at is None else at
            if at is not None and entered <= STRAIGHT:
                found[key(session)] = fingerprint(session)
            session.step()
    return found


def compare(session: Session, wanted: Fingerprint, but: Collection[str] = ()) -> None:
    """Compare with a state that stepping has met, but for some variables."""
    left_out = tuple(f"{each}: " for each in but)
    wrong = [
        each for each in differences(fingerprint(session), wanted) if not each.startswith(left_out)
    ]
    if wrong:
        raise AssertionError("\n".join([f"at {session.position}:", *wrong]))


@pytest.mark.parametrize("name", SCRIPTS)
def test_the_main_loop_is_found(name: str) -> None:
    script = SCRIPTS[name]
    session = Session(script.path, script.arguments)
    assert session.main is not None
    text = session.source.lines[session.main.lineno - 1].strip()
    assert text == (script.loop or text)
    session.close()


@pytest.mark.long
@pytest.mark.parametrize("name", [
    pytest.param(name, marks=[pytest.mark.long]) if name in LONG_EPOCHS else name
    for name in SCRIPTS if name not in ASTRAY
])  # fmt: skip
def test_back_through_an_epoch(name: str, folder: Path) -> None:
    """Through epoch 1, back through it op by op, and forth again by more and more ops at once."""
    states: list[tuple[Key, Fingerprint]] = []
    with opened(name, folder) as session:
        while session.position.epoch != 1:
            session.step()
        while session.position.epoch == 1 and not session.finished:
            states.append((key(session), fingerprint(session)))
            session.step()
        assert len(states) > 5
        for wanted in states[::-1]:
            session.back()
            stands_at(session, wanted)
        at = 0
        for stride in range(1, len(states)):
            if (at := at + stride) < len(states):
                session.step(stride)
                stands_at(session, states[at])


def stands_at(session: Session, wanted: tuple[Key, Fingerprint]) -> None:
    """Compare with a state that this session has met before."""
    assert key(session) == wanted[0]
    compare(session, wanted[1])


RETURNS = """
def half(v):
    for i in range(4):
        if i == 2:
            return v / 2
w = 1.0
for epoch in range(3):
    v = half(w)
    w = w - v
"""


def test_back_past_a_return_out_of_a_loop(tmp_path: Path) -> None:
    path = tmp_path / "returns.py"
    path.write_text(RETURNS, encoding="utf-8")
    with same_start():
        session = Session(path)
        while session.position.epoch != 2:
            session.step()
        while session.position.epoch == 2:
            session.back()
        session.back(3)
        assert session.position.epoch == 1
        session.close()


@pytest.mark.long
@by_name
def test_epochs_from_either_side(name: str, folder: Path) -> None:
    states = begun(name, folder)
    stood = Counter(state.position.epoch for state in states.values())
    epochs = [epoch for epoch, count in stood.items() if count > 1]  # one: its last test
    assert {0, 1} <= set(epochs)
    with opened(name, folder) as session:
        for epoch in (max(epochs), 0, 1, 1, max(epochs), 1):
            go_to(session, name, epoch, states)
        session.run()
        assert session.finished
        if name not in ENTERED_AGAIN:
            for epoch in (1, max(epochs), 0):
                go_to(session, name, epoch, states)


def go_to(session: Session, name: str, epoch: int, states: dict[Key, Fingerprint]) -> None:
    """Go to an epoch, and compare with what another session has met, at another time."""
    session.goto(epoch=epoch)
    assert session.position.epoch == epoch
    compare(session, states[key(session)], SCRIPTS[name].differs)


# Gradients.

TRUTHS = {
    "adam_class": Lines("grads = backward(", "opt.step(grads)", {
        f"net['{each}']": f"grads['{each}']" for each in ("W1", "b1", "W2", "b2")}),
    "argparse_logistic": Lines("prob = 1.0 /", "w = w - args.lr", {"w": "grad"}),
    "attention_einsum": Lines("out, (q, k, v, weights)", "for name in params:", {
        f"params['{each}']": f"grads['{each}']" for each in ("Wq", "Wk", "Wv")}),
    "autoencoder_tied": Lines("h = sigmoid(", "W -= .5*L_W", {
        "W": "L_W", "hbias": "L_hbias", "vbias": "L_vbias"}),
    "autograd_scalar_engine": Lines("outs = [", "p.data -= ", {
        f"{each}.data": f"{each}.grad" for each in ("w[0]", "b")}),
    "batch_norm": Lines("z = X @ W1", "for p, g in (", {
        each: f"d{each}" for each in ("W1", "W2", "gamma", "beta")}),
    "bias_added_up_wrongly": Lines("A2, cache = forward_", "for key in parameters:", {
        f"parameters['{each}']": f"grads['{each}']" for each in ("W1", "b1", "W2", "b2")}),
    "bigram_lookup": Lines("looked = emb", "proj += -1.0", {"proj": "dproj", "emb": "demb"}),
    "char_rnn": Lines("loss, dWxh, dWhh, dWhy, dbh, dby, hprev", "Wxh -= learning_rate", {
        each: f"d{each}" for each in ("Wxh", "Whh", "Why", "bh", "by")}),
    "closures_optimiser": Lines("gW, gc = ", 'W = update("W"', {"W": "gW", "c": "gc"}),
    "contexts_and_overflow": Lines("r = X @ w", "w = w - lr * g", {"w": "g"}),
    "conv_four_loops": Lines("fmap = convolve(", "W = W - 0.3", {
        "kernel": "dk", "W": "dW", "b": "db"}),
    "decorated_dataclass": Lines("slope = model", "model.weights -=", {"model.weights": "slope"}),
    "dropout_layers": Lines("out = layer.forward(out)", "layer.update(", {
        f"layers[{at}].{each}": f"layers[{at}].d{each}" for at in (0, 3) for each in "wb"}),
    "early_stopping": Lines("grad = Xtr.T", "w -= 0.9", {"w": "grad"}),
    "files_and_logs": Lines("pred = X_train", "w = w - 0.1", {"w": "dw", "b": "db"}),
    "globals_everywhere": Lines("loss = 0", "w1 -= LEARNING", {
        "w1": "gw1", "w2": "gw2", "bias": "gb"}),
    "gru_readout": Lines("preds = H", "w_out = w_out -", {"w_out": "gw", "b_out": "gb"}),
    "layer_sizes_mlp": Lines("nabla_b, nabla_w = net", "net.weights = [", {
        f"net.{each}[{at}]": f"nabla_{each[0]}[{at}]"
        for at in (0, 1) for each in ("weights", "biases")}),
    "linear_top_level": Lines("dw = db = 0.0", "w = w - 0.02", {"w": "dw", "b": "db"}),
    "local_package": Lines("out = net(X)", "net.step(0.05)", {
        f"net.units[{at}].{each}": f"net.units[{at}].g{each}" for at in (0, 2) for each in "Wb"}),
    "log_in_the_loop": Lines("yhat = ", "m = m - 0.1", {"m": "md", "c": "cd"}),
    "menu_by_input": Lines("p = f(", "w -= lr", {"w": "grad"}),
    "minibatch_generator": Lines("scores = xb @ W", "W -= lr", {"W": "dW", "b": "db"}),
    "momentum_decay": Lines("z = X.dot(", "rate = lr", {
        "theta": "grad_theta", "bias": "grad_bias"}),
    "plot_loss_agg": Lines("gradients = 2/m", "theta = theta - eta", {"theta": "gradients"}),
    "scalar_mlp": Lines("scores = [", "p.data -= ", {
        f"{unit}.{name}.data": f"{unit}.{name}.grad"
        for unit in ("hidden[0]", "hidden[1]", "last") for name in ("w[0]", "w[1]", "b")}),
    "skipgram_negative": Lines("v = W_in", "total += pair_loss", {
        "W_in[center]": "grad_v",
        "W_out": "(np.arange(len(W_out))[:, None] == samples) @ grad_out"}),
    "star_imports": Lines("P = softmax(", "W = W - 1.0", {"W": "pts.T @ G", "b": "G.sum(axis=0)"}),
    "svm_pegasos": Lines("margins = Y", "w = w - eta", {"w": "subgrad"}),
    "updated_too_early": Lines("zh=X.dot(", "Wh=Wh-rate", {
        "Wo": "gWo", "bo": "delta.sum(axis=0,keepdims=True)", "Wh": "gWh",
        "bh": "deltah.sum(axis=0,keepdims=True)"}),
    "while_tolerance": Lines("e = a * xs", "a -= alpha", {"a": "ga", "b": "gb"}),
    "xor_camel_case": Lines("self.inputLayer = inputs", "self.weightsHO +=", {
        "nn.weightsIH": "-self.inputLayer.T.dot(hiddenDelta)",
        "nn.weightsHO": "-self.hiddenLayer.T.dot(outputDelta)",
        "nn.biasH": "-hiddenDelta.sum(0)[None]", "nn.biasO": "-outputDelta.sum(0)[None]"}),
    "xor_lambdas": Lines("l1 = f(", "s1 += ", {"s0": "-X.T.dot(d1)", "s1": "-l1.T.dot(d2)"}),
    "xor_stale_slope": Lines("h = sig(p", "w2 = w2 - eta", {"w1": "p.T @ dh", "w2": "h.T @ do"}),
}  # fmt: skip


@contextmanager
def as_process(name: str, folder: Path) -> Iterator[Script]:
    """As if a script were run by itself in this process."""
    script = SCRIPTS[name]
    with pytest.MonkeyPatch.context() as patch, same_start():
        patch.setattr(sys, "argv", [str(script.path), *script.arguments])
        patch.syspath_prepend(FOLDER)
        patch.chdir(folder)
        yield script


@pytest.mark.parametrize("name", CHECKED)
def test_what_a_header_says_of_gradients_is_true(name: str, folder: Path) -> None:
    with as_process(name, folder) as script:
        assert script.cost is not None
        found = truth(script.path, script.cost, TRUTHS[name], script.typed)
    kind, *words = script.check
    assert found.kind == kind
    if kind == "factor":
        assert found.factor == pytest.approx(float(words[0]), rel=1e-4)
    assert set(found.wrong) == set(words if kind == "wrong" else ())


@pytest.mark.parametrize(("theta", "bias", "kind", "wrong"), [
    ("3 * grad_theta", "3 * grad_bias", "factor", ()),
    ("-grad_theta", "-grad_bias", "factor", ()),
    ("grad_theta + [1e-3, 0, 0]", "grad_bias", "wrong", ("theta",)),
    ("grad_theta[::-1]", "grad_bias", "wrong", ("theta",)),
])  # fmt: skip
def test_truths_tell_wrong_from_right(
    theta: str, bias: str, kind: str, wrong: tuple[str, ...], folder: Path
) -> None:
    asked = TRUTHS["momentum_decay"]
    with as_process("momentum_decay", folder) as script:
        lines = Lines(asked.before, asked.after, {"theta": theta, "bias": bias})
        found = truth(script.path, "loss", lines)
    assert (found.kind, found.wrong) == (kind, wrong)


@pytest.mark.parametrize("name", [
    pytest.param(name, marks=[pytest.mark.long]) if name in LONG_CHECKS else name
    for name in CHECKED
])  # fmt: skip
def test_check_says_what_is_true(name: str, folder: Path) -> None:
    kind, *words = SCRIPTS[name].check
    with opened(name, folder) as session:
        report = session.check(at=(0, 1), cost=SCRIPTS[name].cost)
    assert report.kind == KINDS[kind]
    assert [each.epoch for each in report.epochs] == [0, 1]
    verdicts = [verdict for each in report.epochs for verdict in each.verdicts]
    assert len({each.what for each in verdicts}) == len(TRUTHS[name].gradients)
    if kind == "factor":
        assert {round(each.factor, 4) for each in verdicts} == {float(words[0])}
    wrong = {each.what.removeprefix("d cost/d ") for each in verdicts if each.kind == WRONG}
    assert wrong == set(words if kind == "wrong" else ())


# The corpus itself.


def test_the_corpus_is_what_it_is_meant_to_be() -> None:
    assert len(SCRIPTS) >= 32
    assert TRUTHS.keys() == set(CHECKED)
    assert {script.check[0] for script in SCRIPTS.values() if script.check} == KINDS.keys()
    for script in SCRIPTS.values():
        assert 25 <= script.path.read_text(encoding="utf-8").count("\n") <= 92, script.path
        assert not script.check or script.check[0] in KINDS
