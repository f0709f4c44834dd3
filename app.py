"""The composition root: the one file that sees every room."""

import hmac
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import redis
from apiflask import APIFlask
from flask import Response, jsonify, request
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from redis.backoff import NoBackoff
from redis.retry import Retry
from werkzeug.middleware.proxy_fix import ProxyFix

from adapters.chat_model import OpenAIChatModel
from adapters.clock import SandboxOffset
from adapters.embedder import LocalEmbedder
from adapters.files_local import LocalFiles
from adapters.files_s3 import S3Files
from adapters.notary import HttpNotary, NoNotary
from adapters.notary_local import LocalNotary
from adapters.search_index import TantivyIndex
from adapters.timestamp import HttpTimestampAuthority, NoTimestampAuthority
from adapters.timestamp_local import LocalTimestampAuthority
from adapters.vector_store import VectorStore
from adapters.wechat.client import WeChatClient
from bot.asking import Asker
from bot.callbacks import build_callbacks
from bot.dialogue import Dialogue
from bot.searching import answer_search
from bot.skills.assisted import Assistant, AssistedDialogue
from bot.turn import TurnRunner
from bot.webhook import create_webhook
from console import init_console
from core.clock import Clock, OffsetClock, SystemClock
from core.config import DataSettings, Environment, Settings
from core.db import Database
from core.errors import Unauthorized
from core.logs import configure_logging
from core.web import init_web
from jobs.commands import register_commands
from miniapp_api import init_api
from models import Platform
from nlp.asking import Ask
from nlp.ipc_titles import TITLES, IpcTitles
from nlp.patent_search import PatentSearch
from nlp.policy_answers import build_answerer
from nlp.ports import ChatModel
from nlp.remembered_answers import RememberingAnswerer
from nlp.searching import Search
from nlp.segmenter import default_segmenter
from nlp.understanding import Understander
from public import init_public
from services.catalogue import catalogue
from services.dated_data.following import SettingsFollower
from services.health import check_health
from services.indexing import PATENT_SCHEMA
from services.knowledge import PASSAGE_SCHEMA, answer_policy_question
from services.measures import BacklogCollector
from services.ports import FileStore, Notary, TimestampAuthority, WeChat
from services.resources import Resources
from services.training.certificates import NUMBER_IN_PATH


def build_clock(settings: Settings) -> Clock:
    """The machine's time; in development the sandbox's virtual clock."""
    if settings.environment is Environment.DEVELOPMENT and settings.uses_wechat_sandbox:
        return OffsetClock(SandboxOffset(settings.wechat_api_base_url))
    return SystemClock()


def build_wechat(settings: Settings, connection: redis.Redis, clock: Clock) -> dict[Platform, WeChat]:
    """A client for each WeChat app that is configured."""
    apps = {
        Platform.OFFICIAL_ACCOUNT: (settings.wechat_official_app_id, settings.wechat_official_app_secret),
        Platform.MINI_PROGRAM: (settings.wechat_miniprogram_app_id, settings.wechat_miniprogram_app_secret),
    }
    return {
        platform: WeChatClient(
            app_id=app_id,
            secret=secret.get_secret_value(),
            redis=connection,
            base_url=settings.wechat_api_base_url,
            platform=platform,
            clock=clock,
        )
        for platform, (app_id, secret) in apps.items()
        if app_id and secret
    }


def build_files(settings: Settings) -> FileStore:
    """The bucket that is configured, else the disk."""
    if settings.files_s3_secret_key is None:
        return LocalFiles(settings.var_dir.resolve() / "files")
    return S3Files(
        settings.files_s3_endpoint,
        settings.files_s3_bucket,
        settings.files_s3_access_key,
        settings.files_s3_secret_key.get_secret_value(),
        settings.files_s3_region,
    )


def build_timestamps(settings: Settings) -> TimestampAuthority:
    """The authority that is configured; without one our own in development and tests, none in production."""
    if settings.timestamp_ca_file is not None:
        roots = settings.timestamp_ca_file.read_bytes()
        return HttpTimestampAuthority(settings.timestamp_url, roots, settings.timestamp_name)
    if settings.is_production:
        return NoTimestampAuthority()
    return LocalTimestampAuthority(settings.var_dir.resolve() / "timestamp-authority")


def build_notary(settings: Settings, clock: Clock) -> Notary:
    """The office that is configured; without one our own in development and tests, none in production."""
    if settings.notary_secret is not None:
        return HttpNotary(settings.notary_url, settings.notary_secret.get_secret_value(), settings.notary_name)
    return NoNotary() if settings.is_production else LocalNotary(settings.var_dir.resolve() / "notary", clock.now)


def build_resources(settings: Settings) -> Resources:
    """Everything a process needs, connected to nothing yet."""
    clock = build_clock(settings)
    connection = redis.Redis.from_url(
        settings.redis_url,
        socket_timeout=5,
        socket_connect_timeout=1,
        health_check_interval=30,
        # The library's own back-off would cost seconds at the first call of each request while the queue is down.
        retry=Retry(NoBackoff(), 1),
    )
    database = Database(settings.sqlalchemy_url)
    segmenter = default_segmenter()
    index_dir = settings.var_dir.resolve() / "index"
    vectors = build_vectors(settings)
    patent_index = TantivyIndex(index_dir / "patents", PATENT_SCHEMA, segmenter.fingerprint)
    passage_index = TantivyIndex(index_dir / "passages", PASSAGE_SCHEMA, segmenter.fingerprint)
    titles = IpcTitles(segmenter, settings.var_dir.resolve() / TITLES)
    return Resources(
        settings=settings,
        database=database,
        clock=clock,
        redis=connection,
        wechat=build_wechat(settings, connection, clock),
        patent_index=patent_index,
        passage_index=passage_index,
        patent_search=PatentSearch(patent_index, segmenter, titles),
        answerer=RememberingAnswerer(build_answerer(passage_index, segmenter, **vectors), passage_index),
        understander=Understander(ipc_titles=titles),
        files=build_files(settings),
        timestamps=build_timestamps(settings),
        notary=build_notary(settings, clock),
        answerer_over=lambda index: build_answerer(index, segmenter, **vectors),
        embedder=vectors["embedder"],
        chat_model=build_chat_model(settings),
    )


@contextmanager
def open_knowledge() -> Iterator[Ask]:
    """For commands without WeChat and queue: asks the knowledge that DATABASE_URL and VAR_DIR name."""
    settings = DataSettings()
    configure_logging("WARNING")
    database, segmenter = Database(settings.sqlalchemy_url), default_segmenter()
    index = TantivyIndex(settings.var_dir.resolve() / "index" / "passages", PASSAGE_SCHEMA, segmenter.fingerprint)
    answerer = build_answerer(index, segmenter, **build_vectors(settings))
    with database.reading() as session:
        yield lambda text, at, history: answer_policy_question(
            answerer, session, question=text, on=at, region=None, history=history
        )


@contextmanager
def open_patents() -> Iterator[Search]:
    """For commands without WeChat and queue: searches the patents that DATABASE_URL and VAR_DIR name."""
    settings = DataSettings()
    configure_logging("WARNING")
    database, segmenter = Database(settings.sqlalchemy_url), default_segmenter()
    index = TantivyIndex(settings.var_dir.resolve() / "index" / "patents", PATENT_SCHEMA, segmenter.fingerprint)
    titles = IpcTitles(segmenter, settings.var_dir.resolve() / TITLES)
    search, understander = PatentSearch(index, segmenter, titles), Understander(ipc_titles=titles)
    with database.reading() as session:
        yield lambda text, at, history: answer_search(session, search, understander, text=text, on=at, history=history)


def build_vectors(settings: DataSettings) -> dict[str, Any]:
    """The embedder of questions and where its vectors are kept."""
    embedder = LocalEmbedder()
    return {"vectors": VectorStore.beside(settings.var_dir, embedder), "embedder": embedder}


def build_chat_model(settings: Settings) -> ChatModel | None:
    """The chat model that is configured; none is fine."""
    if not settings.chat_model or settings.openai_api_key is None:
        return None
    return OpenAIChatModel(settings.openai_base_url, settings.openai_api_key.get_secret_value(), settings.chat_model)


def build_dialogue(resources: Resources) -> Dialogue:
    """The bot's dialogue, with the chat model's help where there is one."""
    model = resources.chat_model
    return Dialogue() if model is None else AssistedDialogue(Assistant(resources, model))


def create_app(settings: Settings, resources: Resources | None = None) -> APIFlask:
    """The whole service. Tests hand in resources of their own."""
    configure_logging(settings.log_level)
    catalogue()  # a service that contradicts itself stops the start, not a case
    app = APIFlask(
        "zhiqiao",
        title="知桥小程序接口",
        version="1.0.0",
        # The framework's page runs scripts of a third party on the address that the console has too.
        docs_path=None if settings.is_production else "/api/v1/docs",
        spec_path="/api/v1/openapi.json",
    )
    app.secret_key = settings.secret_key.get_secret_value()
    app.config.update(
        MAX_CONTENT_LENGTH=2 * 1024 * 1024,
        PERMANENT_SESSION_LIFETIME=timedelta(hours=12),
        SESSION_COOKIE_SECURE=settings.is_production,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
    )
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    if settings.trusted_proxy_count:
        hops = settings.trusted_proxy_count
        # Not the host: proxies pass X-Forwarded-Host on as the client wrote it, while Host is theirs.
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=0)  # type: ignore[method-assign]
    resources = resources or build_resources(settings)
    SettingsFollower(resources.clock).follow(resources.database)
    runner = TurnRunner(resources, build_dialogue(resources))
    app.extensions["resources"] = resources
    app.extensions["turn_runner"] = runner
    init_web(app, unlogged=NUMBER_IN_PATH)
    app.register_blueprint(create_webhook(resources, runner, build_callbacks(settings)))
    init_api(app, resources, ask=Asker(resources, runner))
    init_console(app, resources)
    init_public(app, resources)
    _add_operations(app, resources)
    register_commands(app, resources)
    return app


def _add_operations(app: APIFlask, resources: Resources) -> None:
    """For load balancers and Prometheus; nothing about people or messages."""

    @app.get("/healthz")
    @app.doc(hide=True)
    def healthz() -> Response:
        return jsonify({"status": "ok"})

    @app.get("/readyz")
    @app.doc(hide=True)
    def readyz() -> tuple[Response, int]:
        health = check_health(resources)
        status = "ready" if health.is_ready else "not ready"
        return jsonify({"status": status, "checks": health.checks}), 200 if health.is_ready else 503

    @app.get("/metrics")
    @app.doc(hide=True)
    def metrics() -> Response:
        token = resources.settings.metrics_token
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if token is None and resources.settings.is_production:
            raise Unauthorized  # closed until somebody sets METRICS_TOKEN
        if token is not None and not hmac.compare_digest(given.encode(), token.get_secret_value().encode()):
            raise Unauthorized
        registry = REGISTRY
        # prometheus_client itself reads this variable; only where it is set do processes share their values.
        if Path(os.environ.get("PROMETHEUS_MULTIPROC_DIR", "/nonexistent")).is_dir():
            registry = CollectorRegistry()
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        backlog = CollectorRegistry()
        backlog.register(BacklogCollector(resources))
        body = generate_latest(registry) + generate_latest(backlog)
        return Response(body, content_type=CONTENT_TYPE_LATEST)
