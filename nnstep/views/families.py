"""Parameters that are a single number each, such as the weights of `net.units[3].w[0].data`, told
together: what is said of all of them at once is said of the one that is furthest off.

Not what is judged: each has its own verdict, which `check --json` gives.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from nnstep.insight.verdicts import FACTOR, RIGHT, Verdict

_INDEX = re.compile(r"\[\d+\]")
_FEW = 4  # members, below which each is told by itself


def in_families(verdicts: Sequence[Verdict]) -> tuple[Verdict, ...]:
    """The verdicts, those of many alike made one that stands where the first of them stood."""
    groups: dict[str, list[Verdict]] = {}
    for each in verdicts:
        groups.setdefault(_family(each), []).append(each)
    found: list[Verdict] = []
    for family, members in groups.items():
        many = len(members) >= _FEW and family != members[0].what
        found += [_together(family, members)] if many else members
    return tuple(found)


def _family(verdict: Verdict) -> str:
    return verdict.what if verdict.size > 1 else _INDEX.sub("[:]", verdict.what)


def _together(family: str, members: Sequence[Verdict]) -> Verdict:
    worst = max(members, key=lambda each: (each.rank, each.error))
    name = Counter(each.name for each in members).most_common(1)[0][0]
    return replace(
        worst, name=name, what=family, why=_why(worst, members),
        size=len(members), tested=sum(each.tested for each in members),
    )


def _why(worst: Verdict, members: Sequence[Verdict]) -> str:
    alike = [each for each in members if each.kind == worst.kind]
    if len({each.why for each in members}) == 1 or worst.kind == RIGHT:
        return worst.why
    where = f"`{worst.parameter}`"
    most = "" if worst.kind == FACTOR else f"{len(alike)} of {len(members)} are {worst.kind}, "
    return f"{most}the furthest off {where}: {worst.why}"
