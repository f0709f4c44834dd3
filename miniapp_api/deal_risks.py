"""What was checked of a deal, and a quarrel about it."""

from typing import Any

from apiflask import APIBlueprint
from pydantic import BaseModel

from miniapp_api.asking import ensure_conversation
from miniapp_api.cases import own_conversation
from miniapp_api.context import current_api, current_caller
from miniapp_api.once import Keep, once
from miniapp_api.schemas.deal_risks import DisputeIn, RiskOut, RisksOut
from miniapp_api.schemas.deals import DealArticleOut
from miniapp_api.schemas.handoffs import HandoffOut
from services.deals.access import get_own_deal
from services.deals.dispute import open_dispute
from services.deals.risks import list_risks


def add_routes(api: APIBlueprint) -> None:
    api.get("/deals/<number>/risks")(api.output(RisksOut)(list_deal_risks))
    api.post("/deals/<number>/dispute")(api.input(DisputeIn)(api.output(HandoffOut, 201)(create_dispute)))


def list_deal_risks(number: str) -> RisksOut:
    """转让前核查了什么

    挡着的、没查完的在前,然后是查过的(谁、哪天),最后是这一单不查的。价格谈成前为空。
    """
    api, caller = current_api(), current_caller()
    with api.database.reading() as session:
        deal, _ = get_own_deal(session, caller.user_id, number)
        items = [
            RiskOut(
                key=risk.key, text=risk.text, state=risk.state, on=risk.on, by=list(risk.by),
                article=DealArticleOut(law=risk.article[0], article=risk.article[1]) if risk.article else None,
            )
            for risk in list_risks(session, deal, api.clock.now())
        ]  # fmt: skip
    return RisksOut(items=items)


def create_dispute(number: str, json_data: DisputeIn) -> BaseModel | dict[str, Any]:
    """交易纠纷转人工

    到签合同以后才有。带上交易单号交给专员,对方看不到。
    """
    ensure_conversation(current_caller().identity_id)
    return once(json_data, lambda _key, keep: _open(number, json_data, keep))


def _open(number: str, wanted: DisputeIn, keep: Keep) -> HandoffOut:
    api = current_api()
    with api.database.unit_of_work() as session:
        conversation = own_conversation(session)
        case = open_dispute(session, conversation, number, wanted.text, api.clock.now()).handoff.case
        answer = HandoffOut(
            case_number=case.number, promised_at=case.promised_at, conversation_id=conversation.public_id
        )
        keep(session, answer, [])
    return answer
