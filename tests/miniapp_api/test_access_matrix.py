"""Every operation of the served document × everybody who may call it × a foreign and a missing object.

A new operation needs its row in MATRIX (access_matrix.py). Whoever a row does not name finds nothing: their answer
about somebody else's object and about one that never was are the same, byte for byte.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from adapters.wechat.local import LocalWeChat
from adapters.wechat.session import CodeSession
from core.ids import new_public_id
from models import ApiSession, Booking, Company, MarketMatch, PostSide, PostState, Role, Topic, User, WeChatIdentity
from services.events.setting_up import set_up
from services.exams.loading import load_own_questions
from services.identity_merge import merge_into
from services.memberships import find_owner
from services.notices.telling import tell
from services.resources import Resources
from services.training.certificates import issue_certificate
from tests.miniapp_api.access_matrix import (
    CALLERS,
    FORM,
    INSIDE,
    LOGGED_OUT,
    MATRIX,
    MEMBER,
    NUMBERED,
    OUTSIDE,
    OWN_DRAFT,
    OWNED,
    POST,
    SERVICE,
    Row,
)
from tests.miniapp_api.conftest import Phone, make_patent
from tests.support.casework import PLEDGE
from tests.support.credit import CODE, Firm
from tests.support.deals import make_person, make_quote_request, make_scene
from tests.support.events import form as event_form
from tests.support.exams import BANK
from tests.support.market import make_post
from tests.support.people import make_identity
from tests.support.sample_files import multipart, pdf, picture
from tests.support.staff import make_staff
from tests.support.training import make_attended, make_course, make_session


class World:
    """A company with people around it, and everything that one of them may have in the product."""

    def __init__(self, app: APIFlask, resources: Resources, wechat: LocalWeChat) -> None:
        self.app, self.resources, self.wechat = app, resources, wechat
        self.trademarks = self.posts = 0
        names = ("revoked", "expired", "erased", *OUTSIDE, *INSIDE)
        with resources.database.unit_of_work() as session:
            load_own_questions(session, BANK, resources.clock.now())
        self.phones: dict[str, Phone] = {name: self.log_in(f"o-{name}") for name in names}
        self.filer, self.runner = self.phones["filer"], self.phones["runner"]
        self.company = done(self.runner.post("/companies", {"name": FORM["company"]}))["id"]
        for name in ("former", "member", "filer"):
            self.join(name)
        done(self.phones["former"].delete(f"/companies/{self.company}/membership"))
        done(self.phones["asker"].post(f"/companies/{self.company}/members"))
        done(self.phones["stranger"].post("/cases", {"service": SERVICE, "form": PLEDGE}))
        done(self.phones["stranger"].post("/companies", {"name": "佛山另一家有限公司"}))
        self.merge()
        answered = done(self.filer.post("/ask", {"text": "外观设计专利保护多少年"}))
        done(self.filer.put(f"/services/{SERVICE}/draft", {"values": {"phone": FORM["phone"]}, "version": 0}))
        paper = done(self.filer.post("/mock-papers", {"subject": "patent_law"}))
        self.conversation = answered["conversation_id"]
        self.ids = {
            "conversations": self.conversation,
            "message_id": str(done(self.filer.get(f"/conversations/{self.conversation}/messages"))["items"][0]["id"]),
            "companies": self.company,
            "member_id": str(self.member_ids()[1]),
            "practice-runs": done(self.filer.post("/practice-runs", {}))["id"],
            "mock-papers": paper["id"],
            "question": paper["questions"][0]["id"],
            **self.make_own(),
        }
        self.end_logins()

    def log_in(self, openid: str) -> Phone:
        self.wechat.codes["code"] = CodeSession(openid=openid, unionid=None, session_key="c2Vzc2lvbi1rZXk=")
        client = self.app.test_client()
        return Phone(client, done(client.post("/api/v1/login", json={"code": "code"})))

    def member_ids(self) -> list[int]:
        return [each["id"] for each in done(self.runner.get(f"/companies/{self.company}/members"))["items"]]

    def join(self, name: str) -> None:
        path = f"/companies/{self.company}/members"
        done(self.phones[name].post(path))
        done(self.runner.put(f"{path}/{self.member_ids()[-1]}", {"state": "active"}))

    def make_own(self) -> dict[str, str]:
        """Another case, with a document, and another search of the filer's."""
        number = done(self.filer.post("/cases", {"service": SERVICE, "form": FORM}))["number"]
        with self.resources.database.unit_of_work() as session:
            held = make_session(session, self.resources.clock.now(), capacity=9).public_id
        booked = done(self.filer.post(f"/course-sessions/{held}/bookings", {"accepts_overlap": True}))
        search = done(self.filer.post("/saved-searches", {"q": "石墨烯", "region": "广东省广州市"}))
        return {
            "cases": number,
            "documents": done(self.upload(self.filer, number))["id"],
            "saved-searches": search["id"],
            "bookings": booked["number"],
            "certificates": self.make_certificate(),
            "course-sessions": held,
            **self.bring_right_with_paper(),
            "custody-letters": self.bring_letter(),
            "notices": self.make_notice(),
            **self.make_market(),
            "watches": done(self.filer.post("/watches", {"kind": "applicant", "name": f"某某{new_public_id()}"}))["id"],
            **self.make_deal(),
            "credit-events": self.make_credit_event(),
        }

    def make_market(self) -> dict[str, str]:
        """Another draft, and a match of the filer's own offer with the need of somebody else, which is on the board."""
        self.posts += 1
        draft = done(self.filer.post("/market/posts", POST | {"text": f"{POST['text']},第{self.posts}台"}))
        now = self.resources.clock.now()
        with self.resources.database.unit_of_work() as session:
            filer = session.scalars(select(WeChatIdentity).where(WeChatIdentity.openid == "o-filer")).one().user_id
            mine = make_post(session, filer, now, side=PostSide.OFFER, state=PostState.WITHDRAWN)
            theirs = make_post(session, make_identity(session, now).user_id, now, details="工艺参数见附表。")
            match = MarketMatch(need_id=theirs.id, offer_id=mine.id, score=0.9, found_at=now, changed_at=now)
            session.add(match)
            session.flush()
            shown = {"market/board": theirs.public_id, "market/favourites": theirs.public_id}
            event = set_up(session, make_staff(session, now, skills=["market"]), event_form(now), now).public_id
            shown["market/events"] = event
            return {"market/posts": draft["id"], "market/matches": match.public_id, **shown}

    def make_notice(self) -> str:
        """Something that the filer is told."""
        now = self.resources.clock.now()
        with self.resources.database.unit_of_work() as session:
            filer = session.scalars(select(WeChatIdentity).where(WeChatIdentity.openid == "o-filer")).one()
            notice = tell(
                session, user_id=filer.user_id, topic=Topic.OPPORTUNITY, key=f"notice-{new_public_id()}",
                title="有一条需求对得上", text="某环保企业求购高盐废水处理技术。", now=now,
            )  # fmt: skip
            assert notice is not None
            return notice.public_id

    def make_deal(self) -> dict[str, str]:
        """The filer asks somebody new to talk, and has a request for quotations."""
        with self.resources.database.unit_of_work() as session:
            filer = session.scalars(select(User).join(WeChatIdentity).where(WeChatIdentity.openid == "o-filer")).one()
            request = make_quote_request(session, filer, self.resources.clock.now())
            scene = make_scene(session, self.resources.clock.now(), buyer=filer)
            return {"deals": scene.deal.number, "quote-requests": request.public_id}

    def make_credit_event(self) -> str:
        """Another one of the company that the filer acts for."""
        now = self.resources.clock.now()
        with self.resources.database.unit_of_work() as session:
            company = session.scalars(select(Company).where(Company.public_id == self.company)).one()
            company.credit_code = company.credit_code or CODE
            keepers = [make_staff(session, now, role=Role.SUPERVISOR) for _ in range(2)]
            firm = Firm(company, find_owner(session, company.id) or make_person(session, now), *keepers)
            return firm.record(session, now, number=new_public_id()).public_id

    def bring_right(self) -> str:
        """Another trademark, into the custody of the company that the filer acts for."""
        self.trademarks += 1
        right = {"number": str(20_000_000 + self.trademarks), "kind": "trademark"}
        added = done(self.filer.post("/custody-rights", {"rights": [right], "company_id": self.company}))["added"]
        return str(added[0]["id"])

    def bring_right_with_paper(self) -> dict[str, str]:
        right_id = self.bring_right()
        body, kind = multipart({"file": (BytesIO(pdf("proof")), "a.pdf")})
        address, headers = f"/api/v1/custody-rights/{right_id}/papers", self.filer.headers()
        paper = self.filer.client.post(address, data=body, content_type=kind, headers=headers)
        return {"custody-rights": right_id, "paper_id": done(paper)["id"]}

    def bring_letter(self) -> str:
        """About another patent of that company."""
        self.trademarks += 1
        right = {"number": f"CN{111_000_000 + self.trademarks}B"}
        added = done(self.filer.post("/custody-rights", {"rights": [right], "company_id": self.company}))["added"]
        letter = {"kind": "refusal", "received_on": "2026-11-02"}
        return str(done(self.filer.post(f"/custody-rights/{added[0]['id']}/letters", letter))["id"])

    def make_certificate(self) -> str:
        """Of another session, to which the filer has been."""
        now = self.resources.clock.now()
        with self.resources.database.unit_of_work() as session:
            course = make_course(session, now, gives_certificate=True)
            public_id = make_session(session, now, course=course).public_id
        path = f"/course-sessions/{public_id}/bookings"
        number = done(self.filer.post(path, {"accepts_overlap": True}))["number"]
        with self.resources.database.unit_of_work() as session:
            booking = session.scalars(select(Booking).where(Booking.number == number)).one()
            make_attended(session, booking, now)
            return issue_certificate(session, booking_id=booking.id, holder="何晓雯", now=now).number

    def upload(self, phone: Phone, number: str) -> TestResponse:
        body, kind = multipart({"key": "licence", "file": (BytesIO(pdf()), "a.pdf")})
        return phone.client.post(
            f"/api/v1/cases/{number}/documents", data=body, content_type=kind, headers=phone.headers()
        )

    def merge(self) -> None:
        with self.resources.database.unit_of_work() as session:
            theirs, other = (
                session.scalars(select(WeChatIdentity).where(WeChatIdentity.openid == f"o-{name}")).one()
                for name in ("filer", "merged")
            )
            theirs.user.unionid = "oUnionOfTheFiler"
            merge_into(session, identity=other, loser=other.user, winner=theirs.user, now=self.resources.clock.now())

    def end_logins(self) -> None:
        done(self.phones["revoked"].post("/logout"))
        with self.resources.database.unit_of_work() as session:
            user = session.scalars(select(User).join(WeChatIdentity).where(WeChatIdentity.openid == "o-expired")).one()
            row = session.scalars(select(ApiSession).where(ApiSession.user_id == user.id)).one()
            row.access_expires_at = self.resources.clock.now() - timedelta(seconds=1)
        erased = self.phones["erased"]
        done(erased.client.delete("/api/v1/me?confirm=delete-my-data", headers=erased.headers()))

    def call(self, caller: str, operation: tuple[str, str], ids: Mapping[str, str]) -> TestResponse:
        method, path = operation
        row = MATRIX[operation]
        kind = path.split("/{")[0].strip("/")
        values = {
            "id": ids.get(kind, ""), "number": ids[kind] if kind in NUMBERED else "CN110000001B",
            "message_id": ids["message_id"], "member_id": ids["member_id"], "name": "广州演示", "key": ids["key"],
            "question": ids["question"], "paper_id": ids["paper_id"],
        }  # fmt: skip
        address = "/api/v1" + path.format(**values)
        phone = self.phones.get(caller)
        client: FlaskClient = phone.client if phone else self.app.test_client()
        headers = phone.headers() if phone else {}
        if row.body == "table":
            body, mimetype = multipart({"file": (BytesIO("专利号\r\nCN110000001B\r\n".encode()), "a.csv")})
            return client.post(address, data=body, content_type=mimetype, headers=headers)
        if row.body == "photo":
            body, mimetype = multipart({"file": (BytesIO(picture()), "a.png")})
            return client.post(address, data=body, content_type=mimetype, headers=headers)
        if row.body == "paper":
            body, mimetype = multipart({"file": (BytesIO(pdf()), "a.pdf")})
            return client.post(address, data=body, content_type=mimetype, headers=headers)
        if row.body == "file":
            body, mimetype = multipart({"key": "licence", "file": (BytesIO(pdf()), "a.pdf")})
            return client.post(address, data=body, content_type=mimetype, headers=headers)
        body = row.body
        if isinstance(body, dict) and MEMBER in body:
            body = {**body, MEMBER: int(ids[MEMBER])}
        if operation == ("put", "/market/posts/{id}"):  # nobody has two posts that say the same
            body = {**body, "text": f"{body['text']},{values['id']}"}
        answer = client.open(address, method=method.upper(), json=body, query_string=row.query, headers=headers)
        answer.get_data()
        answer.close()  # what is to happen after the answer happens now
        return answer


def done(answer: TestResponse) -> Any:
    """The body of an answer that must be a yes."""
    assert answer.status_code < 300, answer.get_json()
    return answer.get_json(silent=True)


def shown(answer: TestResponse) -> tuple[int, bytes, list[tuple[str, str]]]:
    """All that somebody could tell two answers apart by: the request's own id and the wall clock say nothing."""
    said = {"X-Request-Id", "Date"}
    return answer.status_code, answer.get_data(), sorted(each for each in answer.headers if each[0] not in said)


@pytest.fixture
def served(make_app: Callable[..., APIFlask], add_patents: Callable[..., None], law: None) -> Iterator[APIFlask]:
    add_patents(make_patent("CN110000001B", "一种石墨烯散热膜及其制备方法"))
    yield make_app()


def expected(caller: str, row: Row) -> int:
    return row.gets.get(caller, 401 if caller in LOGGED_OUT else 404)


# Some thousand calls: 40 s on two cores that do nothing else.
@pytest.mark.timeout(300)
def test_every_caller_gets_of_every_operation_what_is_theirs(
    served: APIFlask, resources: Resources, mini_wechat: LocalWeChat
) -> None:
    document = served.test_client().get("/api/v1/openapi.json").get_json()
    operations = {
        (method, path.removeprefix("/api/v1")) for path, methods in document["paths"].items() for method in methods
    }
    assert operations == set(MATRIX), "every operation has its row here, and every row its operation"
    world = World(served, resources, mini_wechat)
    there = world.ids | {"key": SERVICE}
    gone = {**dict.fromkeys(there, new_public_id()), "cases": "RZ991231-0001", "bookings": "PX991231-0001",
            "certificates": "ZS991231-ZZZZZZZZ", "deals": "GX991231-0001",
            "course-sessions": there["course-sessions"], "message_id": "999999999",
            "member_id": "999999999", "question": "conditions-01", "key": "patent_filing"}  # fmt: skip
    secrets = [str(FORM["phone"]), *(there[name] for name in ("cases", "documents", "conversations", "saved-searches"))]
    wrong: list[str] = []

    for operation, row in MATRIX.items():
        about_one = operation[1].startswith(OWNED) or operation in OWN_DRAFT
        nothing: dict[str, Any] = {}
        # What names nobody's things is the same for everybody: two of those logged in stand for all.
        for caller in CALLERS if about_one else (*LOGGED_OUT, "stranger", "filer"):
            wanted = expected(caller, row)
            ids = there | world.make_own() if row.is_used_up and wanted < 300 else there
            answer = world.call(caller, operation, ids)
            if answer.status_code != wanted:
                wrong.append(f"{caller} {operation}: {answer.status_code}, not {wanted}: {answer.text[:150]}")
            if caller in {*LOGGED_OUT, "stranger"} and any(each in answer.text for each in secrets):
                wrong.append(f"{caller} {operation}: reads what is somebody else's")
            if about_one and caller not in LOGGED_OUT:
                nothing[caller] = shown(world.call(caller, operation, gone))
            if wanted == 404 and shown(answer) != nothing[caller]:
                wrong.append(f"{caller} {operation}: {shown(answer)} is not {nothing[caller]} of a missing one")
        if len({str(each) for each in nothing.values()}) > 1:
            wrong.append(f"{operation}: a missing one looks different to different people: {nothing}")

    assert wrong == []
