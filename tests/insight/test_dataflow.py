"""The tree of what made a value, asked of real scripts; and that asking leaves no trace."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from nnstep.insight.dataflow import Origin
from nnstep.session import Session

LESSONS = Path(__file__).parents[2] / "lessons"

NET = """import numpy as np


def twice(v):
    w = v * 2
    w += 1
    return w


class Net:
    def __init__(self):
        self.W = np.ones((2, 3))


x, net, p = np.arange(8.0).reshape(4, 2), Net(), {"b": np.zeros(3)}
for epoch in range(4):
    z = x @ net.W + p["b"]
    a = twice(z)
    head = a[:2]
    total = 0.0
    for row in x:
        total = total + row.sum()
    a[3] -= 5
    net.W -= 0.1 * net.W
    p["b"] = p["b"] + 1
    done = 1
"""


def lesson(folder: Path, name: str, epochs: int = 4) -> Session:
    text = (LESSONS / f"{name}.py").read_text(encoding="utf-8")
    text = re.sub(r"^(epochs|num_passes) = \d+", rf"\1 = {epochs}", text, flags=re.M)
    (folder / f"{name}.py").write_text(text, encoding="utf-8")
    return Session(folder / f"{name}.py")


@pytest.fixture
def net(tmp_path: Path) -> Session:
    (tmp_path / "net.py").write_text(NET)
    session = Session(tmp_path / "net.py")
    session.epoch(3)
    session.break_at("done")
    session.run()
    return session


def nodes(origin: Origin) -> Iterator[Origin]:
    yield origin
    for each in origin.inputs:
        yield from nodes(each)


def test_a_product_and_its_factors(tmp_path: Path) -> None:
    session = lesson(tmp_path, "mse_hidden")
    session.epoch(2)
    session.break_at("zh")
    session.run()
    tree = session.why("zh")
    assert (tree.kind, tree.name, tree.shape, tree.line) == ("made", "zh", (100, 4), 56)
    assert tree.text == "zh = np.dot(feature_set, wh)"
    assert [(each.kind, each.name, each.shape) for each in tree.inputs] == [
        ("start", "feature_set", (100, 2)), ("start", "wh", (2, 4)),
    ]


def test_a_call_leads_into_the_function_and_out_by_its_parameter(tmp_path: Path) -> None:
    session = lesson(tmp_path, "mse_hidden")
    session.epoch(2)
    session.break_at("ah")
    session.run()
    tree = session.why("ah")
    assert (tree.kind, tree.text) == ("call", "ah = sigmoid(zh)")
    (inner,) = tree.inputs
    assert (inner.text, inner.function, inner.line) == ("1 / (1 + np.exp(-x))", "sigmoid", 20)
    (argument,) = inner.inputs
    assert (argument.read_as, argument.name) == ("x", "zh")


def test_what_is_read_turned_was_made_as_it_is(tmp_path: Path) -> None:
    session = lesson(tmp_path, "mse_hidden")
    session.epoch(2)
    session.break_at("dcost_wo")
    session.run()
    hidden = session.why("dcost_wo").inputs[0]
    (inner,) = hidden.inputs
    assert (hidden.name, hidden.read_as, hidden.shape) == ("ah", "dzo_dwo.T", (100, 4))
    assert (inner.shape, inner.inputs[0].shape) == ((100, 4), (100, 4))
    start = [each for each in nodes(session.why("dcost_wo", deep=True)) if each.kind == "start"]
    assert (100, 2) in [each.shape for each in start]


def test_an_in_place_change_stands_above_what_made_the_array(tmp_path: Path) -> None:
    session = lesson(tmp_path, "softmax_moons")
    session.epoch(2)
    session.break_at("dW2")
    session.run()
    tree = session.why("probs")  # delta3 is the same array
    assert tree.kind == "changed" and tree.text.endswith("-= 1")
    assert tree.inputs[0].kind == "made" and tree.inputs[0].name == "probs"
    assert tree.inputs[0].inputs[0].name == "exp_scores"


def test_dictionaries_and_containers(tmp_path: Path) -> None:
    session = lesson(tmp_path, "tanh_sigmoid", 5000)
    session.epoch(2)
    session.break_at("gradients")
    session.run()
    tree = session.why("gradients", deep=True)
    assert tree.kind == "holds" and len(tree.inputs) == 4
    assert tree.inputs[0].name == "gradients['dW1']"
    texts = {each.text for each in nodes(tree)}
    assert 'Z1 = np.dot(params["W1"], X) + params["b1"]' in texts
    starts = {each.name for each in nodes(tree) if each.kind == "start"}
    assert {'params["W1"]', 'params["b1"]', 'params["W2"]', "X", "Y"} <= starts


def test_attributes_views_and_loops(net: Session) -> None:
    weights = net.why("net.W")
    assert weights.kind == "changed" and weights.inputs[0].kind == "start"
    assert weights.inputs[0].name == "net.W"
    head = net.why("head", deep=True)
    assert (head.kind, head.shape) == ("view", (2, 3))
    (call,) = head.inputs  # `a[3] -= 5` has not reached these rows
    assert call.kind == "call" and call.inputs[0].kind == "changed"
    whole = net.why("a")
    assert (whole.kind, whole.text) == ("changed", "a[3] -= 5")
    total = net.why("total", deep=True)
    assert sum(each.text == "total = total + row.sum()" for each in nodes(total)) == 4
    assert any(each.name == "x" and each.kind == "start" for each in nodes(total))


def test_levels_and_what_is_shown_once(tmp_path: Path) -> None:
    session = lesson(tmp_path, "mse_hidden")
    session.epoch(2)
    session.break_at("dcost_wo")
    session.run()
    short, whole = session.why("dcost_wo"), session.why("dcost_wo", deep=True)
    assert any(each.more for each in nodes(short))
    assert not any(each.more for each in nodes(whole))
    again = [each for each in nodes(whole) if each.kind == "again"]
    assert {each.name for each in again} == {"ah", "zo"}
    expanded = [each.line for each in nodes(whole) if each.name == "ah" and each.inputs]
    assert len(expanded) == 1


def test_at_the_beginning_of_an_epoch_the_one_before_is_asked(tmp_path: Path) -> None:
    session = lesson(tmp_path, "mse_hidden")
    session.epoch(3)
    found = session.trace_why("wh")
    assert found.since == "epoch 1 began" and found.found.kind == "changed"
    assert session.trace_why("lr").found.kind == "start"


@pytest.mark.parametrize("name", ["mse_hidden", "softmax_moons"])
def test_at_the_end_of_the_script(tmp_path: Path, name: str) -> None:
    session = lesson(tmp_path, name)
    session.run()
    tree = session.why("accuracy")
    assert tree.text == next(
        line for line in session.source.text.splitlines() if line.startswith("accuracy = ")
    )
    assert session.finished


def test_before_the_main_loop(tmp_path: Path) -> None:
    session = lesson(tmp_path, "mse_hidden")
    session.until("wo.shape == (4, 1)")
    found = session.trace_why("wo")
    assert found.since == "the script began"
    assert found.found.text == "wo = np.random.rand(4, 1)"


def test_what_was_typed_in_is_told(net: Session) -> None:
    net.execute("x[0, 0] = 7.0")
    net.break_at("z")
    net.run()
    assert net.trace_why("z").notes == ()
    net.execute("z[0, 0] = 7.0")
    assert "z[0, 0] = 7.0" in " ".join(net.trace_why("z").notes)
    assert net["z"][0, 0] == 7.0
    step = net.explain("z[0, 0]").steps[0]
    assert not step.exact and "more than rounding explains" in step.words


def state(session: Session) -> tuple[object, ...]:
    values = {
        name: value.tobytes() if isinstance(value, np.ndarray) else repr(value)
        for name, value in session.names().items() if type(value).__name__ != "Net"
    }
    draws = np.random.get_state()[1].tobytes()  # type: ignore[union-attr]
    return session.position, session.stop, session.output, values, draws, session.next_op


@pytest.mark.parametrize("name", ["mse_hidden", "softmax_moons"])
def test_the_session_stands_where_it_stood(tmp_path: Path, name: str) -> None:
    session, other = lesson(tmp_path, name), lesson(tmp_path, name)
    stop = "dcost_wo" if name == "mse_hidden" else "dW1"
    for each in (session, other):
        each.epoch(2)
        each.break_at(stop)
        each.run()
    before = state(session)
    session.why(stop, deep=True)
    assert state(session) == before
    session.explain(f"{stop}[0, 0]", deep=True)
    assert state(session) == before
    session.focus(3)
    assert state(session) == before
    with pytest.raises(ValueError):
        session.focus(10_000)
    assert state(session) == before
    for each in (session, other):
        each.delete()
        each.run()
    assert session.output == other.output and state(session)[3] == state(other)[3]


def test_asking_stores_nothing_in_the_script(net: Session) -> None:
    bytes_before = net["net"].W.tobytes(), net["p"]["b"].tobytes(), net["a"].tobytes()
    for text in ("net.W[1, 2]", 'p["b"][1]', "a[3, 1]", "total"):
        net.explain(text, deep=True)
    assert (net["net"].W.tobytes(), net["p"]["b"].tobytes(), net["a"].tobytes()) == bytes_before
    assert net["net"].W.shape == (2, 3)


def test_wrong_use(net: Session) -> None:
    with pytest.raises(KeyError, match="there is no 'nosuch' here"):
        net.why("nosuch")
    with pytest.raises(ValueError, match="`epoch` is an int, which isn't followed"):
        net.why("epoch")


def test_a_function_that_hands_its_argument_back_has_not_made_it(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "import numpy as np\n\n\ndef same(v):\n    return v\n\n\n"
        "x = np.ones(3)\ny = x * 2\nz = same(y)\nend = 1\n",
        encoding="utf-8",
    )
    session = Session(script)
    session.run()
    assert session.why("y").text == session.why("z").text == "y = x * 2"
