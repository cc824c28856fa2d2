"""Questions before an op is seen: the right answers, the wrong ones, and how answers are judged."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from states import fingerprint

from nnstep.insight.predictions import KINDS, Foreseen, kind_for, question
from nnstep.session import Session

SCRIPT = """import numpy as np
x = np.arange(6.0).reshape(3, 2)
w = np.array([[1.0], [-2.0]])
lr = 0.5
for epoch in range(3):
    z = np.dot(x, w)
    probs = z
    total = z.sum()
    probs -= 1
    w = w * 0.5
    count = 3
"""


@pytest.fixture
def session(tmp_path: Path) -> Session:
    path = tmp_path / "script.py"
    path.write_text(SCRIPT)
    made = Session(path)
    made.epoch(2)
    return made


@pytest.mark.parametrize(
    ("kind", "name", "right"),
    [
        ("shape", "z", "(3, 1)"),
        ("shape", "w", "(2, 1)"),
        ("sign", "z", "all negative"),
        ("sign", "w", "positive and negative ones"),
        ("value", "total", "-6"),
        ("value", "count", "3"),
        ("changes", "probs", "nothing"),
        ("changes", "w", "nothing"),
        ("same", "probs", "z"),
        ("same", "z", "none"),
    ],
)
def test_the_answer_is_what_comes(session: Session, kind: str, name: str, right: str) -> None:
    before = fingerprint(session)
    asked = question(kind, session.foresee(name))
    assert asked.right.text == right
    assert fingerprint(session) == before and session.position.epoch == 1
    texts = [each.text for each in asked.choices]
    assert len(set(texts)) == len(texts)  # one right answer among distinct choices
    assert not asked.choices or texts.count(right) == 1
    assert all(each.why for each in asked.choices)


def test_names_of_one_memory_change_together(session: Session) -> None:
    while session.position.line != 9:
        session.next()
    asked = question("changes", session.foresee("probs"))
    assert asked.right.text == "probs and z"
    assert {each.text for each in asked.choices} == {"probs and z", "probs", "nothing"}
    for answer in ("z, probs", "Probs and z", "z probs"):
        assert asked.judge(answer) == asked.right


def test_what_is_ahead_has_the_values_of_then(session: Session) -> None:
    found = session.foresee("w")
    assert (found.text, found.line) == ("w = w * 0.5", 10)
    assert found.after.tolist() == [[0.25], [-0.5]]
    assert dict(found.operands)["w"].tolist() == [[0.5], [-1.0]]


def test_what_cannot_be_asked(session: Session) -> None:
    with pytest.raises(ValueError, match="nothing in the script is called 'nosuch'"):
        session.foresee("nosuch")
    with pytest.raises(ValueError, match="no op from here on gives lr a value"):
        session.foresee("lr")
    assert session.position.epoch == 1
    for kind, name, words in (
        ("shape", "total", "has no shape"), ("value", "z", "no single number"),
        ("colour", "z", "there is no question 'colour'"),
    ):
        with pytest.raises(ValueError, match=words):
            question(kind, session.foresee(name))


def op(after: object, **fields: object) -> Foreseen:
    known: dict[str, object] = {
        "name": "z", "text": "z = x @ w", "line": 3, "operands": (),
    }
    return Foreseen(**{**known, "after": after, **fields})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("answer", "good"),
    [
        ("(7, 1)", True), ("7x1", True), ("7 by 1", True), ("7 1", True), ("[7,1]", True),
        ("(1, 7)", False), ("(7,)", False), ("seven", False), ("", False),
    ],
)
def test_a_shape_in_any_spelling(answer: str, good: bool) -> None:
    asked = question("shape", op(np.ones((7, 1)), operands=(("x", np.ones((7, 3))),)))
    assert (asked.judge(answer) == asked.right) is good
    number = 1 + asked.choices.index(asked.right)
    assert asked.judge(str(number)) == asked.right


@pytest.mark.parametrize(
    ("answer", "good"),
    [("2.5", True), ("2.6", True), ("2,45", True), ("2.7", False), ("-2.5", False), ("x", False)],
)
def test_a_number_that_is_near(answer: str, good: bool) -> None:
    asked = question("value", op(2.5))
    assert (asked.judge(answer) == asked.right) is good
    assert question("value", op(0.0)).judge("0") is not None


def test_wrong_shapes_are_those_of_common_mistakes() -> None:
    given = (("x", np.ones((7, 3))), ("w", np.ones((3, 2))))
    asked = question("shape", op(np.ones((7, 2)), operands=given))
    why = {each.text: each.why for each in asked.choices}
    assert why["(2, 7)"].endswith("if it were transposed, `.T`")
    assert why["(7, 3)"] == "that is the shape of x, which goes in"
    assert asked.right.why == "from x (7, 3), w (3, 2) comes (7, 2)"
    assert set(KINDS) == {"shape", "sign", "value", "changes", "same"}


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ("-10", "the size is right, the sign isn't"),
        ("20", "that is 2 times as much: look for the 2 that a square brings, or for a half"),
        ("2", "that would be the mean over 5 rows; it is their sum"),
        ("50", "that would be the sum over 5 rows; it is their mean"),
    ],
)
def test_numbers_that_slips_lead_to(answer: str, why: str) -> None:
    found = question("value", op(10.0, operands=(("x", np.ones((5, 2))),))).judge(answer)
    assert found is not None and found.why == why


def test_hints_that_do_not_tell_the_answer() -> None:
    asked = question("shape", op(np.ones((7, 1)), operands=(("x", np.ones((7, 3))),)))
    assert asked.hints()[0].startswith("not (1, 7): it would be that shape if")
    assert not any(f"not {asked.right.text}:" in each for each in asked.hints())
    assert question("value", op(-25.0)).hints() == ["without its sign it lies between 10 and 100"]
    assert question("value", op(0.0)).hints() == ["it is a round number"]


@pytest.mark.parametrize(
    ("motions", "name", "kind"),
    [(0, "z", "shape"), (1, "probs", "same"), (2, "total", "sign"), (3, "probs", "changes"),
     (4, "w", "sign"), (5, "count", None)],
)  # fmt: skip
def test_what_is_asked_while_stepping(
    session: Session, motions: int, name: str, kind: str | None
) -> None:
    if motions:
        session.next(motions)
    before = fingerprint(session)
    found = session.foresee_next("next")
    assert found is not None and (found.name, kind_for(found)) == (name, kind)
    assert kind is None or question(kind, found)
    assert fingerprint(session) == before


def test_nothing_is_asked_where_nothing_is_made(session: Session) -> None:
    session.next(6)
    assert session.foresee_next("next") is None  # the head of the loop
    session.run()
    assert session.finished and session.foresee_next("step") is None
