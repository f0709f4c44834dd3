"""开放许可声明: whether the law lets it be declared, and the draft of what the owner hands in themselves."""

import re
from datetime import date

from bot.context import TurnContext
from bot.replies import Choice, Reply
from bot.skills.custody_words import END, POLITE
from core.errors import AppError
from models import MarketPost, PostSide, PostState
from nlp.market.declaration import ARTICLES, Declaration
from nlp.market.posts import Mode
from nlp.market.trade_facts import Finding, Verdict
from services.market.access import get_own_post
from services.market.checks import check_post
from services.market.findings import said_articles
from services.market.open_licences import draft_declarations
from services.market.own import list_own_posts

MINE = Choice("我的供需", "我的供需")
# 开放许可声明, 写开放许可声明:每年5万,到2029年12月31日; what it is by law is a question, and no wish for a draft.
WISHES = re.compile(
    f"{POLITE}(?:写|起草|生成|看看?|给我)*(?:它|这条)?的?开放许可的?声明(?:的?草稿)?(?:[,:\\s]+(?P<payment>.{{2,60}}?))?{END}"
)
UNTIL = re.compile(r"[,,、\s]*(?:期限)?到?(?P<year>20\d\d)年(?P<month>\d{1,2})月(?P<day>\d{1,2})日(?:为止|止)?")
LOOKED_AT, MOST_SAID = 50, 2
BURDENS = frozenset({"in_force", "fees", "exclusive", "report"})


def asks(context: TurnContext, plain: str) -> re.Match[str] | None:
    """Whether somebody who offers an open licence wants its declaration."""
    match = WISHES.fullmatch(plain)
    return match if match is not None and _open_posts(context) else None


def show_declaration(context: TurnContext, match: re.Match[str], public_id: str | None) -> Reply:
    """The draft of the post that was shown last, or of the only one that offers open licences."""
    posts = _open_posts(context)
    post = next((each for each in posts if each.public_id == public_id), None)
    if post is None and len(posts) > 1:
        return Reply("有几条在做开放许可。先说“我的供需”看其中一条,再说“开放许可声明”。", choices=(MINE,))
    chosen = post or posts[0]
    try:
        own = get_own_post(context.session, context.user_id, chosen.public_id)
        found = check_post(context.session, own, context.now, modes=[Mode.OPEN_LICENCE])
        payment, until = _terms(match["payment"] or "")
        drafts = draft_declarations(context.session, own, payment=payment, until=until, remark="", today=context.today)
    except AppError as refusal:
        return Reply(refusal.message, choices=(MINE,))
    blocked = [each for each in found if each.verdict is Verdict.BLOCKED]
    if blocked:
        said = "".join(_said(each) for each in blocked[:MOST_SAID])
        return Reply(f"现在不能声明开放许可:{said}", choices=(MINE,))
    lines = [drafts[0].text, *_lacking(drafts[0])]
    lines += [f"交之前:{_said(each)}" for each in found if _is_gate(each)][:MOST_SAID]
    more = f"其余{len(drafts) - 1}件在小程序里看。" if len(drafts) > 1 else ""
    lines.append(f"{more}我们不代交,由专利权人向国家知识产权局提交。依据:{said_articles(ARTICLES)}。")
    return Reply("\n".join(lines), choices=(MINE,), memory={"pending": None})


def _open_posts(context: TurnContext) -> list[MarketPost]:
    page = list_own_posts(context.session, context.user_id, side=PostSide.OFFER, limit=LOOKED_AT)
    return [
        post
        for post in page.items
        if Mode.OPEN_LICENCE in post.modes and post.rights and post.state != PostState.WITHDRAWN
    ]


def _terms(text: str) -> tuple[str, date | None]:
    """What is paid and how, and the last day where one is named."""
    match = UNTIL.search(text)
    if match is None:
        return text.strip(), None
    try:
        until = date(int(match["year"]), int(match["month"]), int(match["day"]))
    except ValueError:
        return text.strip(), None
    return f"{text[: match.start()]}{text[match.end() :]}".strip(" ,、。"), until


def _lacking(draft: Declaration) -> list[str]:
    lines = []
    if draft.missing:
        example = "比如“开放许可声明:每年5万元,按年付,到2029年12月31日”"
        lines.append(f"还要写:{'、'.join(draft.missing)}。{example}。")
    return lines + [f"要改:{fault}。" for fault in draft.faults[:MOST_SAID]]


def _is_gate(finding: Finding) -> bool:
    """What the office looks at before it announces a declaration."""
    return finding.verdict is Verdict.TO_PROVE and finding.rule in BURDENS


def _said(finding: Finding) -> str:
    about = f"{finding.number} " if finding.number else ""
    todo = f"{finding.todo}。" if finding.todo else ""
    return f"{about}{finding.text}({said_articles(finding.articles)})。{todo}"
