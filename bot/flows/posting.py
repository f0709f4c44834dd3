"""An offer or a need in chat: one question at a time, a summary with what the rules say, handed in with one word."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from bot.context import TurnContext
from bot.flows import posting_terms
from bot.flows import words as form_words
from bot.flows.posting_replies import KEY, LASTING, NAME, OPENING, asked, question_of, way_to_prove
from bot.flows.posting_words import (
    AGREE,
    CHANGES_MIND,
    DISAGREE,
    HIDDEN,
    HIDES,
    LEAVES,
    NAMED,
    NEUTRAL,
    NO_AMOUNT,
    PUBLISHES_ALL_THE_SAME,
    SUBMITS,
    read_burdens,
    read_modes,
    title_of,
)
from bot.replies import Choice, Reply, appended
from bot.skills import Skill
from core.errors import AppError
from models import Conversation, MarketPost, PostSide, User
from nlp.market.posts import RightState
from nlp.patent_numbers import find_numbers
from nlp.slots.money import find_amounts
from services.market.anonymity import neutral_for
from services.market.checks import TellsTooMuch
from services.market.findings import read_findings, said_signs
from services.market.posting import LONGEST_TEXT, MOST_AMOUNT, SHORTEST_TEXT, PostForm, submit_post, write_post
from services.market.posting_facts import known_of_right

SURE = 0.7
LONGEST_QUESTION = 25
MOST_RIGHTS = 50
STAYS_HIDDEN = "好,匿名:别人看不到是哪家,双方同意后才互看。"
DISCLOSES = "market_disclosure"
MINE = Choice("我的供需", "我的供需")
# After these the question is not asked again: they ask something themselves, or a person takes over.
WITHOUT_RETURN = frozenset({NAME, "handoff", "own_data", "failed"})


def hear(
    context: TurnContext,
    otherwise: Callable[[TurnContext], Skill],
    *,
    beside: Callable[[TurnContext], Skill | None] = lambda _: None,
) -> Skill | None:
    """The skill for a message while a post is being written; None where nothing is. What is `beside` it, a word about a
    deal above all, is never taken for an answer."""
    table = context.memory.get(KEY)
    if not isinstance(table, dict) or table.get("side") not in set(PostSide):
        return None
    if context.text and (other := beside(context)) is not None:
        return _aside(other, context, dict(table))
    return _choose(context, dict(table)) or _aside(otherwise(context), context, dict(table))


def begin_offer(context: TurnContext) -> Reply:
    """我有个水处理的专利想转让"""
    return _begin(context, PostSide.OFFER, _numbers(context))


def begin_need(context: TurnContext) -> Reply:
    """想求购高盐废水处理技术,50万以内"""
    return _begin(context, PostSide.NEED, [])


def begin_with(context: TurnContext, numbers: list[str]) -> Reply:
    """One tap from custody: 挂出去 CN202110123456.7"""
    return _begin(context, PostSide.OFFER, numbers)


def _choose(context: TurnContext, table: dict[str, Any]) -> Skill | None:
    """What a message means to the post that is being written; None where it is about something else."""
    if context.kind == "event" or not context.text:
        return None
    plain = context.plain.strip()
    if LEAVES.fullmatch(plain) or form_words.LEAVES.fullmatch(plain):
        return Skill(NAME, _leave)
    understood = context.understanding
    if HIDES.fullmatch(plain):
        hidden = {**table, "values": {**table["values"], "is_anonymous": True}}
        return Skill(NAME, lambda given: asked(given, hidden, opening=STAYS_HIDDEN))
    if context.memory.get("pending") and understood.intent is None and understood.act in {"affirm", "deny"}:
        return None  # the answer to what was asked beside it
    if understood.intent == "human_handoff" and understood.confidence >= SURE:
        return None
    step = str(table.get("at"))
    if step == "confirm":
        return _at_summary(context, plain, table)
    if _asks(context):
        return None
    values = (_read_terms if step in posting_terms.STEPS else _read)(context, step, plain, table)
    if values is None:
        return Skill(NAME, lambda given: asked(given, table, opening=_unread(step)))
    return Skill(NAME, lambda given: asked(given, {**table, "values": {**table["values"], **values}}))


def _aside(skill: Skill, context: TurnContext, table: dict[str, Any]) -> Skill:
    """Another skill's answer, and back to the question that was open; a form that begins takes its place."""
    if skill.name in WITHOUT_RETURN:
        return skill
    if skill.name == "form":
        return Skill(skill.name, lambda given: _dropping(skill.answer(given)), is_slow=skill.is_slow)
    back = f"\n\n回到刚才:{question_of(context, table)}"
    return Skill(skill.name, lambda given: appended(skill.answer(given), back), is_slow=skill.is_slow)


def _begin(context: TurnContext, side: PostSide, numbers: list[str]) -> Reply:
    slots = context.understanding.slots
    topics = [str(slots["topic"])] if slots.get("topic") else []
    values: dict[str, Any] = {"rights": numbers}
    if (amount := _amount_in(slots)) is not None:
        values["amount"] = amount
    if modes := read_modes(context.plain):
        # 想买专利 says that something is sought, not how: any way will do.
        values["modes"] = [] if side is PostSide.NEED and not slots.get("trade_mode") else list(modes)
    region = slots.get("region") or context.region
    if isinstance(region, str) and region:
        values["region"] = region
    if numbers:
        values |= known_of_right(context.session, numbers)
    elif side is PostSide.NEED and topics and SHORTEST_TEXT <= len(context.text) <= LONGEST_TEXT:
        values["text"] = context.text
    if topics and not values.get("title"):
        values["title"] = title_of("", topics)
    return asked(context, {"side": side.value, "values": values}, opening=OPENING)


def _read(context: TurnContext, step: str, plain: str, table: Mapping[str, Any]) -> dict[str, Any] | None:
    """What an answer says; None where it cannot be used."""
    slots = context.resources.understander.read_slots(context.text, at=context.today).values
    if step == "subject":
        if numbers := _numbers(context):
            return {"rights": numbers, **known_of_right(context.session, numbers)}
        step = "text"
    if step == "text":
        if not SHORTEST_TEXT <= len(context.text) <= LONGEST_TEXT:
            return None
        topic = context.understanding.slots.get("topic")
        topics = [str(topic)] if topic else []
        return {"text": context.text, "title": table["values"].get("title") or title_of(context.text, topics)}
    if step == "modes":
        modes = read_modes(plain)
        return {"modes": list(modes)} if modes else None
    if step == "amount":
        if NO_AMOUNT.fullmatch(plain):
            return {"amount": 0}
        amount = _last_amount(plain) if CHANGES_MIND.search(plain) else _amount_in(slots)
        return {"amount": amount} if amount is not None else None
    if step == "burdens":
        burdens = read_burdens(plain)
        return {"answers": {**table["values"].get("answers", {}), **burdens}, "has_burdens": True} if burdens else None
    if step == "co_owners" and (DISAGREE.fullmatch(plain) or AGREE.fullmatch(plain)):
        agree = AGREE.fullmatch(plain) is not None
        return {"answers": {**table["values"].get("answers", {}), "co_owners_agree": agree}}
    return None


def _read_terms(context: TurnContext, step: str, plain: str, table: Mapping[str, Any]) -> dict[str, Any] | None:
    slots = context.resources.understander.read_slots(context.text, at=context.today).values
    return posting_terms.read_part(step, plain, table["values"], has_region=bool(slots.get("region")))


def _numbers(context: TurnContext) -> list[str]:
    return list(dict.fromkeys(number.normal for number in find_numbers(context.text)))[:MOST_RIGHTS]


def _amount_in(slots: Mapping[str, Any]) -> int | None:
    """An amount that a post may have."""
    amount = slots.get("amount")
    return amount if isinstance(amount, int) and 0 < amount <= MOST_AMOUNT else None


def _last_amount(plain: str) -> int | None:
    """30万吧,哦不对还是50万: what was said last."""
    found = [each.value for each in find_amounts(plain)]
    return int(found[-1]) if found and 0 < found[-1] <= MOST_AMOUNT else None


def _unread(step: str) -> str:
    length = f"{SHORTEST_TEXT}到{LONGEST_TEXT}个字"
    return {
        "subject": f"没看懂。发专利号,或者说是什么技术、有什么用,{length}。",
        "text": f"说{length}。",
    }.get(step, "没看懂。")


def _asks(context: TurnContext) -> bool:
    """Whether a sentence asks something of its own, or clearly wishes for something else."""
    plain, understood = context.plain, context.understanding
    if len(plain) <= LONGEST_QUESTION and form_words.ASKS_FOR_SURE.search(plain):
        return True
    others = {"policy_question", "patent_search", "patent_detail", "case_progress", "help", "portfolio", "complaint"}
    return understood.intent in others and understood.confidence >= SURE and bool(form_words.ASKS.search(plain))


def _at_summary(context: TurnContext, plain: str, table: dict[str, Any]) -> Skill | None:
    """提交, 不匿名; whatever else is said is about something else, or changes a value by its own words."""
    if SUBMITS.fullmatch(plain) or AGREE.fullmatch(plain) or PUBLISHES_ALL_THE_SAME.fullmatch(plain):
        return Skill(NAME, lambda given: _submit(given, table))
    if NEUTRAL.fullmatch(plain) and table["values"].get("rights"):
        return Skill(NAME, lambda given: _neutrally(given, table))
    if NAMED.fullmatch(plain) or HIDDEN.fullmatch(plain):
        values = {**table["values"], "is_anonymous": HIDDEN.fullmatch(plain) is not None}
        return Skill(NAME, lambda given: asked(given, {**table, "values": values}))
    if posting_terms.RESETS.fullmatch(plain) and posting_terms.may_have_terms(table["values"]):
        return Skill(NAME, lambda given: asked(given, {**table, "values": {**table["values"], "terms": {}}}))
    if form_words.CORRECTS.search(plain) and (changed := _changed(context, plain)):
        return Skill(NAME, lambda given: asked(given, {**table, "values": {**table["values"], **changed}}))
    return None


def _changed(context: TurnContext, plain: str) -> dict[str, Any]:
    """改成20万, 改成独占许可: what a correction wants instead."""
    part = form_words.corrected_part(plain)
    slots = context.resources.understander.read_slots(part, at=context.today).values
    changed: dict[str, Any] = {}
    if (amount := _amount_in(slots)) is not None:
        changed["amount"] = amount
    if modes := read_modes(part):
        changed["modes"] = list(modes)
    if slots.get("region"):
        changed["region"] = slots["region"]
    return changed


def _neutrally(context: TurnContext, table: dict[str, Any]) -> Reply:
    """改成中性的说法: words by which nobody finds the patent."""
    values = table["values"]
    text = neutral_for(context.session, values["rights"], values.get("classes") or ())
    return asked(context, {**table, "values": {**values, "text": text}})


def _leave(context: TurnContext) -> Reply:
    return Reply("好,没发。要发再说。", choices=(MINE,), memory={KEY: None, "pending": None})


def _submit(context: TurnContext, table: dict[str, Any]) -> Reply:
    """Write it and hand it in when the turn is finished. What stands in the way is said; the draft stays."""
    form = form_of(table, context)

    def commit(session: Session, conversation: Conversation) -> Reply:
        user = session.get_one(User, conversation.user_id)
        done: dict[str, Any] = {KEY: None, "pending": None}
        try:
            with session.begin_nested():
                post = write_post(session, user, form, context.now)
        except AppError as refusal:
            return Reply(_said(refusal), choices=(MINE,), memory=done)
        return hand_in(session, user, post, context, memory=done)

    return Reply("", on_commit=commit)


def hand_in(
    session: Session,
    user: User,
    post: MarketPost,
    context: TurnContext,
    *,
    accepts_disclosure: bool = False,
    memory: Mapping[str, Any] | None = None,
) -> Reply:
    """Hand in what is written; the reply says what became of it."""
    left = dict(memory or {"pending": None})
    try:
        with session.begin_nested():
            submit_post(session, user, post.public_id, context.now, accepts_disclosure=accepts_disclosure)
    except TellsTooMuch:
        choices = (Choice("去掉细节再发", "去掉细节"), Choice("照发", "照发"), MINE)
        left["pending"] = {"kind": DISCLOSES, "id": post.public_id}
        return Reply(f"{said_signs(post.signs)}\n要怎么发?", choices=choices, memory=left)
    except AppError as refusal:
        return Reply(f"{_said(refusal)}\n内容存着了,办好后在“我的供需”里再交。", choices=(MINE,), memory=left)
    to_prove = [each for each in read_findings(post) if each.todo][:2]
    lines = ["交了,专员看过就展示,结果告诉您。"]
    if to_prove:
        lines.append("签约前要办:" + ";".join(f"{each.todo}" for each in to_prove) + "。")
    ways = [way for each in to_prove if (way := way_to_prove(each)) is not None]
    return Reply("\n".join(lines), choices=(*ways, MINE), memory=left)


def form_of(table: Mapping[str, Any], context: TurnContext) -> PostForm:
    values = table["values"]
    side, rights = PostSide(table["side"]), list(values.get("rights") or [])
    state = None
    if side is PostSide.OFFER:
        state = RightState(values.get("right_state") or (RightState.IN_FORCE if rights else RightState.TECHNOLOGY))
    return PostForm(
        side=side,
        title=str(values.get("title") or "") if side is PostSide.OFFER else "",
        text=str(values.get("text") or ""),
        until=context.today + LASTING,
        rights=rights,
        classes=list(values.get("classes") or []),
        modes=list(values.get("modes") or []),
        amount=values.get("amount") or None,
        regions=[values["region"]] if values.get("region") else [],
        right_kinds=list(values.get("right_kinds") or []) if side is PostSide.OFFER else [],
        right_state=state,
        is_anonymous=bool(values.get("is_anonymous", True)),
        quick_terms=posting_terms.terms_of(values) if side is PostSide.OFFER else None,
        answers=dict(values.get("answers") or {}),
    )


def _said(refusal: AppError) -> str:
    return "".join(refusal.fields.values()) or refusal.message


def _dropping(reply: Reply) -> Reply:
    commit = reply.on_commit
    if commit is not None:
        return replace(reply, on_commit=lambda session, conversation: _dropping(commit(session, conversation)))
    return replace(reply, memory={**reply.memory, KEY: None})
