"""The values of one sample on the units of a net, against the script's own arrays."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from states import fingerprint
from test_boundary import lesson

from nnstep.insight.tape import Recorder
from nnstep.session import Session

NETWORKS = Path(__file__).parents[1] / "networks"


class Case(NamedTuple):
    """A lesson, and what it calls the values of sample 3 where they are all there."""

    lesson: str
    forward: str
    units: tuple[str, ...]
    weights: tuple[str, ...]
    backward: str
    deltas: tuple[str, ...]
    slopes: tuple[str, ...]


CASES = [
    Case("perceptron", "error", ("inputs[3]", "z[3]"), ("weights",),
         "num", ("z_delta[3]",), ("np.dot(inputs, z_delta)",)),
    Case("mse_hidden", "error_out", ("feature_set[3]", "ah[3]", "ao[3]"), ("wh", "wo"),
         "dcost_wh", ("(dah_dzh * dcost_dah)[3]", "dcost_dzo[3]"), ("dcost_wh", "dcost_wo")),
    Case("softmax_moons", "delta3", ("X[3]", "a1[3]", "probs[3]"), ("W1", "W2"),
         "model", ("delta2[3]", "delta3[3]"), ("dW1", "dW2")),
    Case("logistic_baseline", "delta3", ("X[3]", "a1[3]", "probs[3]"), ("W1", "W2"),
         "dW1", ("delta2[3]", "delta3[3]"), ("dW1", "dW2")),
    Case("tanh_sigmoid", "cache", ("X[:, 3]", "cache['A1'][:, 3]", "y[:, 3]"),
         ("params['W1'].T", "params['W2'].T"),
         "dW1", ("dZ1[:, 3]", "dZ2[:, 3]"), ("dW1.T", "dW2.T")),
    Case("l2_derivation", "dL_dy", ("X[3]", "h[3]", "y[3]"), ("w", "u"),
         "dL_dw", ("delta_h[3]", "delta[3]"), ("dL_dw", "dL_du")),
]  # fmt: skip


def at(session: Session, epoch: int, name: str) -> Session:
    """Go to where a name is bound in an epoch."""
    session.goto(epoch=epoch)
    session.break_at(name)
    session.run()
    assert session.position.epoch == epoch
    return session


def script(folder: Path, text: str) -> Session:
    path = folder / "net.py"
    path.write_text("import numpy as np\n" + textwrap.dedent(text))
    return Session(path)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.lesson)
def test_the_activations_are_the_scripts_own(case: Case, tmp_path: Path) -> None:
    session = at(Session(lesson(case.lesson, tmp_path, 5)), 2, case.forward)
    before = fingerprint(session)
    found = session.layers(3)
    assert fingerprint(session) == before
    assert (found.row, found.epoch) == (3, 2)
    assert found.in_columns == (case.lesson == "tanh_sigmoid")
    for layer, text in zip(found.layers, case.units, strict=True):
        assert layer.values.tolist() == np.ravel(session.eval(text)).tolist()
        assert layer.name == text.partition("[")[0].replace("cache", "A1")
    for between, text in zip(found.between, case.weights, strict=True):
        assert np.array_equal(between.values, session.eval(text))
        assert between.name == text.removesuffix(".T")
        assert between.shape == session.eval(between.name).shape


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.lesson)
def test_the_gradients_are_the_scripts_own(case: Case, tmp_path: Path) -> None:
    session = at(Session(lesson(case.lesson, tmp_path, 5)), 2, case.backward)
    before = fingerprint(session)
    found = session.layers(3, gradients=True)
    assert fingerprint(session) == before
    assert found.epoch == 2 and found.layers[0].values is None and not found.rising
    for layer, text in zip(found.layers[1:], case.deltas, strict=True):
        assert layer.values.tolist() == np.ravel(session.eval(text)).tolist()
        assert layer.name == text.partition("[")[0].strip("()")
    for between, text in zip(found.between, case.slopes, strict=True):
        assert np.array_equal(between.values, session.eval(text))
        assert between.name == text.removesuffix(".T")


def test_the_last_pass_that_is_whole(tmp_path: Path) -> None:
    session = at(Session(lesson("mse_hidden", tmp_path, 9)), 3, "ao")
    known = session.eval("ah[7]").tolist()
    session.goto(epoch=4)
    found = session.layers(7)
    assert found.epoch == 3 and found.layers[1].values.tolist() == known
    at(session, 4, "ah")  # half-way: no mixture of two passes
    found = session.layers(7)
    assert found.epoch == 3 and found.layers[1].values.tolist() == known
    assert session.eval("ah[7]").tolist() != known
    session.run()  # to the next epoch's
    assert session.layers(7).epoch == 4


def test_a_pass_that_only_measures_is_not_meant(tmp_path: Path) -> None:
    """In epoch 0 the loss is computed by the same functions again, after the update."""
    session = at(Session(lesson("l2_derivation", tmp_path, 5)), 0, "dL_dy")
    known = session.eval("y[3]").tolist()
    session.goto(epoch=1)
    assert session.layers(3).layers[-1].values.tolist() == known


def test_behind_the_end_it_is_still_the_training(tmp_path: Path) -> None:
    session = at(Session(lesson("logistic_baseline", tmp_path, 5)), 4, "delta3")
    known = session.eval("probs[3]").tolist()
    session.delete(1)
    session.run()
    assert session.finished
    found = session.layers(3)
    assert found.epoch == 4 and found.layers[-1].values.tolist() == known


def test_the_batch_that_was_computed_last() -> None:
    session = Session(NETWORKS / "batches_onehot.py")
    at(session, 1, "grad_W2")
    session.run()  # the second batch
    found = session.layers(2)
    assert (found.epoch, found.iterations, found.count) == (1, (1,), 16)
    for layer, name in zip(found.layers, ("batch_x", "a1", "probs"), strict=True):
        assert layer.values.tolist() == session.eval(f"{name}[2]").tolist()


@pytest.mark.parametrize(
    ("name", "stop", "units", "deltas"),
    [
        ("dropout_unseeded", "w_out", ("X", "dropped", "p"), ()),
        ("embedding", "dtable", ("h", "probs"), ("dlogits",)),
        ("adam", "dz1", ("X", "a1", "p"), ()),
        ("rising", "l2_error", ("l0", "l1", "l2"), ()),
        ("three_layers", "db1", ("X", "a1", "a2", "out"), ("delta1", "delta2", "delta3")),
        ("relu_softmax", "db", ("X", "hidden_layer", "probs"), ()),
    ],
)
def test_other_networks(
    name: str, stop: str, units: tuple[str, ...], deltas: tuple[str, ...]
) -> None:
    session = at(Session(NETWORKS / f"{name}.py"), 2, stop)
    found = session.layers(1)
    assert [each.name for each in found.layers] == [*units] and found.epoch == 2
    for layer in found.layers:
        if (name, layer.name) != ("relu_softmax", "probs"):  # in place since then
            assert layer.values.tolist() == np.ravel(session.eval(f"{layer.name}[1]")).tolist()
    if deltas:
        found = session.layers(1, gradients=True)
        assert [each.name for each in found.layers[1:]] == [*deltas] and found.epoch == 2
        for layer in found.layers[1:]:
            assert layer.values.tolist() == np.ravel(session.eval(f"{layer.name}[1]")).tolist()


IN_PLACE = """
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(4, 3)), np.array([0, 1, 1, 0])
    W, V = rng.normal(size=(3, 4)), rng.normal(size=(4, 2))
    for epoch in range(4):
        h = X @ W
        h[h < 0] = 0
        p = np.exp(h @ V)
        p /= p.sum(axis=1, keepdims=True)
        right = (p.argmax(axis=1) == y).mean()
        d = p.copy()
        d[range(4), y] -= 1
        {update}
        done = 1
        last = done
"""
DOWN = "W -= 0.1 * X.T @ (d @ V.T * (h > 0)); V -= 0.1 * h.T @ d"
UP = "W += 0.1 * X.T @ -(d @ V.T * (h > 0)); V += 0.1 * h.T @ -d"
BY_ROW = "W -= 0.1 * X.T @ (d @ V.T * (h > 0)); V -= 0.1 * np.einsum('ni,nj->ij', h, d)"


def test_what_is_changed_in_place_and_as_many_samples_as_units(tmp_path: Path) -> None:
    session = at(script(tmp_path, IN_PLACE.format(update=DOWN)), 1, "done")
    found = session.layers(2)
    assert [each.name for each in found.layers] == ["X", "h", "p"]
    for layer in found.layers:
        assert layer.values.tolist() == session.eval(f"{layer.name}[2]").tolist()
    assert found.layers[-1].values.sum() == pytest.approx(1)


def test_what_is_added_points_downhill(tmp_path: Path) -> None:
    session = at(script(tmp_path, IN_PLACE.format(update=UP)), 1, "done")
    found = session.layers(2, gradients=True)
    assert len(found.rising) == 2
    assert found.layers[-1].values.tolist() == session.eval("-d[2]").tolist()


def test_nan_and_infinite_values(tmp_path: Path) -> None:
    text = IN_PLACE.format(update=DOWN).replace("h[h < 0] = 0", "h[0] = np.nan, np.inf, 1, 2")
    session = at(script(tmp_path, text), 1, "done")
    values = session.layers(0).layers[1].values
    assert np.isnan(values[0]) and values[1] == np.inf and values[2] == 1


def refused(session: Session, row: int, **how: Any) -> str:
    before = fingerprint(session)
    with pytest.raises(ValueError) as caught:
        session.layers(row, **how)
    assert fingerprint(session) == before
    return str(caught.value)


def test_what_is_refused(tmp_path: Path) -> None:
    session = script(tmp_path, IN_PLACE.format(update=BY_ROW))
    assert "forward pass wasn't computed yet; `epoch`" in refused(session, 0)
    session.goto(epoch=0)
    assert "forward pass wasn't computed yet; `epoch`" in refused(session, 0)
    session.goto(epoch=1)
    assert refused(session, 4) == "there is no sample 4: there are 4, 0 to 3"
    assert refused(session, -1) == "there is no sample -1: there are 4, 0 to 3"
    told = refused(session, 2, gradients=True)
    assert "leads to the update of `V`; `net 2` draws" in told
    assert "no product such as `x @ W`" in refused(Session(NETWORKS / "weight_decay.py"), 0)


def test_gradients_that_are_yet_to_come(tmp_path: Path) -> None:
    session = at(Session(lesson("mse_hidden", tmp_path, 5)), 0, "error_out")
    assert session.layers(3).epoch == 0
    assert "backward pass wasn't computed yet; `epoch`" in refused(session, 3, gradients=True)
    session.goto(epoch=1)
    assert session.layers(3, gradients=True).epoch == 0


def test_what_was_typed_in_is_told(tmp_path: Path) -> None:
    session = at(Session(lesson("mse_hidden", tmp_path, 5)), 1, "ao")
    session.set("ah", "ah * 0")
    (note,) = session.trace_layers(3).notes
    assert "was typed in since then" in note
    assert session.layers(3).layers[1].values.all()


def test_a_step_that_is_too_long_to_be_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = script(tmp_path, IN_PLACE.format(update=DOWN))
    session.goto(epoch=1)
    monkeypatch.setattr(Recorder.__init__, "__defaults__", (lambda frame, op: False, 5))
    assert "too many ops to be followed" in refused(session, 0)
    with pytest.raises(ValueError, match="too many ops to be followed"):
        session.weights()
    with pytest.raises(ValueError, match="too many ops to be followed"):
        session.check(cost="-np.log(p[range(4), y]).sum()")


def test_an_epoch_that_is_too_long_to_be_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = at(script(tmp_path, IN_PLACE.format(update=DOWN)), 1, "done")
    monkeypatch.setattr("nnstep.tracing.LIMIT", 5)
    assert "ops lie between here" in refused(session, 0)
    with pytest.raises(ValueError, match="ops lie between here"):
        session.focus(0)


def test_the_script_cannot_catch_that(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    session = script(tmp_path, CATCHING)
    session.goto(epoch=2)
    before = fingerprint(session)
    monkeypatch.setattr("nnstep.tracing.LIMIT", 5)
    with pytest.raises(ValueError, match="ops lie between here"):
        session.why("w")
    assert fingerprint(session) == before


CATCHING = """import numpy as np
w = np.ones(3)
caught = 0
for epoch in range(4):
    try:
        w = w * 0.5 + 0.1 - 0.2 * w * w
        w = w - 0.1 * w + 0.3
    except Exception:
        caught += 1
"""
