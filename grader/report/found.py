"""How a hunt is shown: a row a trainer, a row a fault, the score, and one question."""

import textwrap
from typing import Any

from grader.zoo.hunt import MISSED, Hunt

_WIDTH = 78
_MARGIN = 12


def to_json(hunt: Hunt) -> dict[str, Any]:
    """Return a hunt as plain data, without a path of this machine."""
    zoo = hunt.zoo
    return {
        "exercise": zoo.exercise.name,
        "limit": zoo.limit,
        "exposed": len(hunt.exposed),
        "trainers": len(zoo.wrong),
        "unfair": hunt.unfair,
        "struck_nobody": hunt.struck_nobody,
        "verdict": hunt.exit_code.name.lower(),
        "rows": [
            {
                "name": trainer.name,
                "honest": trainer in zoo.honest,
                "by": hunt.exposing(trainer),
                "came": {fault: came.word for fault, came in hunt.of(trainer).items()},
            }
            for trainer in (*zoo.wrong, *zoo.honest)
        ],
    }


def text(hunt: Hunt, edit: str, again: str) -> str:
    """Return a hunt in words: who is exposed by what, who got away, and a question about one."""
    zoo, unknown = hunt.zoo, dict(hunt.unknown)
    lines = [f"Find the kill: {zoo.exercise.name}", ""]
    for trainer in zoo.wrong:
        by = hunt.exposing(trainer)
        if by:
            lines += [f"  {trainer.name:{_MARGIN}}exposed by {by[0]}", *_wrapped(trainer.when)]
        else:
            word = "unknown" if trainer in unknown else "got away"
            said = unknown.get(trainer, trainer.symptom)
            lines += [f"  {trainer.name:{_MARGIN}}{word}", *_wrapped(said)]
    lines += ["", *_honest(hunt), ""]
    lines += [_fault(hunt, fault) for fault in hunt.faults]
    blamed = sum(bool(hunt.exposing(trainer)) for trainer in zoo.honest)
    score = f"{len(hunt.exposed)} of {len(zoo.wrong)} exposed"
    spent = f"{len(hunt.faults)} of {zoo.limit} faults"
    lines += ["", f"Score     {score} with {spent}, {blamed} honest blamed"]
    away = [one for one in zoo.wrong if one not in hunt.exposed and one not in unknown]
    if hunt.unfair:
        asked = f"{hunt.unfair[0]} asks for more than this unit promises. What does it promise?"
        lines += _wrapped(asked, "Question  ")
    elif away:
        lines += _wrapped(f"About {away[0].name}: {away[0].question}", "Question  ")
    lines += [f"Edit      {edit}", f"Again     {again}", ""]
    return "\n".join(lines)


def _honest(hunt: Hunt) -> list[str]:
    """Return the rows of the honest ones: one for all, or one for each that is blamed."""
    lines, unknown = [], dict(hunt.unknown)
    for trainer in hunt.zoo.honest:
        by = hunt.exposing(trainer)
        if by:
            seen = hunt.of(trainer)[by[0]].seen
            lines += [f"  {trainer.name}, honest, is blamed by {by[0]}", *_wrapped(seen)]
        elif trainer in unknown:
            lines += [f"  {trainer.name}, honest: unknown", *_wrapped(unknown[trainer])]
    count = len(hunt.zoo.honest)
    return lines or [f"  {'honest':{_MARGIN}}not blamed ({count} right designs)"]


def _fault(hunt: Hunt, fault: str) -> str:
    exposed = sum(fault in hunt.exposing(trainer) for trainer in hunt.zoo.wrong)
    rows = [hunt.of(trainer)[fault] for trainer in hunt.zoo.wrong]
    struck = sum(came.word != MISSED for came in rows)
    if fault in hunt.unfair:
        said = "blames an honest trainer, so it counts for nothing"
    elif fault in hunt.struck_nobody:
        said = "struck nobody: no trainer comes to such a moment"
    else:
        said = f"exposed {exposed} of the {struck} that it struck"
    return f"  {fault}  {said}"


def _wrapped(said: str, first: str = " " * (_MARGIN + 2)) -> list[str]:
    return textwrap.wrap(said, _WIDTH, initial_indent=first, subsequent_indent=" " * len(first))
