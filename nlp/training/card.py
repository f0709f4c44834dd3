"""The figures of docs/model-card.md, written by `make train` between two marks."""

from pathlib import Path

from nlp.training.validation import Judged, Validation

CARD = Path(__file__).parent.parent.parent / "docs" / "model-card.md"
BEGIN, END = "<!-- figures: written by make train -->", "<!-- end of figures -->"
SHOWN_CONFUSIONS, SHOWN_EXAMPLES = 25, 2
BELOW = (0.35, 0.5)


def figures(validation: Validation) -> str:
    """Accuracy, calibration, files and confusions as Markdown."""
    lines = [
        f"{len(validation.judged)} sentences, each judged by a model that had not seen it (5 folds):",
        "",
        f"| intent | act | both | calibration error |\n| --- | --- | --- | --- |\n| {validation.intent_accuracy:.3f} "
        f"| {validation.act_accuracy:.3f} | {validation.accuracy:.3f} | {validation.calibration_error:.3f} |",
        "",
        "| confidence | sentences | mean confidence | right |\n| --- | --- | --- | --- |",
        *(
            f"| {int(bin_.confidence * 10) / 10:.1f} | {bin_.count} | {bin_.confidence:.2f} | {bin_.accuracy:.2f} |"
            for bin_ in validation.bins
        ),
        "",
        *(_below(validation.judged, limit) for limit in BELOW),
        "",
        "| file | sentences | both right |\n| --- | --- | --- |",
        *(f"| {source} | {count} | {share:.2f} |" for source, (count, share) in validation.by_source().items()),
        "",
        "Most frequent confusions (a bare act in brackets):",
        "",
        "| wanted | got | times | for instance |\n| --- | --- | --- | --- |",
        *(
            f"| {wanted} | {got} | {len(rows)} | {' / '.join(row.example.typed for row in rows[:SHOWN_EXAMPLES])} |"
            for wanted, got, rows in validation.confusions()[:SHOWN_CONFUSIONS]
        ),
    ]
    return "\n".join(lines)


def subject_figures(sentences: int, grammar: float, judge: float) -> str:
    """How often the whole subject is right by grammar alone and by the learned judge, as Markdown."""
    return (
        f"Whole subjects right, {sentences} marked sentences, each read by a judge that had not seen it (5 folds):\n\n"
        f"| grammar alone | grammar and judge |\n| --- | --- |\n| {grammar:.3f} | {judge:.3f} |"
    )


def _below(judged: list[Judged], limit: float) -> str:
    low = [row for row in judged if row.confidence < limit]
    right = sum(row.is_right for row in low)
    offered = sum(row.is_offered for row in low)
    return (
        f"- below {limit}: {len(low)} sentences ({len(low) / len(judged):.1%}), {right / max(len(low), 1):.0%} of them "
        f"right, {offered / max(len(low), 1):.0%} among the first three choices"
    )


def write_figures(text: str, path: Path = CARD) -> None:
    """Put the figures between the marks of the card; ValueError where it has none."""
    before, _, rest = path.read_text(encoding="utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not end:
        raise ValueError(f"{path.name} has no place for figures")
    path.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", encoding="utf-8")
