"""What no single room can promise: jobs exist, queues are served, no route is open by mistake, settings fail early."""

import importlib
import re
import subprocess
import sys
from pathlib import Path

import pytest
import redis
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from app import create_app
from bot.menu import MENU
from core.clock import FixedClock
from core.config import ConfigurationError, Settings
from core.db import Database
from dev.environment import build_environment
from dev.programs import workers
from jobs.runtime import outbox_job
from models import Platform
from services.job_names import QUEUES, JobName, Queue
from tests.conftest import ROOT
from tests.support.resources import make_resources

# Whoever adds a line here says that anybody on the internet may call it.
PUBLIC = {
    "healthz": "load balancers; says nothing",
    "readyz": "load balancers; names of parts only",
    "metrics": "METRICS_TOKEN or the proxy guards it; tested below",
    "static": "files",
    "console.static": "files",
    "console.login": "the way in",
    "console.missing": "the page for unknown addresses",
    "api.log_in": "the way in",
    "api.refresh_login": "carries its own token",
    "openapi.spec": "the description of the API",
    "openapi.docs": "its page",
    "openapi.swagger_ui_oauth_redirect": "part of that page",
    "public.static": "files of the page that checks time stamps",
    "public.file": "a link that we signed for minutes; tested with the documents",
    "public.custody_paper": "the same, for a paper that proves who owns a right; tested with the papers",
    "public.hash_page": "computes a hash in the browser",
    "public.proof_page": "the code in the address proves that the owner gave it",
    "public.proof_token": "the same",
    "public.proof_root": "the same",
    "public.course_page": "a session of a course, which is for everybody",
    "public.course_calendar": "the same, as a calendar file",
    "public.campaign_page": "a campaign of training, which is for everybody",
    "public.booking_calendar": "a signed link that only the person got who booked",
    "public.join_page": "the same, to the live stream",
    "public.join": "the same: checks in whose link it is",
    "public.door_screen": "a signed link for a projector on which nobody is logged in, until the session ends",
    "public.door_now": "the same",
    "public.door_words": "how one checks in: nothing of who has booked",
    "public.certificate_page": "who has the number, which nobody can guess, sees if it is valid and part of a name",
    "public.certificate_file": "a link that we signed for minutes for the certificate's owner",
    "public.awards": "decisions that the applicants agreed to have published; nothing else of their cases",
}
# WeChat's signature is the authentication.
SIGNED = {"wechat.official_account_verify", "wechat.official_account_receive"}
SIGNED |= {"wechat.mini_program_verify", "wechat.mini_program_receive"}

REQUIRED = {
    "SECRET_KEY": "k" * 40,
    "WECHAT_OFFICIAL_APP_ID": "wx1",
    "WECHAT_OFFICIAL_APP_SECRET": "s",
    "WECHAT_OFFICIAL_TOKEN": "t",
    "WECHAT_OFFICIAL_AES_KEY": "a" * 43,
}
PRODUCTION = {
    **REQUIRED,
    "ENVIRONMENT": "production",
    "DATABASE_URL": "postgresql://h/d",
    "PUBLIC_BASE_URL": "https://example.com",
}


@pytest.fixture
def app(tmp_path: Path, database: Database, database_url: str, redis_client: redis.Redis, clock: FixedClock) -> Flask:
    resources = make_resources(tmp_path, database, database_url, redis_client, "redis://127.0.0.1:1/0", clock)
    return create_app(resources.settings, resources)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.mark.parametrize("job", JobName)
def test_every_job_name_leads_to_an_outbox_job(job: JobName) -> None:
    module, _, name = job.value.rpartition(".")
    function = getattr(importlib.import_module(module), name)

    assert function.__code__ is outbox_job(lambda resources: None).__code__
    assert function.__name__ == name
    assert job in QUEUES


def test_make_run_and_both_deployments_serve_every_queue(tmp_path: Path) -> None:
    environment = build_environment(tmp_path, tmp_path, {}, {"web": 1, "sandbox": 2, "valkey": 3})
    compose = (ROOT / "deploy" / "compose.yaml").read_text(encoding="utf-8")
    target = (ROOT / "deploy" / "systemd" / "zhiqiao.target").read_text(encoding="utf-8")

    assert [program.command[-1] for program in workers(environment)] == [queue.value for queue in Queue]
    for queue in Queue:
        assert f"[python, worker.py, {queue}]" in compose
        assert f"zhiqiao-worker@{queue}.service" in target


def _calls(rule: Rule) -> list[tuple[str, str]]:
    path = re.sub(r"<(?:\w+:)?\w+>", "1", rule.rule)
    return [(method, path) for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})]


def test_every_route_refuses_a_stranger_or_is_on_the_public_list(app: Flask, client: FlaskClient) -> None:
    # Else the missing form token would be refused before anybody asks who is there.
    app.config["WTF_CSRF_METHODS"] = set()
    rules = list(app.url_map.iter_rules())
    open_to_all = []
    for rule in rules:
        if rule.endpoint in PUBLIC or rule.endpoint in SIGNED:
            continue
        for method, path in _calls(rule):
            answer = client.open(path, method=method, headers={"Content-Type": "application/json"}, data="{}")
            to_login = answer.status_code in (302, 303) and "/console/login" in answer.headers.get("Location", "")
            if not (to_login or answer.status_code == 401):
                open_to_all.append((method, rule.rule, answer.status_code))

    assert open_to_all == []
    assert {rule.endpoint for rule in rules} >= set(PUBLIC) | SIGNED, (
        "a public route that is no more: take it off the list"
    )


def test_every_webhook_refuses_what_wechat_did_not_sign(app: Flask, client: FlaskClient) -> None:
    signed = [rule for rule in app.url_map.iter_rules() if rule.endpoint in SIGNED]

    for method, path in [call for rule in signed for call in _calls(rule)]:
        query = {"signature": "0" * 40, "timestamp": "1", "nonce": "1", "echostr": "x"}
        answer = client.open(path, method=method, query_string=query, data="<xml></xml>")

        assert answer.status_code in (400, 403), (method, path)


def test_metrics_ask_for_the_token_where_there_is_one(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    resources = app.extensions["resources"]
    guarded = resources.settings.model_copy(update={"metrics_token": resources.settings.secret_key})
    monkeypatch.setitem(app.extensions, "resources", resources)
    client = create_app(guarded, type(resources)(**{**vars(resources), "settings": guarded})).test_client()
    token = guarded.secret_key.get_secret_value()

    assert client.get("/metrics").status_code == 401
    assert client.get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 401
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200
    assert "zhiqiao_webhook_seconds" in answer.text


@pytest.mark.parametrize(
    ("group", "expected"),
    [
        ("patents", {"import", "reindex"}),
        ("knowledge", {"import", "reindex", "statutes"}),
        ("staff", {"create", "list"}),
    ],
)
def test_every_command_is_found_under_its_group(app: Flask, group: str, expected: set[str]) -> None:
    listed = app.test_cli_runner().invoke(args=[group, "--help"])

    assert listed.exit_code == 0
    assert set(re.findall(r"^  ([a-z]+)  ", listed.output.split("Commands:")[1], re.MULTILINE)) == expected
    for name in expected:
        assert app.test_cli_runner().invoke(args=[group, name, "--help"]).exit_code == 0


def test_the_menu_command_tells_wechat_the_menu(app: Flask) -> None:
    answer = app.test_cli_runner().invoke(args=["menu"])

    assert answer.exit_code == 0, answer.output
    assert app.extensions["resources"].wechat[Platform.OFFICIAL_ACCOUNT].menu == MENU


def test_serving_does_not_read_what_only_imports_need() -> None:
    """Web and workers start in half the time without the readers of PDF, DOCX and XLSX, and without what draws."""
    unread = {"pypdf", "docx", "openpyxl", "openai", "alembic", "reportlab", "PIL"}
    script = f"import sys, app; print(*{unread} & sys.modules.keys())"
    answer = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)

    assert answer.stdout.strip() == ""


def test_two_apps_in_one_process_do_not_disturb_each_other(app: Flask) -> None:
    resources = app.extensions["resources"]
    second = create_app(resources.settings, resources)

    for each in (app, second):
        assert each.test_client().get("/healthz").status_code == 200
    assert {rule.rule for rule in app.url_map.iter_rules()} == {rule.rule for rule in second.url_map.iter_rules()}


@pytest.fixture
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An environment without a single setting of ours."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    return monkeypatch


def start_with(environment: pytest.MonkeyPatch, values: dict[str, str]) -> Settings:
    for name, value in values.items():
        environment.setenv(name, value)
    return Settings.from_env()


def test_an_empty_environment_is_refused_with_every_missing_name(bare_environment: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigurationError) as refusal:
        Settings.from_env()

    for name in REQUIRED.keys() - {"WECHAT_OFFICIAL_AES_KEY"}:
        assert name in str(refusal.value)


@pytest.mark.parametrize(
    ("base", "change", "named"),
    [
        (REQUIRED, {"WECHAT_OFFICIAL_AES_KEY": ""}, "WECHAT_OFFICIAL_AES_KEY is required"),
        (REQUIRED, {"WECHAT_OFFICIAL_AES_KEY": "short"}, "WECHAT_OFFICIAL_AES_KEY must have 43"),
        (REQUIRED, {"WECHAT_OFFICIAL_AES_KEY": "-" * 43}, "WECHAT_OFFICIAL_AES_KEY must have 43"),
        (REQUIRED, {"WECHAT_OFFICIAL_TOKEN": ""}, "WECHAT_OFFICIAL_TOKEN"),
        (REQUIRED, {"WECHAT_MINIPROGRAM_APP_ID": "wx2"}, "WECHAT_MINIPROGRAM_APP_SECRET and _TOKEN"),
        (REQUIRED, {"WECHAT_API_BASE_URL": "http://example.com"}, "WECHAT_API_BASE_URL"),
        (REQUIRED, {"TRUSTED_PROXY_COUNT": "many"}, "TRUSTED_PROXY_COUNT"),
        (PRODUCTION, {"DATABASE_URL": ""}, "DATABASE_URL is required"),
        (PRODUCTION, {"SECRET_KEY": "short"}, "SECRET_KEY needs at least 32"),
        (PRODUCTION, {"PUBLIC_BASE_URL": "http://example.com"}, "PUBLIC_BASE_URL must be https"),
        (PRODUCTION, {"WECHAT_API_BASE_URL": "http://127.0.0.1:8900"}, "WECHAT_API_BASE_URL"),
    ],
)
def test_a_wrong_setting_is_named_and_its_value_is_not_repeated(
    bare_environment: pytest.MonkeyPatch, base: dict[str, str], change: dict[str, str], named: str
) -> None:
    with pytest.raises(ConfigurationError, match=named) as refusal:
        start_with(bare_environment, base | change)

    assert REQUIRED["SECRET_KEY"] not in str(refusal.value)
    assert REQUIRED["WECHAT_OFFICIAL_AES_KEY"] not in str(refusal.value)


def test_a_complete_production_environment_starts(bare_environment: pytest.MonkeyPatch) -> None:
    settings = start_with(bare_environment, PRODUCTION)

    assert settings.is_production
    assert settings.sqlalchemy_url == "postgresql+psycopg://h/d"


def test_every_setting_is_documented_and_in_the_example_file() -> None:
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    documentation = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    names = {name.upper() for name in Settings.model_fields}

    assert set(re.findall(r"^([A-Z0-9_]+)=", example, re.MULTILINE)) == names
    assert {name for name in names if f"`{name}`" not in documentation} == set()


def test_a_chat_model_needs_an_address_and_a_key(bare_environment: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigurationError, match="OPENAI_BASE_URL and OPENAI_API_KEY"):
        start_with(bare_environment, REQUIRED | {"CHAT_MODEL": "some-model"})

    complete = {"CHAT_MODEL": "some-model", "OPENAI_BASE_URL": "http://127.0.0.1:9/v1", "OPENAI_API_KEY": "k"}
    assert start_with(bare_environment, REQUIRED | complete).answer_label == "由AI整理,以原文为准"
    assert start_with(bare_environment, REQUIRED | complete | {"AI_LABEL": "off"}).answer_label == ""
