"""What people say to begin a service begins that one, and what only asks about it does not."""

import itertools

from sqlalchemy import select

from bot.flows.forms import NAME
from models import Conversation, FormDraft
from services.catalogue import catalogue
from services.resources import Resources
from tests.support.pushes import Pusher, text_fields

SENTENCES = {
    "pledge_financing": ["想用专利质押贷款", "用专利抵押贷200万"],
    "insurance_claim": ["保险出险了要索赔", "我要申请专利保险理赔"],
    "ip_insurance": ["想买个专利保险", "给我们的专利投个保"],
    "equity_financing": ["想引进投资人,出让点股权", "想用专利作价入股"],
    "securitisation": ["我们想做知识产权ABS", "想把专利许可费做成证券化"],
    "enforcement_aid": ["有人侵犯我们的专利,帮我维权", "被人抄袭了想打官司"],
    "counterfeit_report": ["我要举报假冒专利", "举报一家店冒充专利"],
    "expert_consultation": ["帮我约专家聊聊", "想约个专家咨询一下专利布局"],
    "analysis": ["想做个专利分析报告", "帮我们做一份专利导航"],
    "trademark_filing": ["帮我注册商标", "想注册一个商标"],
    "copyright_filing": ["帮我登记软件著作权", "想办软著"],
    "patent_filing": ["帮我申请发明专利", "想申请一件实用新型专利"],
    "incubation": ["想找个孵化器入驻", "有项目想路演找投资"],
    "programme_application": ["帮我申报高企", "我们想申请高新技术企业认定", "想报专利奖"],
    "health_check": ["帮公司做一次知识产权体检", "想给公司的知识产权把把脉"],
    "evidence_timestamp": ["给设计图盖个时间戳", "把源代码存证一下"],
}
QUESTIONS = ["申报高企要什么条件", "知识产权证券化是什么", "出险了怎么报案", "申请专利奖有什么流程"]
SECOND = itertools.count(1)


def begun(client, pusher: Pusher, resources: Resources, text: str) -> str | None:
    """Which service's form is on the table of somebody new who says this."""
    number = next(SECOND)
    openid = f"oSays{number:023d}"
    with pusher.push(client, text_fields(openid, text, CreateTime=1_763_900_000 + number)) as response:
        response.get_data()
    with resources.database.reading() as session:
        latest = session.scalars(select(Conversation).order_by(Conversation.id.desc()).limit(1)).one()
        form = latest.memory.get(NAME) or {}
        drafts = session.scalars(select(FormDraft.kind).where(FormDraft.user_id == latest.user_id)).all()
        assert drafts == ([form["kind"]] if form else [])
        return form.get("kind")


def test_every_service_begins_with_what_people_say(client, pusher, resources):
    heard = {text: begun(client, pusher, resources, text) for texts in SENTENCES.values() for text in texts}

    assert SENTENCES.keys() == catalogue().keys()
    assert {text: kind for kind, texts in SENTENCES.items() for text in texts} == heard


def test_a_question_about_a_service_begins_nothing(client, pusher, resources):
    assert {text: begun(client, pusher, resources, text) for text in QUESTIONS} == dict.fromkeys(QUESTIONS)
