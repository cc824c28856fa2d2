"""What `plot` and `net` draw, and what they refuse."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from shell_helpers import Desk, Stream, lesson

from nnstep.shell.completing import candidates
from nnstep.shell.output import Output

SCRIPT = """import numpy as np
x = np.array([1.0, 4.0, 2.0, 8.0])
w = np.eye(3)
three = np.zeros((2, 2, 2))
cost = 0.0
for epoch in range(40):
    x = x * 0.9
    cost = float(x.sum())
"""


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.chdir(tmp_path)
    Path("net.py").write_text(lesson("mse_hidden", 30))
    Path("plain.py").write_text(SCRIPT)
    made = Desk()
    yield made
    made.shell.close()


def test_the_cost_over_the_epochs(desk: Desk) -> None:
    desk.shell.open("net.py")
    desk.type("epoch 20")
    text = desk.type("plot cost")
    assert "error_out.sum()" in text and "epoch" in text and "20" in text
    assert max(map(len, text.splitlines())) <= 80


def test_epochs_are_whole_numbers(desk: Desk) -> None:
    desk.shell.open("net.py")
    desk.type("epoch 5")
    *_, axis, name, _ = desk.type("plot cost").splitlines()
    assert axis.split() == ["0", "1", "2", "3"] and name.strip() == "epoch"


def test_several_at_once_and_a_logarithmic_axis(desk: Desk) -> None:
    desk.shell.open("plain.py")
    desk.type("run")
    text = desk.type("plot x[0], x.max(), --log")
    assert "x[0]" in text and "x.max()" in text and "log" in text
    assert "x[0]" in desk.type("plot x[0]")


def test_arrays(desk: Desk) -> None:
    desk.shell.open("plain.py")
    desk.type("epoch 2")
    assert "index" in desk.type("plot x")
    assert "w  (3, 3)" in desk.type("plot w")
    assert "x  4 values" in desk.type("plot hist x")


def test_the_plane(desk: Desk) -> None:
    desk.shell.open("net.py")
    desk.type("epoch 5")
    points = desk.type("plot data")
    assert points.startswith("feature_set") and "(50)" in points
    text = desk.type("plot boundary")
    assert text.startswith("ao, line") and "points get another class" in text
    assert max(map(len, text.splitlines())) <= 80


def test_activations_and_the_net(desk: Desk) -> None:
    desk.shell.open("net.py")
    desk.type("epoch 5")
    assert "500 values that became" in desk.type("plot activation sigmoid")
    assert "tanh" in desk.type("plot activation tanh")
    text = desk.type("net")
    assert "wh (2, 4), wo (4, 1)" in text and "hidden 1 (4)" in text


def test_the_net_of_one_sample(desk: Desk) -> None:
    desk.shell.open("net.py")
    desk.type("epoch 5", "break error_out", "continue")
    session = desk.shell.session
    moment = session.position.moment
    lines = desk.type("net 3").splitlines()
    assert lines[0] == "sample 3 of 100, epoch 4: wh (2, 4), wo (4, 1)"
    assert lines[1].split() == "input: feature_set (2) hidden 1: ah (4) output: ao (1)".split()
    drawn = "\n".join(lines)
    values = [*session.eval("feature_set[3]"), *session.eval("ah[3]"), *session.eval("ao[3]")]
    assert len(values) == 7
    assert all(f"({float(each):.3g})" in drawn for each in values)
    assert "of the largest weight between" in drawn
    assert session.position.moment == moment


@pytest.mark.parametrize("columns", [80, 60, 40])
def test_the_net_fits(columns: int, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    desk.shell.open("net.py")
    desk.type("epoch 5")
    for line, name in (("net 3", "ah (4)"), ("net 3 --gradients", "dcost_dzo (1)")):
        text = desk.type(line)
        assert max(map(len, text.splitlines())) <= columns
        assert name in text and "too narrow" not in text


def test_the_gradients_of_one_sample(desk: Desk) -> None:
    desk.shell.open("net.py")
    desk.type("epoch 5", "break dcost_wh", "continue")
    session = desk.shell.session
    lines = desk.type("net 3 --gradients").splitlines()
    assert lines[0] == (
        "gradients for sample 3 of 100, epoch 4: dcost_wh (2, 4), dcost_wo (4, 1)"
    )
    assert lines[1].split() == [
        *"input (2) hidden 1: dah_dzh * dcost_dah (4) output: dcost_dzo (1)".split()
    ]
    drawn = "\n".join(lines)
    values = [*session.eval("(dah_dzh * dcost_dah)[3]"), *session.eval("dcost_dzo[3]")]
    assert len(values) == 5 and "of the largest gradient between" in " ".join(lines)
    assert all(f"({float(each):.3g})" in drawn for each in values)


def test_the_net_of_a_sample_in_columns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("net.py").write_text(lesson("tanh_sigmoid", 5))
    desk = Desk()
    desk.shell.open("net.py")
    desk.type("epoch 3")
    assert "input (2)" in desk.type("net") and "output (1)" in desk.type("net")
    title = desk.type("net 7").splitlines()[0]
    assert title.startswith("sample 7 of 500 (column 7), epoch 1: params['W1'] (5, 2), params")
    desk.shell.close()


def test_the_net_in_a_function_that_is_not_running(desk: Desk) -> None:
    Path("moons.py").write_text(lesson("softmax_moons", 5))
    desk.shell.open("moons.py")
    told = "the weights are variables of build_model(), which isn't running here; `{}` goes to"
    assert desk.fail("net").startswith(told.format("epoch"))
    desk.type("continue")
    assert desk.fail("net").startswith(told.format("repoch"))
    desk.type("repoch")
    shown = desk.type("net")
    assert shown.startswith("W1 (2, 3), W2 (3, 2)\n")
    desk.type("break calculate_loss", "rcontinue")
    assert desk.shell.session.position.function == "calculate_loss"
    assert desk.type("net").startswith("W1 (2, 3), W2 (3, 2)\n")


def test_the_net_before_its_weights_are_made(desk: Desk) -> None:
    desk.shell.open("net.py")
    assert desk.fail("net").startswith("there is no 'wh' here; line ")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("net 100", "there is no sample 100: there are 100, 0 to 99"),
        ("net x", "`x` is not a whole number; usage: net [ROW [--gradients]]"),
        ("net --gradients", "`--gradients` needs a sample; usage: net [ROW [--gradients]]"),
        ("net 3 --gradient", "there is no option --gradient; usage: net [ROW [--gradients]]"),
    ],
)
def test_a_sample_that_is_refused(desk: Desk, line: str, words: str) -> None:
    desk.shell.open("net.py")
    desk.type("epoch 3")
    assert words in desk.fail(line)


def test_a_sample_before_anything_was_computed(desk: Desk) -> None:
    desk.shell.open("net.py")
    assert desk.fail("net 3").endswith("the forward pass wasn't computed yet; `epoch` goes to "
                                       "where it was")  # fmt: skip
    desk.type("epoch 2")
    assert "sample 3 of 100, epoch 0" in desk.type("net 3")


def test_what_the_net_can_be_asked_for_is_completed(desk: Desk) -> None:
    desk.shell.open("net.py")
    assert [each.word for each in candidates(desk.shell, "net 3 --g")] == ["--gradients"]


NETS = ["net", "net 3", "net 3 --gradients"]


@pytest.mark.parametrize("line", ["plot cost", "plot boundary", "plot data", "plot wh", *NETS])
def test_nothing_but_ascii(line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("net.py").write_text(lesson("mse_hidden", 8))
    desk = Desk(encoding="ascii")
    desk.shell.open("net.py")
    desk.type("epoch 5")
    assert desk.type(line).isascii()
    desk.shell.close()


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("plot", "something is missing"),
        ("plot three", "can't be drawn"),
        ("plot hist", "something is missing; usage: plot hist NAME"),
        ("plot activation", "something is missing; usage: plot activation KIND"),
        ("plot nosuch", "nothing in the script is called 'nosuch'"),
        ("plot x +", "is no expression"),
        ("plot x, w", "no single number"),
        ("plot {'x': epoch}", "no single number"),
        ("plot w --log", "only a curve has a logarithmic axis, and `w` is drawn otherwise"),
        ("plot boundary --log --sweep lr 1,2", "and `boundary` is drawn otherwise"),
        ("plot hist epoch", "is no array of numbers"),
        ("plot activation softplus", "is none of sigmoid, tanh, relu"),
        ("plot data", "only points of the plane"),
        ("plot boundary", "only points of the plane"),
        ("net", "no matrix of weights"),
    ],
)
def test_what_is_refused(desk: Desk, line: str, words: str) -> None:
    desk.shell.open("plain.py")
    desk.type("epoch 3")
    assert words in desk.fail(line)
    assert desk.type("p x.size").strip() == "x.size = 4"


def test_points_where_there_is_no_loop(desk: Desk) -> None:
    Path("flat.py").write_text("import numpy as np\nx = np.ones(3)\n")
    desk.type("open flat.py", "continue")
    for line in ("plot data", "plot boundary"):
        assert desk.fail(line).startswith("nothing that was computed so far has two columns, or ")


@pytest.mark.parametrize(
    "line",
    [
        "plot cost --log", "plot wo[0, 0], wo[1, 0]", "plot wo", "plot wh", "plot data",
        "plot boundary", "plot hist zh", "plot activation sigmoid", "net",
    ],
)  # fmt: skip
def test_what_is_shown_is_saved(desk: Desk, line: str) -> None:
    desk.shell.open("net.py")
    desk.type("epoch 3")
    assert desk.type(f"{line} --save one.svg") == "saved to one.svg\n"
    assert desk.type(f"{line} --save=two.SVG") == "saved to two.SVG\n"
    assert Path("one.svg").read_bytes() == Path("two.SVG").read_bytes()
    assert sorted(os.listdir()) == ["net.py", "one.svg", "plain.py", "two.SVG"]


def test_options_in_any_order(desk: Desk) -> None:
    desk.shell.open("plain.py")
    desk.type("run", "plot cost --log --save a.svg", "plot --log cost --save b.svg")
    desk.type("plot cost --save c.svg --log", "plot cost --save plain.svg")
    logs = {Path(f"{name}.svg").read_text() for name in "abc"}
    assert len(logs) == 1 and "log scale" in logs.pop()
    assert "log scale" not in Path("plain.svg").read_text()


def test_a_name_with_blanks_in_another_folder(desk: Desk, tmp_path: Path) -> None:
    desk.shell.open("plain.py")
    Path("some where").mkdir()
    assert desk.type("run", "plot cost --save some where/a b.png").endswith(
        "saved to some where/a b.png\n"
    )
    assert Path("some where/a b.png").read_bytes().startswith(b"\x89PNG")


def test_a_link_stays_a_link(desk: Desk) -> None:
    desk.shell.open("plain.py")
    Path("link.svg").symlink_to("there.svg")
    desk.type("run", "plot cost --save link.svg")
    assert Path("link.svg").is_symlink() and "<svg" in Path("there.svg").read_text()


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("plot x --save", "--save needs something behind it; usage: plot EXPR"),
        ("plot --save a.png", "something is missing"),
        ("plot x --save a.png --save b.png", "--save stands there twice"),
        ("plot x --save a.gif", "can't save to a.gif: the name must end with .png, .svg or .pdf"),
        ("plot x --save a", "can't save to a: the name must end with .png"),
        ("plot x --save nowhere/a.png", "can't save to nowhere/a.png: there is no folder /"),
        ("plot x --save plain.py/a.png", "there is no folder /"),
        ("plot x --save folder.png", "that is a folder"),
        ("plot nosuch --save a.png", "nothing in the script is called 'nosuch'"),
        ("net --log", "a net has no axis"),
        ("net --save", "--save needs something behind it; usage: net"),
        ("net --save a.jpg", "must end with .png"),
    ],
)
def test_what_is_not_saved(desk: Desk, line: str, words: str) -> None:
    desk.shell.open("plain.py")
    desk.type("epoch 3")
    Path("folder.png").mkdir()
    assert words in desk.fail(line)
    assert sorted(os.listdir()) == ["folder.png", "net.py", "plain.py"]


def test_a_file_that_must_not_be_written(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.shell.open("plain.py")
    desk.type("epoch 3")
    Path("old.png").write_text("old")
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert "can't save to old.png: it is write-protected" in desk.fail("plot x --save old.png")
    assert Path("old.png").read_text() == "old"


@pytest.mark.parametrize("failing", ["os.replace", "pathlib.Path.write_bytes"])
def test_an_old_file_outlives_a_failure(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    desk.shell.open("plain.py")
    desk.type("epoch 3")
    Path("old.png").write_text("old")
    with monkeypatch.context() as patch:
        patch.setattr(failing, fail)
        assert "can't save to old.png: No space left" in desk.fail("plot x --save old.png")
    assert Path("old.png").read_text() == "old"
    assert sorted(os.listdir()) == ["net.py", "old.png", "plain.py"]


def test_numbers_that_no_figure_holds(desk: Desk) -> None:
    desk.shell.open("plain.py")
    desk.type("epoch 3", "x = np.array([1.7e308, -1.7e308])")
    Path("old.png").write_text("old")
    assert "may be too large for matplotlib" in desk.fail("plot x --save old.png")
    assert Path("old.png").read_text() == "old"
    assert "1.7e+308" in desk.type("plot x")


def test_without_matplotlib(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.shell.open("plain.py")
    desk.type("epoch 3")
    for name in [name for name in sys.modules if name.split(".")[0] == "matplotlib"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    assert "pip install 'nnstep[plot]'" in desk.fail("plot x --save a.png")
    assert not Path("a.png").exists()
    assert "index" in desk.type("plot x")


def test_the_option_is_completed_and_so_is_the_file(desk: Desk) -> None:
    def words(text: str) -> list[str]:
        return [each.word for each in candidates(desk.shell, text)]

    assert words("plot cost --") == ["--log", "--save", "--sweep"]
    assert words("net --s") == ["--save"]
    Path("pictures").mkdir()
    assert words("plot cost --save pi") == words("net --save=pi") == ["pictures/"]


THREE = """import numpy as np
rng = np.random.default_rng(0)
y = np.arange(60) % 3
X = rng.normal(size=(60, 2)) + np.array([[0, 3], [-3, -2], [3, -2]])[y]
W = np.zeros((2, 3))
for epoch in range(40):
    p = np.exp(X @ W)
    p /= p.sum(axis=1, keepdims=True)
    d = p.copy()
    d[range(60), y] -= 1
    W -= 0.05 * X.T @ d
"""


@pytest.mark.parametrize(
    ("environment", "many"),
    [
        ({"TERM": "xterm"}, False), ({"TERM": "xterm-256color"}, True),
        ({"COLORTERM": "truecolor"}, True), ({"NO_COLOR": "1", "COLORTERM": "24bit"}, False),
    ],
)  # fmt: skip
def test_three_classes_are_coloured_where_there_are_many_colours(
    environment: dict[str, str], many: bool, tmp_path: Path
) -> None:
    (tmp_path / "three.py").write_text(THREE)
    desk = Desk()
    desk.out = Stream(terminal=True)
    desk.shell.output = Output(desk.out, desk.err, environment)
    desk.shell.open(str(tmp_path / "three.py"))
    desk.type("epoch 30")
    text = desk.type("plot boundary")
    assert "answer 2" in text and ("▀" in text) == many
    assert ("==" in text) != many  # the fill of class 1 without colours
    assert ("sign, then size" in desk.type("plot W")) != many
    desk.shell.close()
