"""What a form says: its questions, what it noted, the summary that waits for a yes."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from bot.context import TurnContext
from bot.replies import Choice, Reply
from models import FormDraft
from services.casework.drafts import current_field
from services.casework.offering import pause_of
from services.casework.opening import check_by_rule, estimate_by_rule
from services.casework.wording import shown_form, shown_value
from services.catalogue.facts import Estimate, Finding, Level
from services.catalogue.fields import FormField, Reads, fields_of, refusal_of
from services.catalogue.model import Service

KEY = "form"
MOST_CHOICES = 3
MOST_LINES = 5
MOST_SHOWN = 2
MOST_GAPS = 4
# After so many answers that could not be used a person is offered.
PATIENCE = 2
TO_PERSON = Choice("转人工", "找专员")
NOT_NOW = Choice("算了", "先不办")


def question_of(field: FormField) -> str:
    """The question with its example, or what there is to choose from."""
    if field.choices:
        if len(field.choices) <= MOST_LINES:
            lines = [f"{place}. {choice.label}" for place, choice in enumerate(field.choices, start=1)]
            many = "(可以选几个)" if field.reads is Reads.CHOICES else ""
            return "\n".join([field.ask.question + many, *lines])
        return f"{field.ask.question}({'、'.join(choice.label for choice in field.choices)})"
    example = f"(比如:{field.ask.example})" if field.ask.example else ""
    without = "不想答" if field.reads is Reads.YES_NO else "没有"
    optional = "" if field.is_required else f"{without}就说“跳过”。"
    return f"{field.ask.question}{example}{optional}"


def asked(
    session: Session,
    context: TurnContext,
    service: Service,
    draft: FormDraft,
    *,
    opening: str = "",
    noted: Mapping[str, Any] | None = None,
    is_change: bool = False,
) -> Reply:
    """The next question after what was noted, or the summary where everything is there."""
    field = current_field(draft, service)
    parts = [opening, _noted(service, draft, noted or {}, is_change=is_change)]
    if field is None:
        return summary(session, context, service, draft, parts)
    return Reply(
        "\n".join(part for part in [*parts, question_of(field)] if part),
        choices=_choices(field, is_first=bool(opening)),
        memory={KEY: {"kind": service.key, "misses": 0}, "pending": None, "topic": service.topic},
    )


def summary(
    session: Session, context: TurnContext, service: Service, draft: FormDraft, opening: Sequence[str] = ()
) -> Reply:
    """核对一下: everything in one view, what speaks against it, what it would cost, and the yes that is missing."""
    values = " · ".join(f"{field.ask.label} {text}" for field, text in _shown(service, draft))
    findings = check_by_rule(session, service, draft.values, _region(context, service, draft), context.now)
    stops = [each.text for each in findings if each.level is Level.STOP][:MOST_SHOWN]
    lines = [
        *(part for part in opening if part),
        "核对一下:",
        values,
        *(f"要注意:{text}" for text in stops),
        *_outlook(findings, _estimate(session, context, service, draft)),
        "没问题回复“提交”,要改直接说。",
    ]
    return Reply(
        "\n".join(line for line in lines if line),
        choices=(Choice("提交", "提交"), NOT_NOW),
        memory={KEY: {"kind": service.key, "misses": 0}, "pending": None, "topic": service.topic},
    )


def calculation(session: Session, context: TurnContext, service: Service, draft: FormDraft) -> Reply | None:
    """怎么算的: every step and assumption of the estimate; None where there is none."""
    estimate = _estimate(session, context, service, draft)
    if estimate is None:
        return None
    lines = ["估算,不是承诺:", estimate.headline, *estimate.lines, "", *estimate.notes]
    return Reply("\n".join([*lines, "", "没问题回复“提交”,要改直接说。"]), choices=(Choice("提交", "提交"), NOT_NOW))


def _region(context: TurnContext, service: Service, draft: FormDraft) -> str | None:
    return str(draft.values.get(service.region_field) or "") or context.region


def _estimate(session: Session, context: TurnContext, service: Service, draft: FormDraft) -> Estimate | None:
    return estimate_by_rule(session, service, draft.values, _region(context, service, draft), context.now)


def _outlook(findings: Sequence[Finding], estimate: Estimate | None) -> list[str]:
    """What it would cost and what fits, a line each: a phone shows no table."""
    offers = [each for each in findings if each.is_offer][:MOST_SHOWN]
    lines = [f"估算:{estimate.headline}", f"依据:{estimate.basis}"] if estimate else []
    lines += [f"可选:{each.text}{f'({each.source})' if each.source else ''}" for each in offers]
    if estimate:
        lines.append("以上是估算,不是承诺。要看每一步怎么算,回复“怎么算的”。")
    return lines


def to_do(findings: Sequence[Finding]) -> str:
    """What the owner can mend, a line each: a plan by its days as a whole, of other gaps the first few."""
    gaps = [each for each in findings if each.level is Level.GAP and not each.is_offer]
    planned = [each for each in gaps if each.due is not None]
    shown = planned or gaps[:MOST_GAPS]
    if not shown:
        return ""
    lines = [f"{place}. {each.text}{f'({each.source})' if each.source else ''}" for place, each in enumerate(shown, 1)]
    rest = [f"另有{len(gaps) - len(shown)}条,专员跟您说。"] if len(gaps) > len(shown) else []
    return "\n".join(["", "安排:" if planned else "要留意:", *lines, *rest])


def _shown(service: Service, draft: FormDraft) -> list[tuple[FormField, str]]:
    return shown_form(service.form, draft.values, is_masked=True)


def refused(context: TurnContext, service: Service, field: FormField | None, message: str = "") -> Reply:
    """The answer could not be used: what is wanted, once more; after a while with the offer of a person."""
    misses = int((context.memory.get(KEY) or {}).get("misses", 0)) + 1
    if field is None:
        text = "没听懂要改哪一项。直接说,比如“金额改成200万”;没问题就回复“提交”。"
    else:
        text = message or refusal_of(field)
        if field.choices:
            text = f"{field.ask.label}没对上,选一个:\n{question_of(field)}"
    return Reply(
        text,
        choices=(TO_PERSON, NOT_NOW) if misses >= PATIENCE else (),
        memory={KEY: {"kind": service.key, "misses": misses}},
    )


def not_offered(service: Service, *, has_draft: bool) -> Reply:
    """Nothing new is taken for now: why, until when, and what one can do. A draft that there is stays."""
    kept = "填好的留14天,在办的照常办。" if has_draft else "在办的照常办。"
    return Reply(
        f"{pause_of(service)}{kept}\n想先和专员说,回复“转人工”。",
        choices=(TO_PERSON,),
        memory={KEY: None, "pending": None, "topic": service.topic},
    )


def leaving(service: Service) -> Reply:
    """Not now: what was filled in stays."""
    return Reply(
        "好,先不办。填好的内容留14天,想接着填就说“继续填”,不要了就说“删掉草稿”。",
        memory={KEY: None, "pending": None},
    )


def closing(service: Service) -> Reply:
    """Not at all: it is gone."""
    return Reply(f"{service.name}这张表已删掉。", memory={KEY: None, "pending": None})


def _noted(service: Service, draft: FormDraft, noted: Mapping[str, Any], *, is_change: bool) -> str:
    fields = {field.name: field for field in fields_of(service.form)}
    taken = [(fields[name], draft.values[name]) for name in noted if name in draft.values and noted[name] is not None]
    if is_change:
        return "".join(
            f"好,{field.ask.label}改成{shown_value(field, value, is_masked=True)}。" for field, value in taken
        )
    said = " · ".join(f"{field.ask.label}{shown_value(field, value, is_masked=True)}" for field, value in taken)
    return f"记下了:{said}。" if said else ""


def _choices(field: FormField, *, is_first: bool) -> tuple[Choice, ...]:
    if field.reads is Reads.CHOICE and len(field.choices) <= MOST_CHOICES:
        return tuple(Choice(choice.label, choice.label) for choice in field.choices)
    if field.reads is Reads.YES_NO:
        return (Choice("是", "是"), Choice("否", "否"))
    return (TO_PERSON, NOT_NOW) if is_first else ()
