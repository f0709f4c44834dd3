"""A firm's credit: read by those who act for it, objected to and repaired by whoever runs it."""

from datetime import datetime

from apiflask import APIBlueprint

from core.clock import china_date
from miniapp_api.context import current_api, current_caller
from miniapp_api.schemas.credit import CreditEventOut, CreditOut, PleaIn, PleaOut
from models import CreditEvent, CreditKind, PleaKind
from services.credit.access import get_own_company
from services.credit.pleas import may_plead, plead
from services.credit.record import read_record, standing_of
from services.credit.settings import credit_settings
from services.credit.wording import BAND_NAMES, EFFECTS, KIND_NAMES, said_rules, said_standing


def add_routes(api: APIBlueprint) -> None:
    api.get("/companies/<id>/credit")(api.output(CreditOut)(show_credit))
    api.put("/credit-events/<id>/objection")(api.input(PleaIn)(api.output(CreditEventOut)(put_objection)))
    api.put("/credit-events/<id>/repair")(api.input(PleaIn)(api.output(CreditEventOut)(put_repair)))


def show_credit(id: str) -> CreditOut:
    """企业信用

    自己企业在市场上的记录、档位和规则。只有企业的人和专员看得到。
    """
    api, caller = current_api(), current_caller()
    now = api.clock.now()
    today = china_date(now)
    with api.database.reading() as session:
        record = read_record(session, get_own_company(session, caller.user_id, id), today)
        return CreditOut(
            company_id=record.company.public_id, company=record.company.name, band=record.band,
            band_label=BAND_NAMES[record.band], kept_deals=record.deals_done, effects=list(EFFECTS[record.band]),
            rules=list(said_rules(today)), basis=credit_settings(today).source,
            events=[_event_out(each, now) for each in record.events],
        )  # fmt: skip


def put_objection(id: str, json_data: PleaIn) -> CreditEventOut:
    """提异议

    由企业负责人提,一条一次;专员答复前这条不计入。
    """
    return _plead(id, PleaKind.OBJECTION, json_data.text)


def put_repair(id: str, json_data: PleaIn) -> CreditEventOut:
    """申请信用修复

    已经改正的,由企业负责人写明怎么改的、有什么凭据;专员同意就提前结束。
    """
    return _plead(id, PleaKind.REPAIR, json_data.text)


def _plead(event_id: str, kind: PleaKind, text: str) -> CreditEventOut:
    api, caller = current_api(), current_caller()
    now = api.clock.now()
    with api.database.unit_of_work() as session:
        return _event_out(plead(session, caller.user_id, event_id, kind, text, now).event, now)


def _event_out(event: CreditEvent, now: datetime) -> CreditEventOut:
    today = china_date(now)
    return CreditEventOut(
        id=event.public_id, kind=CreditKind(event.kind), kind_label=KIND_NAMES[CreditKind(event.kind)],
        facts=event.facts, source=event.source, number=event.number, link=event.link or None, evidence=event.evidence,
        happened_on=event.happened_on, counts_until=event.counts_until, standing=standing_of(event, today),
        standing_label=said_standing(event, today), may_object=may_plead(event, PleaKind.OBJECTION, now),
        may_ask_repair=may_plead(event, PleaKind.REPAIR, now),
        pleas=[
            PleaOut(
                kind=PleaKind(each.kind), text=each.text, asked_at=each.asked_at, is_granted=each.is_granted,
                answer=each.answer,
            )
            for each in event.pleas
        ],
    )  # fmt: skip
