"""The whole service on real databases and a real Valkey; only WeChat itself is played, by the local adapter."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import redis
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from adapters.search_index_local import LocalIndex
from adapters.wechat.local import LocalWeChat
from adapters.wechat.session import CodeSession
from app import create_app
from bot.asking import Asker
from bot.dialogue import Dialogue
from bot.turn import TurnRunner
from core.clock import CHINA, FixedClock
from core.config import Settings
from core.db import Database
from core.logs import configure_logging
from core.web import init_web
from dev.servers import Valkey
from miniapp_api import Rates, init_api
from models import Document, DocumentVersion, LegalStatus, Passage, Patent, PatentKind, Platform
from nlp.patent_index import PATENT_SCHEMA
from nlp.patent_search import PatentSearch
from nlp.policy_answers import build_answerer
from nlp.segmenter import Segmenter, default_segmenter
from nlp.understanding import Understander
from services.indexing import index_patents
from services.knowledge import PASSAGE_SCHEMA, index_passages
from services.resources import Resources
from tests.support.outside import make_outside
from tests.support.resources import make_settings

GUANGZHOU = "广东省广州市"
NOW = datetime(2026, 11, 23, 10, 0, tzinfo=CHINA)
OFTEN = "10000/minute"
GENEROUS = Rates(login=OFTEN, ask=OFTEN, handoff=OFTEN, photo=OFTEN, other=OFTEN)
ARTICLES = {
    "第四十二条": "发明专利权的期限为二十年,实用新型专利权的期限为十年,外观设计专利权的期限为十五年,均自申请日起计算。",
    "第四十三条": "专利权人应当自被授予专利权的当年开始缴纳年费。",
}


@pytest.fixture(scope="session")
def segmenter() -> Segmenter:
    return default_segmenter()


@pytest.fixture(scope="session")
def understander() -> Understander:
    return Understander()


@pytest.fixture
def settings(database_url: str, valkey: Valkey, tmp_path: Path) -> Settings:
    return make_settings(tmp_path / "var", database_url, valkey.url)


@pytest.fixture
def mini_wechat(clock: FixedClock) -> LocalWeChat:
    return LocalWeChat(Platform.MINI_PROGRAM, clock)


@pytest.fixture
def resources(
    settings: Settings,
    database: Database,
    clock: FixedClock,
    redis_client: redis.Redis,
    mini_wechat: LocalWeChat,
    segmenter: Segmenter,
    understander: Understander,
) -> Resources:
    patents, passages = LocalIndex(PATENT_SCHEMA), LocalIndex(PASSAGE_SCHEMA)
    return Resources(
        settings=settings,
        database=database,
        clock=clock,
        redis=redis_client,
        wechat={Platform.OFFICIAL_ACCOUNT: LocalWeChat(clock=clock), Platform.MINI_PROGRAM: mini_wechat},
        patent_index=patents,
        passage_index=passages,
        patent_search=PatentSearch(patents, segmenter),
        answerer=build_answerer(passages, segmenter),
        understander=understander,
        **make_outside(settings.var_dir, clock),
    )


@pytest.fixture
def make_app(settings: Settings, resources: Resources) -> Callable[..., APIFlask]:
    """An app with the API alone, answered by the real bot; `rates` are generous unless a test says otherwise."""

    def make(rates: Rates = GENEROUS, connection: redis.Redis | None = None) -> APIFlask:
        app = APIFlask(
            "zhiqiao", title="知桥小程序接口", version="1.0.0", docs_path=None, spec_path="/api/v1/openapi.json"
        )
        app.json.ensure_ascii = False  # type: ignore[attr-defined]
        app.config["MAX_CONTENT_LENGTH"] = 2 * 1024 * 1024
        configure_logging("ERROR")
        init_web(app)
        used = replace(resources, redis=connection or resources.redis)
        init_api(app, used, ask=Asker(resources, TurnRunner(resources, Dialogue())), rates=rates)
        return app

    return make


@pytest.fixture
def app(settings: Settings, resources: Resources) -> APIFlask:
    """The whole service, as it runs."""
    return create_app(settings.model_copy(update={"log_level": "ERROR"}), resources)


class Phone:
    """A logged-in mini-program: calls carry its token."""

    def __init__(self, client: FlaskClient, tokens: dict[str, Any]) -> None:
        self.client = client
        self.tokens = tokens

    def get(self, path: str, **query: Any) -> TestResponse:
        return self.client.get(f"/api/v1{path}", query_string=query, headers=self.headers())

    def post(self, path: str, body: Any = None, *, key: str | None = None) -> TestResponse:
        return self.client.post(f"/api/v1{path}", json=body, headers=self.headers(key))

    def put(self, path: str, body: Any = None) -> TestResponse:
        return self.client.put(f"/api/v1{path}", json=body, headers=self.headers())

    def delete(self, path: str) -> TestResponse:
        return self.client.delete(f"/api/v1{path}", headers=self.headers())

    def headers(self, key: str | None = None) -> dict[str, str]:
        named = {"Authorization": f"Bearer {self.tokens['access_token']}"}
        return named | ({"Idempotency-Key": key} if key else {})


@pytest.fixture
def log_in(app: APIFlask, mini_wechat: LocalWeChat) -> Callable[..., Phone]:
    """Log somebody in through the API itself."""

    def log_in(openid: str = "oMini1", unionid: str | None = None) -> Phone:
        mini_wechat.codes["code"] = CodeSession(openid=openid, unionid=unionid, session_key="c2Vzc2lvbi1rZXk=")
        client = app.test_client()
        answer = client.post("/api/v1/login", json={"code": "code"})
        assert answer.status_code == 200, answer.json
        return Phone(client, answer.get_json())

    return log_in


@pytest.fixture
def phone(log_in: Callable[..., Phone]) -> Phone:
    return log_in()


def make_patent(number: str, title: str, **values: Any) -> Patent:
    """A valid patent; serials grow with the number of the row."""
    defaults: dict[str, Any] = {
        "publication_number": number,
        "kind": PatentKind.INVENTION,
        "title": title,
        "applicants": [{"name": "广州演示材料有限公司", "type": "enterprise"}],
        "region": GUANGZHOU,
        "application_date": date(2021, 3, 15),
        "legal_status": LegalStatus.ACTIVE,
        "is_demo": True,
        "source": "tests",
        "data_date": date(2026, 11, 20),
        "content_hash": number,
        "change_serial": int("".join(sign for sign in number if sign.isdigit())),
        "updated_at": NOW,
    }
    return Patent(**defaults | values)


@pytest.fixture
def add_patents(resources: Resources, segmenter: Segmenter) -> Callable[..., None]:
    """Store patents and bring the index up to date."""

    def add(*patents: Patent) -> None:
        with resources.database.unit_of_work() as session:
            session.add_all(patents)
        index_patents(resources.database, resources.patent_index, segmenter)

    return add


def add_law(session: Session) -> None:
    """Two articles of the Patent Law, as they have stood since 2021-06-01, and one of Foshan alone."""
    foshan = {"第三条": "佛山市对发明专利授权给予资助。"}
    for title, region, articles in (("专利法", "全国", ARTICLES), ("佛山市专利资助办法", "广东省佛山市", foshan)):
        version = DocumentVersion(
            document=Document(key=title, kind="statute", title=title, region=region),
            version="2020-10-17",
            source="全国人大常委会",
            valid_from=date(2021, 6, 1),
            checked_at=date(2026, 11, 20),
            content_hash=title,
            imported_at=NOW,
        )
        session.add(version)
        for position, (label, text) in enumerate(articles.items()):
            session.add(Passage(version=version, position=position, label=label, text=text, change_serial=position + 1))


@pytest.fixture
def law(resources: Resources, segmenter: Segmenter) -> None:
    """The law of add_law, searchable."""
    with resources.database.unit_of_work() as session:
        add_law(session)
    index_passages(resources.database, resources.passage_index, segmenter, rebuild=True)
