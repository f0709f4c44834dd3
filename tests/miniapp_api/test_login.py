"""Login, refreshing and logging out, as the mini-program does them over HTTP."""

from collections.abc import Callable

import pytest
from apiflask import APIFlask
from sqlalchemy import select

from adapters.wechat.errors import WeChatError
from adapters.wechat.failing import FailingWeChat
from adapters.wechat.local import LocalWeChat
from adapters.wechat.session import CodeSession
from models import Platform, User
from services.resources import Resources
from tests.miniapp_api.conftest import Phone


def test_a_code_becomes_tokens_and_the_session_key_stays_with_us(app: APIFlask, mini_wechat: LocalWeChat) -> None:
    mini_wechat.codes["code"] = CodeSession(openid="oMini1", unionid="oUnion1", session_key="c2Vzc2lvbi1rZXk=")

    answer = app.test_client().post("/api/v1/login", json={"code": "code"})

    assert answer.status_code == 200
    assert set(answer.get_json()) == {"access_token", "refresh_token", "expires_in"}
    assert answer.get_json()["expires_in"] == 7200
    for secret in ("c2Vzc2lvbi1rZXk=", "oMini1", "oUnion1"):
        assert secret not in answer.text
    assert answer.headers["Cache-Control"] == "no-store"


def test_item_55_a_used_code_is_refused_in_words(app: APIFlask, phone: Phone) -> None:
    answer = app.test_client().post("/api/v1/login", json={"code": "code"})

    assert answer.status_code == 401
    assert answer.get_json()["error"] == {
        "code": "unauthorized",
        "message": "登录码无效或已经用过,请重新进入小程序。",
        "fields": {},
    }


@pytest.mark.parametrize(
    ("errcode", "status", "code"), [(45011, 429, "rate_limited"), (-1, 503, "upstream_unavailable")]
)
def test_item_55_wechat_that_is_busy_is_told_as_it_is(
    app: APIFlask, mini_wechat: LocalWeChat, monkeypatch: pytest.MonkeyPatch, errcode: int, status: int, code: str
) -> None:
    def refuse(_code: str) -> CodeSession:
        raise WeChatError(errcode, "busy", outcome="busy")

    monkeypatch.setattr(mini_wechat, "code_to_session", refuse)

    answer = app.test_client().post("/api/v1/login", json={"code": "code"})

    assert (answer.status_code, answer.get_json()["error"]["code"]) == (status, code)
    assert ("Retry-After" in answer.headers) == (status == 429)


def test_without_a_mini_program_login_says_so(app: APIFlask, resources: Resources) -> None:
    del resources.wechat[Platform.MINI_PROGRAM]

    answer = app.test_client().post("/api/v1/login", json={"code": "code"})

    assert answer.status_code == 503
    assert "小程序还没有配置" in answer.get_json()["error"]["message"]


def test_refreshing_rotates_and_a_used_token_ends_everything(phone: Phone) -> None:
    first = phone.tokens
    second = phone.post("/login/refresh", {"refresh_token": first["refresh_token"]})
    assert second.status_code == 200
    phone.tokens = second.get_json()
    assert phone.get("/conversations").status_code == 200

    reused = phone.post("/login/refresh", {"refresh_token": first["refresh_token"]})

    assert reused.status_code == 401
    assert phone.get("/conversations").status_code == 401
    assert phone.post("/login/refresh", {"refresh_token": phone.tokens["refresh_token"]}).status_code == 401


def test_after_logging_out_the_token_is_worth_nothing(phone: Phone) -> None:
    answer = phone.post("/logout")
    assert (answer.status_code, answer.data) == (204, b"")

    refused = phone.get("/conversations")

    assert refused.status_code == 401
    assert refused.headers["WWW-Authenticate"] == "Bearer"


def test_two_phones_of_one_person_log_out_apart(log_in: Callable[..., Phone]) -> None:
    one, other = log_in(), log_in()
    one.post("/logout")

    assert other.get("/conversations").status_code == 200


def stored_phone(resources: Resources) -> str | None:
    with resources.database.reading() as session:
        return session.scalars(select(User.phone)).one()


def test_a_shared_phone_number_is_kept_and_shown_only_in_part(
    phone: Phone, mini_wechat: LocalWeChat, resources: Resources
) -> None:
    mini_wechat.phone_codes["button"] = ("oMini1", "13800138000")

    answer = phone.post("/login/phone", {"code": "button"})

    assert (answer.status_code, answer.get_json()) == (200, {"phone": "138****8000"})
    assert stored_phone(resources) == "13800138000"
    with resources.database.reading() as session:
        assert session.scalars(select(User.phone_verified_at)).one() is not None
    assert phone.get("/services/pledge_financing").get_json()["known"] == {"phone": "13800138000"}


def test_a_used_or_foreign_phone_code_is_refused_and_the_login_stays(
    phone: Phone, mini_wechat: LocalWeChat, resources: Resources
) -> None:
    mini_wechat.phone_codes["theirs"] = ("oMini2", "13900139000")

    for code in ("theirs", "made-up"):
        refused = phone.post("/login/phone", {"code": code})
        assert (refused.status_code, refused.get_json()["error"]["code"]) == (422, "invalid_input")
        assert "再点一次" in refused.get_json()["error"]["fields"]["code"]
    assert stored_phone(resources) is None
    assert phone.get("/conversations").status_code == 200


@pytest.mark.parametrize(
    ("wechat", "status"),
    [(FailingWeChat("busy", 45011), 429), (FailingWeChat("unknown"), 503), (FailingWeChat("refused", 48001), 503)],
)
def test_wechat_that_gives_no_number_is_told_as_it_is(
    phone: Phone, resources: Resources, wechat: FailingWeChat, status: int
) -> None:
    resources.wechat[Platform.MINI_PROGRAM] = wechat

    assert phone.post("/login/phone", {"code": "button"}).status_code == status
    assert stored_phone(resources) is None


def test_only_who_is_logged_in_has_a_phone_to_keep(app: APIFlask) -> None:
    assert app.test_client().post("/api/v1/login/phone", json={"code": "button"}).status_code == 401
