"""`python -m nlp ask`: questions of law and policy in, answers with their sources out."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from nlp.types import PolicyAnswer

# With what the answer rests on, what came near: an evaluation looks at the first five.
MOST_LISTED = 8

Ask = Callable[[str, date, Sequence[str]], PolicyAnswer]


def answer_row(identity: Any, answer: PolicyAnswer) -> dict[str, Any]:
    """One answer as a line: laws are cited before guides, each with the days on which that text holds."""
    cited = sorted(answer.citations, key=lambda each: not each.label.startswith("第"))
    listed = [*cited, *answer.further][:MOST_LISTED]
    return {
        "id": identity,
        "answer": answer.text,
        "abstained": answer.abstained,
        "citations": [
            {
                "law": each.document,
                "article": each.label,
                "passage": each.passage,
                "valid_from": each.valid_from.isoformat() if each.valid_from else None,
                "valid_to": each.valid_to.isoformat() if each.valid_to else None,
            }
            for each in listed
        ],
        "figures": [dict(figure) for figure in answer.figures],
        "confidence": answer.confidence,
    }
