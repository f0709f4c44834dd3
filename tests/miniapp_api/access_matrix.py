"""What everybody gets of every operation of the served document: read by test_access_matrix.py."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.support.casework import PLEDGE

# The version of a case just filed that has one document; nobody works here who could be offered it.
VERSION = 5
SERVICE = "pledge_financing"
# In a body: the id of somebody who acts for the company.
MEMBER = "member_id"
FORM = {**PLEDGE, "phone": "13911112222"}
POST = {"side": "need", "text": "水泵轴承老是烧,想提前知道故障", "until": "2027-01-31"}
# Without a login; whoever was erased may only ask for it again.
LOGGED_OUT = ("nobody", "revoked", "expired", "erased")
# The filer acts for a company: a colleague, who runs it, who asked to join and who left it stand around them. The
# stranger runs a company of their own and wrote that company's name into a form. `merged` is the filer's second login.
OUTSIDE = ("stranger", "asker", "former")
INSIDE = ("member", "runner", "filer", "merged")
CALLERS = (*LOGGED_OUT, *OUTSIDE, *INSIDE)


@dataclass(frozen=True)
class Row:
    """What whoever is named gets; of the others, those logged in find nothing and the rest are asked to log in."""

    gets: Mapping[str, int]
    body: Any = None
    query: Mapping[str, str] = field(default_factory=dict)
    # What is gone or changed after a call that may be made: the next caller gets another one.
    is_used_up: bool = False


def everybody(status: int, **others: int) -> dict[str, int]:
    return dict.fromkeys((*OUTSIDE, *INSIDE), status) | others


def inside(status: int, **others: int) -> dict[str, int]:
    return dict.fromkeys(INSIDE, status) | others


def only_theirs(status: int) -> dict[str, int]:
    return {"filer": status, "merged": status}


# Later rows may end what earlier ones need.
MATRIX: dict[tuple[str, str], Row] = {
    ("post", "/login"): Row(dict.fromkeys(CALLERS, 401), {"code": "bad"}),
    ("post", "/login/refresh"): Row(dict.fromkeys(CALLERS, 401), {"refresh_token": "bad"}),
    ("post", "/login/phone"): Row(everybody(422), {"code": "bad"}),
    ("get", "/cases/{number}"): Row(inside(200)),
    ("get", "/cases/{number}/sheet"): Row(inside(200)),
    # A loan just asked for has no day to keep in mind.
    ("get", "/cases/{number}/calendar"): Row(inside(409)),
    ("post", "/cases/{number}/moves"): Row(
        inside(200, member=403), {"to": "withdrawn", "version": VERSION}, is_used_up=True
    ),
    ("put", "/cases/{number}/satisfaction"): Row(inside(409, member=403), {"score": 3}),
    ("put", "/cases/{number}/news"): Row(inside(200, member=403), {"wanted": False}),
    ("get", "/cases/{number}/messages"): Row(inside(200)),
    ("post", "/cases/{number}/messages"): Row(inside(201), {"text": "执照换了新的"}),
    ("get", "/cases/{number}/documents"): Row(inside(200)),
    ("post", "/cases/{number}/documents"): Row(inside(201), "file"),
    ("post", "/documents/{id}/link"): Row(inside(200)),
    ("delete", "/documents/{id}"): Row(inside(204), is_used_up=True),
    ("get", "/bookings/{number}"): Row(only_theirs(200)),
    ("get", "/bookings/{number}/calendar"): Row(only_theirs(200)),
    ("post", "/bookings/{number}/acceptance"): Row(only_theirs(200)),
    # The session is yet to come: nothing to judge, to ask or to certify.
    ("put", "/bookings/{number}/feedback"): Row(only_theirs(409), {"score": 3}),
    ("get", "/bookings/{number}/next-session"): Row(only_theirs(200)),
    ("post", "/bookings/{number}/questions"): Row(only_theirs(409), {"text": "质押期间还能许可吗"}),
    ("post", "/bookings/{number}/certificates"): Row(only_theirs(409), {"holder": "王小明"}),
    # Its organiser asks nothing.
    ("put", "/bookings/{number}/answers"): Row(only_theirs(200), {"answers": {}}),
    ("get", "/certificates/{number}"): Row(only_theirs(200)),
    # No job has made its PDF.
    ("post", "/certificates/{number}/link"): Row(only_theirs(409)),
    ("delete", "/bookings/{number}"): Row(only_theirs(200), is_used_up=True),
    ("get", "/practice-runs/{id}"): Row(only_theirs(200)),
    ("post", "/practice-runs/{id}/answers"): Row(only_theirs(201), {"letters": "A"}),
    ("post", "/practice-runs/{id}/end"): Row(only_theirs(200)),
    ("get", "/mock-papers/{id}"): Row(only_theirs(200)),
    ("put", "/mock-papers/{id}/answers/{question}"): Row(only_theirs(200), {"letters": "A"}),
    ("post", "/mock-papers/{id}/submission"): Row(only_theirs(200)),
    ("get", "/conversations/{id}/messages"): Row(only_theirs(200)),
    ("post", "/conversations/{id}/messages"): Row(only_theirs(200), {"text": "帮助"}),
    ("post", "/conversations/{id}/messages/{message_id}/feedback"): Row(only_theirs(200), {"verdict": "useful"}),
    ("get", "/saved-searches/{id}/results"): Row(only_theirs(200)),
    ("put", "/saved-searches/{id}"): Row(only_theirs(200), {"pace": "weekly"}),
    ("delete", "/saved-searches/{id}"): Row(only_theirs(204), is_used_up=True),
    ("put", "/notices/{id}/dismissal"): Row(only_theirs(204)),
    ("put", "/watches/{id}"): Row(only_theirs(200), {"pace": "monthly"}),
    ("delete", "/watches/{id}"): Row(only_theirs(204), is_used_up=True),
    ("get", "/companies/{id}/members"): Row(inside(403, runner=200)),
    ("get", "/companies/{id}/credit"): Row(inside(200)),
    ("put", "/credit-events/{id}/objection"): Row(inside(403, runner=200), {"text": "判决已被撤销"}, is_used_up=True),
    ("put", "/credit-events/{id}/repair"): Row(inside(403, runner=200), {"text": "款已付清"}, is_used_up=True),
    ("put", "/companies/{id}/members/{member_id}"): Row(inside(403, runner=200), {"state": "active"}),
    # A company's right: its members see it, the filer keeps it and the runner decides too.
    ("get", "/custody-rights/{id}"): Row(inside(200)),
    ("put", "/custody-rights/{id}"): Row(
        inside(200, member=403), {"version": 1, "is_reminded": False}, is_used_up=True
    ),
    ("put", "/custody-rights/{id}/proof"): Row(
        inside(200, member=403), {"version": 1, "basis": "certificate"}, is_used_up=True
    ),
    ("put", "/custody-rights/{id}/keeper"): Row(
        inside(200, member=403), {"version": 1, "member_id": MEMBER}, is_used_up=True
    ),
    # A trademark gets no letters of the patent office; a letter is everybody's who sees its right.
    ("post", "/custody-rights/{id}/letters"): Row(inside(409), {"kind": "refusal", "received_on": "2026-11-02"}),
    ("put", "/custody-letters/{id}"): Row(inside(200), {"version": 1, "state": "done"}, is_used_up=True),
    # Papers say whose a right is: for those who decide over it.
    ("get", "/custody-rights/{id}/papers"): Row(inside(200, member=403)),
    ("post", "/custody-rights/{id}/papers"): Row(inside(201, member=403), "paper"),
    ("post", "/custody-rights/{id}/papers/{paper_id}/link"): Row(inside(200, member=403)),
    ("delete", "/custody-rights/{id}/papers/{paper_id}"): Row(inside(204, member=403), is_used_up=True),
    ("put", "/custody-rights/{id}/wish"): Row(inside(200), {"wish": "enforce"}, is_used_up=True),
    ("delete", "/custody-rights/{id}"): Row(inside(204, member=403), is_used_up=True),
    # Drafts until they are handed in: who wrote them and who runs the company sees them, no other colleague.
    ("get", "/market/posts/{id}"): Row(inside(200, member=404)),
    ("put", "/market/posts/{id}"): Row(
        inside(200, member=404), POST | {"version": 1, "text": "风机轴承老是烧,想提前知道"}, is_used_up=True
    ),
    ("post", "/market/posts/{id}/submission"): Row(inside(200, member=404), {"version": 1}, is_used_up=True),
    # A draft has nothing to renew, and a need declares no open licence.
    ("put", "/market/posts/{id}/until"): Row(inside(409, member=404), {"version": 1, "until": "2027-02-01"}),
    ("get", "/market/posts/{id}/declarations"): Row(inside(409, member=404)),
    ("delete", "/market/posts/{id}"): Row(inside(204, member=404), is_used_up=True),
    ("put", "/market/matches/{id}/feedback"): Row(only_theirs(200), {"verdict": "interested"}),
    # The filer asked somebody to talk, who has not answered: nothing to offer, to confirm or to write yet.
    ("get", "/deals/{number}"): Row(only_theirs(200)),
    ("put", "/deals/{number}/consent"): Row(only_theirs(409), {"agrees": True}),
    ("put", "/deals/{number}/rights"): Row(only_theirs(409), {"is_technology": True}),
    ("post", "/deals/{number}/offers"): Row(only_theirs(409), {"mode": "transfer", "amount": 100}),
    ("put", "/deals/{number}/offer-answer"): Row(only_theirs(409), {"offer": 1, "verdict": "accept"}),
    ("put", "/deals/{number}/checks"): Row(only_theirs(409), {"key": "pledge"}),
    ("put", "/deals/{number}/payments"): Row(only_theirs(409), {"payment": 1}),
    ("get", "/deals/{number}/risks"): Row(only_theirs(200)),
    ("post", "/deals/{number}/dispute"): Row(only_theirs(409), {"text": "对方不配合过户"}),
    # The filer buys: what the seller's side shares out is nothing of theirs.
    ("get", "/deals/{number}/benefits"): Row({}),
    ("put", "/deals/{number}/benefits"): Row({}, {"basis": "none", "shares": [{"role": "unit", "percent": 100}]}),
    ("put", "/deals/{number}/benefits/words"): Row({}, {"share": 1, "word": "known", "said_on": "2026-11-20"}),
    ("delete", "/deals/{number}/benefits"): Row({}),
    ("get", "/deals/{number}/messages"): Row(only_theirs(200)),
    ("post", "/deals/{number}/messages"): Row(only_theirs(409), {"text": "能分期吗"}),
    ("put", "/deals/{number}/end"): Row(only_theirs(200), {"reason": "price"}, is_used_up=True),
    ("get", "/quote-requests/{id}"): Row(only_theirs(200)),
    # One's own lists and what everybody may look up: nothing of anybody else's is in them.
    ("get", "/cases"): Row(everybody(200)),
    ("get", "/companies"): Row(everybody(200)),
    ("get", "/conversations"): Row(everybody(200)),
    ("get", "/saved-searches"): Row(everybody(200)),
    ("get", "/services"): Row(everybody(200)),
    ("get", "/services/{key}"): Row(everybody(200)),
    ("post", "/services/{key}/check"): Row(everybody(200), {"form": FORM}),
    ("get", "/patents"): Row(everybody(200), query={"q": "石墨烯"}),
    ("get", "/patents/{number}"): Row(everybody(200)),
    ("get", "/patents/{number}/similar"): Row(everybody(200)),
    ("get", "/patents/{number}/quick-score"): Row(everybody(200)),
    ("get", "/applicants/{name}/portfolio"): Row(everybody(200)),
    ("get", "/policies"): Row(everybody(200), query={"q": "外观设计专利保护多少年"}),
    ("get", "/awards"): Row(everybody(200)),
    ("get", "/notices"): Row(everybody(200)),
    ("get", "/watches"): Row(everybody(200)),
    ("post", "/watches"): Row(everybody(201), {"kind": "ipc", "name": "H01M"}),
    ("get", "/notice-preferences"): Row(everybody(200)),
    ("put", "/notice-preferences"): Row(everybody(200), {"course": "daily"}),
    ("get", "/subscription-templates"): Row(everybody(200)),
    ("post", "/subscription-reports"): Row(everybody(201), {"accepted": ["mini-TPL-DEADLINE"]}),
    ("get", "/support"): Row(everybody(200), query={"kind": "operating_fund"}),
    ("get", "/bookings"): Row(everybody(200)),
    ("get", "/custody-rights"): Row(everybody(200)),
    ("get", "/custody-letters"): Row(everybody(200)),
    ("get", "/custody-workspace"): Row(everybody(200)),
    # Nobody of them has a patent of this department.
    ("put", "/custody-workspace/reductions"): Row(everybody(422), {"department": "材料学院", "reduction": "single"}),
    ("get", "/custody-fees"): Row(everybody(200)),
    ("get", "/custody-dormant"): Row(everybody(200)),
    ("get", "/custody-export"): Row(everybody(200)),
    ("get", "/custody-products"): Row(everybody(200)),
    ("get", "/custody-abroad"): Row(everybody(200)),
    ("get", "/market/posts"): Row(everybody(200)),
    ("post", "/market/posts"): Row(everybody(201), POST),
    ("get", "/market/board"): Row(everybody(200)),
    ("get", "/market/board/{id}"): Row(everybody(200)),
    ("get", "/market/board/{id}/similar"): Row(everybody(200)),
    ("get", "/market/board/{id}/details"): Row(everybody(200)),
    ("put", "/market/board/{id}/promise"): Row(everybody(200), {"version": 1}),
    ("get", "/market/favourites"): Row(everybody(200)),
    ("put", "/market/favourites/{id}"): Row(everybody(204)),
    ("delete", "/market/favourites/{id}"): Row(everybody(204)),
    ("get", "/market/matches"): Row(everybody(200)),
    ("get", "/market/events"): Row(everybody(200)),
    ("get", "/market/events/{id}"): Row(everybody(200)),
    # Nobody here has anything on the market to bring.
    ("put", "/market/events/{id}/entry"): Row(everybody(409)),
    ("delete", "/market/events/{id}/entry"): Row(everybody(204)),
    # One id compares with nothing.
    ("get", "/market/comparison"): Row(everybody(422), query={"ids": "one"}),
    ("get", "/deal-export"): Row(everybody(200), query={"table": "leads"}),
    ("post", "/custody-rights"): Row(everybody(201), {"rights": [{"number": "CN110000001B"}]}),
    ("post", "/custody-photos"): Row(everybody(200), "photo"),
    ("post", "/custody-imports"): Row(everybody(201), "table"),
    ("get", "/certificates"): Row(everybody(200)),
    ("get", "/deals"): Row(everybody(200)),
    ("get", "/deal-sales"): Row(everybody(200)),
    ("get", "/deal-customers"): Row(everybody(200)),
    ("get", "/quote-requests"): Row(everybody(200)),
    # What is not published is not there for anybody.
    ("post", "/deals"): Row(everybody(422), {"post_id": "x" * 22, "name": "王小明", "phone": "13911112222"}),
    ("post", "/quote-requests"): Row(
        everybody(422),
        {"post_ids": ["x" * 22], "until": "2026-12-01", "name": "王小明", "phone": "13911112222"},
    ),
    ("get", "/campaigns"): Row(everybody(200)),
    ("get", "/course-sessions"): Row(everybody(200)),
    ("get", "/course-sessions/{id}"): Row(everybody(200)),
    # `merged` is the filer, whose booking it is by then.
    ("get", "/course-sessions/{id}/posts"): Row(everybody(200)),
    ("post", "/course-sessions/{id}/bookings"): Row(everybody(201, filer=409, merged=409), {}),
    # It begins in a week: nobody can check in yet, and nobody learns whose booking there is.
    ("post", "/course-sessions/{id}/check-in"): Row(everybody(409), {"code": "123456"}),
    ("post", "/practice-runs"): Row(everybody(201), {}),
    ("post", "/mock-papers"): Row(everybody(201), {"subject": "related_law"}),
    ("get", "/wrong-answers"): Row(everybody(200)),
    ("get", "/exam-progress"): Row(everybody(200)),
    ("get", "/exam-leaderboard"): Row(everybody(200)),
    ("put", "/exam-leaderboard/membership"): Row(everybody(200)),
    ("delete", "/exam-leaderboard/membership"): Row(everybody(204)),
    # A draft has no id: everybody has their own, and `merged` finds what the filer has just thrown away gone.
    ("get", "/services/{key}/draft"): Row(only_theirs(200)),
    ("delete", "/services/{key}/draft"): Row({"filer": 204}),
    ("put", "/services/{key}/draft"): Row(everybody(200), {"values": {"amount": 1}, "version": 0}),
    ("post", "/ask"): Row(everybody(200), {"text": "帮助"}),
    ("post", "/ask/stream"): Row(everybody(200), {"text": "帮助"}),
    ("post", "/handoffs"): Row(everybody(201), {"reason": "转人工"}),
    ("post", "/saved-searches"): Row(everybody(201), {"q": "石墨烯"}),
    ("post", "/cases"): Row(everybody(201), {"service": SERVICE, "form": PLEDGE}),
    ("post", "/companies"): Row(everybody(201), {"name": "深圳新办有限公司"}),
    # A company's id is passed on by a colleague so that somebody may ask: the asking shows nothing but its name.
    ("post", "/companies/{id}/members"): Row(everybody(201)),
    # Who asked takes the asking back; the filer is gone when `merged`, the same person, leaves.
    ("delete", "/companies/{id}/membership"): Row(
        {"stranger": 204, "asker": 204, "former": 204, "member": 204, "runner": 409, "filer": 204}
    ),
    ("delete", "/me"): Row(everybody(422, erased=422)),
    ("post", "/logout"): Row(everybody(204)),
}
# What belongs to somebody: the addresses that name one such thing.
OWNED = (
    "/cases/{", "/documents/{", "/conversations/{", "/saved-searches/{", "/companies/{", "/notices/{", "/bookings/{",
    "/certificates/{", "/watches/{",
    "/practice-runs/{", "/mock-papers/{", "/custody-rights/{", "/custody-letters/{",
    "/market/posts/{", "/market/matches/{",
    "/deals/{", "/quote-requests/{", "/credit-events/{",
)  # fmt: skip
NUMBERED = {"cases", "bookings", "certificates", "deals"}
OWN_DRAFT = {("get", "/services/{key}/draft"), ("delete", "/services/{key}/draft")}
