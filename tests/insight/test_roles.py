"""Which part each variable plays in the training: every lesson, and networks of many styles."""

from __future__ import annotations

from pathlib import Path

import pytest

from nnstep.session import Session

ROOT = Path(__file__).parents[2]
WANTED = {
    "lessons/perceptron": {
        "data": "input_set labels inputs", "parameters": "weights bias", "forward": "XW z",
        "backward": "error dcost_dpred dpred_dz z_delta num",
    },
    "lessons/mse_hidden": {
        "data": "feature_set labels dzh_dwh", "parameters": "wh wo",
        "forward": "zh ah zo ao error_out",
        "backward": "dcost_dao dao_dzo dzo_dwo dcost_wo dcost_dzo dzo_dah dcost_dah dah_dzh "
                    "dcost_wh",
    },
    "lessons/softmax_moons": {
        "data": "X y", "parameters": "W1 b1 W2 b2", "forward": "model z1 a1 z2 exp_scores probs",
        "backward": "delta3 dW2 db2 delta2 dW1 db1",
    },
    "lessons/logistic_baseline": {
        "data": "X y", "parameters": "W1 b1 W2 b2", "forward": "a1 probs",
        "backward": "delta3 delta2 dW2 dW1",
    },
    "lessons/tanh_sigmoid": {
        "data": "X Y", "parameters": "params", "forward": "y cache", "backward": "gradients",
    },
    "tests/networks/adam": {
        "data": "X y", "parameters": "params m v",
        "computed in each epoch": "grads k m_hat v_hat",
    },
    "tests/networks/batches_onehot": {
        "data": "centres labels X T order start chosen batch_x batch_t",
        "parameters": "W1 b1 W2 b2", "forward": "z1 a1 scores probs",
        "backward": "grad_scores grad_W2 grad_b2 grad_a1 grad_z1 grad_W1 grad_b1",
    },
    "tests/networks/dropout": {
        "data": "X target", "parameters": "W1 b1 W2 b2",
        "forward": "z1 a1 mask silenced out loss",
        "backward": "grad_out grad_W2 grad_b2 grad_silenced grad_a1 grad_z1 grad_W1 grad_b1",
    },
    "tests/networks/layer_lists": {
        "data": "X y", "parameters": "weights biases params", "forward": "activations",
        "backward": "grads p g",
    },
    "tests/networks/one_by_one": {
        "data": "xs ts x t", "parameters": "w b", "forward": "total pred loss",
        "backward": "err dw db",
    },
    "tests/networks/rnn": {
        "data": "series inputs targets", "parameters": "Wxh Whh Why bh by",
        "forward": "hs ys loss",
        "backward": "dWxh dWhh dWhy dbh dby dh_next dy dh draw p dp",
    },
}  # fmt: skip


@pytest.mark.parametrize("script", WANTED)
def test_the_parts_of_a_training(script: str) -> None:
    session = Session(ROOT / f"{script}.py")
    session.epoch(3)
    while session.position.epoch == 2:
        session.next()
    found = session.roles()
    names: dict[str, list[str]] = {}
    for name, role in found.items():
        names.setdefault(role, []).append(name)
    names.pop("others")
    assert {role: set(each) for role, each in names.items()} == {
        role: set(each.split()) for role, each in WANTED[script].items()
    }
    assert list(names) == list(WANTED[script])  # together, and in this order


SCRIPT = """import numpy as np
X, y = np.ones((4, 2)), np.ones((4, 1))
dw = None
w = np.zeros((2, 1))
def net(x):
    z = x @ w
    return z
for epoch in range(3):
    out = net(X)
    error = out - y
    for row in range(2):
        half = error / 2
    dw = X.T @ error
    w -= 0.1 * dw
accuracy = np.mean(np.ones(3))
scores = np.ones(3)
"""


@pytest.fixture
def session(tmp_path: Path) -> Session:
    path = tmp_path / "script.py"
    path.write_text(SCRIPT)
    return Session(path)


def test_what_an_epoch_has_not_computed_yet_is_stale(session: Session) -> None:
    session.epoch(1)
    assert session["dw"] is None and session.stale() == set()  # there is no epoch before
    session.epoch(1)
    assert session.stale() == {"out", "error", "row", "half", "dw"}
    session.step()
    assert session.position.function == "net"
    assert session.stale() == {"out", "error", "row", "half", "dw"}
    assert session.roles()["z" if "z" in session.names() else "x"] == "in net"
    stale_at = {}
    while session.position.epoch == 1:
        session.next()
        if session.position.function == "<module>":
            stale_at[session.position.line] = session.stale()
    assert stale_at[10] == {"error", "row", "half", "dw"}
    assert stale_at[12] == {"dw"}  # within the inner loop
    assert stale_at[13] == {"dw"}
    assert stale_at[14] == set()
    session.run()
    assert session.stale() == set()


def roles_behind(path: Path, start: str, body: str) -> dict[str, str]:
    """The parts of variables after three epochs."""
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    path.write_text(
        f"import numpy as np\nX, y = np.ones((4, 2)), np.ones((4, 1))\n{start}\n"
        f"for epoch in range(3):\n{lines}"
    )
    session = Session(path)
    session.run()
    return session.roles()


def test_what_is_only_summed_up_is_no_parameter(tmp_path: Path) -> None:
    found = roles_behind(
        tmp_path / "script.py",
        "w, costs, total, best, rate = np.zeros((2, 1)), [], 0.0, 9.0, 0.1",
        "out = X @ w\ncost = float(np.mean((out - y) ** 2))\ntotal += cost\n"
        "best = min(best, cost)\ncosts.append(cost)\ndw = X.T @ (out - y)\nw -= rate * dw\n"
        "rate *= 0.9",
    )
    assert [name for name, role in found.items() if role == "parameters"] == ["w"]
    assert (found["out"], found["cost"], found["dw"]) == ("forward", "forward", "backward")


def test_what_an_object_computes_is_no_data(tmp_path: Path) -> None:
    found = roles_behind(
        tmp_path / "script.py",
        "class Net:\n    w = np.zeros((2, 1))\n    def step(self, x, t):\n"
        "        out = x @ self.w\n        self.w = self.w - 0.1 * x.T @ (out - t)\n"
        "        return out\nnet = Net()\ncosts = []",
        "out = net.step(X, y)\nerror = out - y\ncosts += [0]\ndw = X.T @ error",
    )
    assert (found["X"], found["y"]) == ("data", "data")
    assert {found[name] for name in ("out", "error", "dw")} == {"computed in each epoch"}


def test_what_an_epoch_goes_on_from_is_not_stale(tmp_path: Path) -> None:
    path = tmp_path / "script.py"
    path.write_text(SCRIPT.replace(
        "    w -= 0.1 * dw\n", "    v = 0.9 * v - 0.1 * dw\n    new = w + v\n    w = new\n"
    ).replace("def", "v, dw = np.zeros((2, 1)), None\ndef"))
    session = Session(path)
    session.goto(epoch=0)
    assert session.stale() == set()  # dw is from before the epochs
    session.goto(epoch=2)
    assert session.stale() == {"out", "error", "row", "half", "dw", "new"}


def test_what_is_bound_behind_the_loop_is_no_data(session: Session) -> None:
    session.run()
    found = session.roles()
    assert found["scores"] == found["accuracy"] == "others"
    assert (found["X"], found["w"], found["dw"]) == ("data", "parameters", "backward")


def test_a_script_without_a_main_loop(tmp_path: Path) -> None:
    path = tmp_path / "script.py"
    path.write_text("a = 1\nb = 2\n")
    session = Session(path)
    session.run()
    assert session.roles() == {"a": "others", "b": "others"}
    assert session.stale() == set()
