"""The served document describes what the service does: schemathesis calls every operation as it is described."""

from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any

import pytest
import schemathesis
from apiflask import APIFlask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import (
    content_type_conformance,
    negative_data_rejection,
    not_a_server_error,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from schemathesis.specs.openapi.schemas import OpenApiSchema
from sqlalchemy import select

from adapters.wechat.local import LocalWeChat
from adapters.wechat.session import CodeSession
from miniapp_api.openapi import CREATES, PUBLIC_PATHS
from models import ApiSession, Topic, User, Watch
from services.notices.telling import tell
from services.resources import Resources
from tests.miniapp_api.conftest import Phone, make_patent
from tests.support.casework import PLEDGE
from tests.support.deals import agree, make_quote_request, make_scene
from tests.support.exams import make_questions
from tests.support.sample_files import multipart, pdf

PATHS = {
    "/api/v1/login": {"post"},
    "/api/v1/login/refresh": {"post"},
    "/api/v1/login/phone": {"post"},
    "/api/v1/logout": {"post"},
    "/api/v1/ask": {"post"},
    "/api/v1/ask/stream": {"post"},
    "/api/v1/patents": {"get"},
    "/api/v1/patents/{number}": {"get"},
    "/api/v1/patents/{number}/quick-score": {"get"},
    "/api/v1/patents/{number}/similar": {"get"},
    "/api/v1/applicants/{name}/portfolio": {"get"},
    "/api/v1/saved-searches": {"get", "post"},
    "/api/v1/saved-searches/{id}": {"delete", "put"},
    "/api/v1/saved-searches/{id}/results": {"get"},
    "/api/v1/policies": {"get"},
    "/api/v1/awards": {"get"},
    "/api/v1/support": {"get"},
    "/api/v1/campaigns": {"get"},
    "/api/v1/course-sessions": {"get"},
    "/api/v1/course-sessions/{id}": {"get"},
    "/api/v1/course-sessions/{id}/bookings": {"post"},
    "/api/v1/course-sessions/{id}/check-in": {"post"},
    "/api/v1/bookings": {"get"},
    "/api/v1/bookings/{number}": {"get", "delete"},
    "/api/v1/bookings/{number}/acceptance": {"post"},
    "/api/v1/bookings/{number}/answers": {"put"},
    "/api/v1/bookings/{number}/calendar": {"get"},
    "/api/v1/bookings/{number}/feedback": {"put"},
    "/api/v1/bookings/{number}/next-session": {"get"},
    "/api/v1/bookings/{number}/questions": {"post"},
    "/api/v1/bookings/{number}/certificates": {"post"},
    "/api/v1/certificates": {"get"},
    "/api/v1/certificates/{number}": {"get"},
    "/api/v1/certificates/{number}/link": {"post"},
    "/api/v1/handoffs": {"post"},
    "/api/v1/services": {"get"},
    "/api/v1/services/{key}": {"get"},
    "/api/v1/services/{key}/draft": {"get", "put", "delete"},
    "/api/v1/services/{key}/check": {"post"},
    "/api/v1/cases": {"get", "post"},
    "/api/v1/cases/{number}": {"get"},
    "/api/v1/cases/{number}/sheet": {"get"},
    "/api/v1/cases/{number}/calendar": {"get"},
    "/api/v1/cases/{number}/moves": {"post"},
    "/api/v1/cases/{number}/satisfaction": {"put"},
    "/api/v1/cases/{number}/news": {"put"},
    "/api/v1/cases/{number}/messages": {"get", "post"},
    "/api/v1/companies": {"get", "post"},
    "/api/v1/companies/{id}/members": {"get", "post"},
    "/api/v1/companies/{id}/members/{member_id}": {"put"},
    "/api/v1/companies/{id}/membership": {"delete"},
    "/api/v1/cases/{number}/documents": {"get", "post"},
    "/api/v1/documents/{id}": {"delete"},
    "/api/v1/documents/{id}/link": {"post"},
    "/api/v1/conversations": {"get"},
    "/api/v1/conversations/{id}/messages": {"get", "post"},
    "/api/v1/conversations/{id}/messages/{message_id}/feedback": {"post"},
    "/api/v1/practice-runs": {"post"},
    "/api/v1/practice-runs/{id}": {"get"},
    "/api/v1/practice-runs/{id}/answers": {"post"},
    "/api/v1/practice-runs/{id}/end": {"post"},
    "/api/v1/mock-papers": {"post"},
    "/api/v1/mock-papers/{id}": {"get"},
    "/api/v1/mock-papers/{id}/answers/{question}": {"put"},
    "/api/v1/mock-papers/{id}/submission": {"post"},
    "/api/v1/wrong-answers": {"get"},
    "/api/v1/exam-progress": {"get"},
    "/api/v1/exam-leaderboard": {"get"},
    "/api/v1/exam-leaderboard/membership": {"put", "delete"},
    "/api/v1/custody-rights": {"get", "post"},
    "/api/v1/custody-rights/{id}": {"get", "put", "delete"},
    "/api/v1/custody-rights/{id}/proof": {"put"},
    "/api/v1/custody-rights/{id}/keeper": {"put"},
    "/api/v1/custody-rights/{id}/wish": {"put"},
    "/api/v1/custody-imports": {"post"},
    "/api/v1/custody-photos": {"post"},
    "/api/v1/custody-rights/{id}/letters": {"post"},
    "/api/v1/custody-rights/{id}/papers": {"get", "post"},
    "/api/v1/custody-rights/{id}/papers/{paper_id}": {"delete"},
    "/api/v1/custody-rights/{id}/papers/{paper_id}/link": {"post"},
    "/api/v1/custody-workspace": {"get"},
    "/api/v1/custody-workspace/reductions": {"put"},
    "/api/v1/custody-letters": {"get"},
    "/api/v1/custody-letters/{id}": {"put"},
    "/api/v1/custody-fees": {"get"},
    "/api/v1/custody-dormant": {"get"},
    "/api/v1/custody-export": {"get"},
    "/api/v1/custody-products": {"get"},
    "/api/v1/custody-abroad": {"get"},
    "/api/v1/market/posts": {"get", "post"},
    "/api/v1/market/posts/{id}": {"get", "put", "delete"},
    "/api/v1/market/posts/{id}/submission": {"post"},
    "/api/v1/market/posts/{id}/until": {"put"},
    "/api/v1/market/posts/{id}/declarations": {"get"},
    "/api/v1/market/board": {"get"},
    "/api/v1/market/board/{id}": {"get"},
    "/api/v1/market/board/{id}/similar": {"get"},
    "/api/v1/market/favourites": {"get"},
    "/api/v1/market/favourites/{id}": {"put", "delete"},
    "/api/v1/market/comparison": {"get"},
    "/api/v1/market/board/{id}/details": {"get"},
    "/api/v1/market/board/{id}/promise": {"put"},
    "/api/v1/course-sessions/{id}/posts": {"get"},
    "/api/v1/companies/{id}/credit": {"get"},
    "/api/v1/credit-events/{id}/objection": {"put"},
    "/api/v1/credit-events/{id}/repair": {"put"},
    "/api/v1/market/events": {"get"},
    "/api/v1/market/events/{id}": {"get"},
    "/api/v1/market/events/{id}/entry": {"put", "delete"},
    "/api/v1/deal-export": {"get"},
    "/api/v1/market/matches": {"get"},
    "/api/v1/market/matches/{id}/feedback": {"put"},
    "/api/v1/notices": {"get"},
    "/api/v1/notices/{id}/dismissal": {"put"},
    "/api/v1/notice-preferences": {"get", "put"},
    "/api/v1/subscription-templates": {"get"},
    "/api/v1/subscription-reports": {"post"},
    "/api/v1/watches": {"get", "post"},
    "/api/v1/watches/{id}": {"delete", "put"},
    "/api/v1/deals": {"get", "post"},
    "/api/v1/deals/{number}": {"get"},
    "/api/v1/deals/{number}/consent": {"put"},
    "/api/v1/deals/{number}/rights": {"put"},
    "/api/v1/deals/{number}/offers": {"post"},
    "/api/v1/deals/{number}/offer-answer": {"put"},
    "/api/v1/deals/{number}/checks": {"put"},
    "/api/v1/deals/{number}/payments": {"put"},
    "/api/v1/deals/{number}/end": {"put"},
    "/api/v1/deals/{number}/messages": {"get", "post"},
    "/api/v1/deals/{number}/risks": {"get"},
    "/api/v1/deals/{number}/dispute": {"post"},
    "/api/v1/deals/{number}/benefits": {"get", "put", "delete"},
    "/api/v1/deals/{number}/benefits/words": {"put"},
    "/api/v1/deal-sales": {"get"},
    "/api/v1/deal-customers": {"get"},
    "/api/v1/quote-requests": {"get", "post"},
    "/api/v1/quote-requests/{id}": {"get"},
    "/api/v1/me": {"delete"},
}
EXAMPLES = 15


@pytest.fixture
def document(app: APIFlask) -> dict[str, Any]:
    spec: dict[str, Any] = app.test_client().get("/api/v1/openapi.json").get_json()
    return spec


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for operation in methods.values():
            yield path, operation


def test_the_document_names_every_operation_and_nothing_else(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    assert {path: set(methods) for path, methods in document["paths"].items()} == PATHS


def test_every_operation_describes_the_one_error_form(document: dict[str, Any]) -> None:
    for path, operation in operations(document):
        errors = {status: value for status, value in operation["responses"].items() if status[0] in "45"}
        assert {"400", "401", "422", "429", "500", "503"} <= set(errors), path
        assert all(value == {"$ref": f"#/components/responses/Error{status}"} for status, value in errors.items())
    for response in document["components"]["responses"].values():
        content = response["content"]["application/json"]
        assert content["schema"] == {"$ref": "#/components/schemas/ErrorOut"}
        assert not content["example"]["error"]["message"].isascii()


def test_every_operation_but_login_asks_for_the_token(document: dict[str, Any]) -> None:
    assert document["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"
    for path, operation in operations(document):
        assert operation["security"] == ([] if path in PUBLIC_PATHS else [{"bearer": []}])


def test_every_operation_is_explained_in_chinese(document: dict[str, Any]) -> None:
    for path, operation in operations(document):
        assert operation["summary"] and not operation["summary"].isascii(), path
        assert operation["operationId"].isascii()


def test_creates_take_an_idempotency_key(document: dict[str, Any]) -> None:
    for path in CREATES:
        parameters = {item["name"] for item in document["paths"][path]["post"]["parameters"]}
        assert "Idempotency-Key" in parameters


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    def references(value: Any) -> Iterator[str]:
        if isinstance(value, dict):
            yield from (item for name, item in value.items() if name == "$ref")
            for item in value.values():
                yield from references(item)
        elif isinstance(value, list):
            for item in value:
                yield from references(item)

    for reference in references(document):
        found: Any = document
        for part in reference.removeprefix("#/").split("/"):
            found = found[part]
        assert found


def learn(resources: Resources, phone: Phone) -> dict[str, str]:
    """A practice and a mock paper of the caller's, with one of its questions."""
    with resources.database.unit_of_work() as session:
        for answer, count in (("B", 6), ("AC", 14)):
            make_questions(session, resources.clock.now(), count, answer=answer)
    paper = phone.post("/mock-papers", {"subject": "patent_law"}).get_json()
    run = phone.post("/practice-runs", {}).get_json()
    return {"practice-runs": run["id"], "mock-papers": paper["id"], "question": paper["questions"][0]["id"]}


@pytest.fixture(scope="session")
def read_document() -> Callable[[APIFlask], OpenApiSchema]:
    """The document as schemathesis reads it, from the first app that is given: every app serves the same one."""
    read: list[OpenApiSchema] = []

    def read_once(app: APIFlask) -> OpenApiSchema:
        if not read:
            read.append(schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app))
        return read[0]

    return read_once


def watch_and_hear(resources: Resources, phone: Phone) -> dict[str, str]:
    """A watch of the caller's, and something that they were told."""
    watched = phone.post("/watches", {"kind": "ipc", "name": "H01M"}).get_json()["id"]
    with resources.database.unit_of_work() as session:
        user_id = session.scalars(select(Watch.user_id)).one()
        told = tell(
            session, user_id=user_id, topic=Topic.WATCH, key="n1", title="H01M有新公开", text="有新公开。",
            now=resources.clock.now(),
        )  # fmt: skip
        assert told is not None
        return {"watches": watched, "notices": told.public_id}


def own_deal(resources: Resources) -> tuple[str, str]:
    """A request for quotations of the caller's, and a deal in which offers go to and fro."""
    now = resources.clock.now()
    with resources.database.unit_of_work() as session:
        buyer = session.get_one(User, session.scalars(select(ApiSession.user_id)).first())
        scene = make_scene(session, now, buyer=buyer)
        agree(session, scene, now)
        return make_quote_request(session, buyer, now).public_id, scene.deal.number


@pytest.mark.slow
@pytest.mark.parametrize("path", sorted(PATHS))
def test_the_service_does_what_the_document_says(
    path: str,
    make_app: Callable[..., APIFlask],
    read_document: Callable[[APIFlask], OpenApiSchema],
    phone: Phone,
    mini_wechat: LocalWeChat,
    add_patents: Callable[..., None],
    resources: Resources,
    law: None,
) -> None:
    add_patents(make_patent("CN110000001B", "一种石墨烯散热膜及其制备方法"))
    served = make_app()
    schema = read_document(served)
    conversation_id = phone.post("/ask", {"text": "外观设计专利保护多少年"}).get_json()["conversation_id"]
    answer_id = str(phone.get(f"/conversations/{conversation_id}/messages").get_json()["items"][0]["id"])
    search_id = phone.post("/saved-searches", {"q": "石墨烯散热膜"}).get_json()["id"]
    case_number = phone.post("/cases", {"service": "pledge_financing", "form": PLEDGE}).get_json()["number"]
    company_id = phone.post("/companies", {"name": "广州云测科技有限公司"}).get_json()["id"]
    member_id = str(phone.get(f"/companies/{company_id}/members").get_json()["items"][0]["id"])
    body, kind = multipart({"key": "licence", "file": (BytesIO(pdf()), "a.pdf")})
    document_id = phone.client.post(
        f"/api/v1/cases/{case_number}/documents", data=body, content_type=kind, headers=phone.headers()
    ).get_json()["id"]
    own_ids = {"saved-searches": search_id, "companies": company_id, "documents": document_id}
    own_ids |= learn(resources, phone)
    rights = {"rights": [{"number": "12345678", "kind": "trademark"}]}
    own_ids["custody-rights"] = phone.post("/custody-rights", rights).get_json()["added"][0]["id"]
    body, kind = multipart({"file": (BytesIO(pdf("proof")), "a.pdf")})
    paper_id = phone.client.post(
        f"/api/v1/custody-rights/{own_ids['custody-rights']}/papers", data=body, content_type=kind,
        headers=phone.headers(),
    ).get_json()["id"]  # fmt: skip
    patent = {"rights": [{"number": "CN111000001B"}]}
    patent_id = phone.post("/custody-rights", patent).get_json()["added"][0]["id"]
    letter = {"kind": "refusal", "received_on": "2026-11-02"}
    own_ids["custody-letters"] = phone.post(f"/custody-rights/{patent_id}/letters", letter).get_json()["id"]
    need = {"side": "need", "text": "水泵轴承老是烧,想提前知道故障", "until": "2027-01-31"}
    own_ids["market"] = phone.post("/market/posts", need).get_json()["id"]
    own_ids |= watch_and_hear(resources, phone)
    own_ids["quote-requests"], deal_number = own_deal(resources)
    numbers = {"cases": case_number, "deals": deal_number}
    own_id = own_ids.get(path.split("/")[3], conversation_id)
    checks = [
        not_a_server_error,
        status_code_conformance,
        content_type_conformance,
        response_headers_conformance,
        response_schema_conformance,
        negative_data_rejection,
    ]

    for method in sorted(PATHS[path]):
        operation = schema[path][method]

        @given(case=st.one_of(operation.as_strategy(), operation.as_strategy(GenerationMode.NEGATIVE)))
        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        )
        def call(case: Any) -> None:
            real = {
                "id": own_id,
                "number": numbers.get(path.split("/")[3], "CN110000001B"),
                "message_id": answer_id,
                "name": "广州演示",
                "key": "pledge_financing",
                "member_id": member_id,
                "question": own_ids["question"],
                "paper_id": paper_id,
            }
            for name, value in case.path_parameters.items():
                # Every other call is about something that is there.
                case.path_parameters[name] = real[name] if len(str(value)) % 2 else value
            if path == "/api/v1/login" and isinstance(case.body, dict) and len(str(case.body.get("code"))) % 2:
                mini_wechat.codes[str(case.body.get("code"))] = CodeSession("oMini9", None, "a2V5")
            headers = {} if path == "/api/v1/logout" else phone.headers()
            case.call_and_validate(headers=headers, checks=checks, app=served)

        call()
