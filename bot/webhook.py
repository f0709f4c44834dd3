"""WeChat's pushes: verified, taken in once, answered within five seconds or afterwards, never twice."""

import contextvars
import time
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeoutError
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, request
from sqlalchemy.exc import IntegrityError

from adapters.wechat.callback import Callback, CallbackRejected, OpenedPush
from adapters.wechat.passive import render_passive
from adapters.wechat.push import Push, parse_push
from bot.menu import MENU_TEXTS
from bot.turn import Finished, PassiveSlot, TurnRunner
from core import metrics
from core.ids import new_token
from core.logs import get_logger
from models import Platform
from services.deliveries import send_passive_later
from services.intake import Receipt, receive_push, resume_turn
from services.job_names import JobName, request_job
from services.passive_answers import PassiveAnswers
from services.resources import Resources
from services.turns import WEB_LEASE, Work

log = get_logger(__name__)

# WeChat cuts the connection at 5 s; an answer that is not ready by 4 s goes out through the API instead.
ANSWER_WITHIN_SECONDS = 4.0
# How long to let a turn finish that had claimed the answer just before the time was up.
GRACE_SECONDS = 0.7
LEASE_POLL_SECONDS = 0.05
SUCCESS = "success"
TURN_THREADS = 48


class PushEndpoint:
    """One WeChat app's push address."""

    def __init__(self, resources: Resources, runner: TurnRunner, callback: Callback, platform: Platform) -> None:
        self._resources = resources
        self._runner = runner
        self._callback = callback
        self._platform = platform
        self._app_id = resources.app_id(platform)
        self._passive_answers = PassiveAnswers(resources.database)
        # Threads start on first use, so building the app before a fork is safe.
        self._executor = ThreadPoolExecutor(TURN_THREADS, thread_name_prefix="turn")

    def verify(self) -> Response:
        """The handshake when the address is entered in WeChat's console."""
        try:
            echo = self._callback.verify_url(request.args, self._resources.clock.now())
        except CallbackRejected as rejection:
            return self._reject(rejection)
        return Response(echo, mimetype="text/plain")

    def receive(self) -> Response:
        started = time.monotonic()
        outcome = "failed"
        try:
            response, outcome = self._receive(started)
            return response
        except CallbackRejected as rejection:
            outcome = "rejected"
            return self._reject(rejection)
        finally:
            metrics.webhook_seconds.labels(outcome).observe(time.monotonic() - started)

    def _receive(self, started: float) -> tuple[Response, str]:
        now = self._resources.clock.now()
        limit = self._callback.max_body_bytes
        if (request.content_length or 0) > limit:
            raise CallbackRejected(413, "body too large")
        opened = self._callback.open(request.args, request.stream.read(limit + 1), request.content_type or "", now)
        push = parse_push(opened.fields)
        receipt = self._take_in(push)
        if receipt.kind == "repeat" and receipt.passive is not None:
            passive = receipt.passive
            return self._passive(opened, push, passive.payload, passive.id), "repeat"
        if receipt.kind == "wait":
            receipt = self._wait_for_lease(receipt, started)
        if receipt.work is None:
            return Response(SUCCESS, mimetype="text/plain"), receipt.kind
        finished = self._run(receipt.work, started)
        if finished.first is None:
            return Response(SUCCESS, mimetype="text/plain"), "later"
        return self._passive(opened, push, finished.first.payload, finished.first.delivery_id), "answered"

    def _take_in(self, push: Push) -> Receipt:
        try:
            return self._take_in_once(push)
        except IntegrityError:
            # Another process wrote the same push, or the same new user, at this moment: now its row is there.
            return self._take_in_once(push)

    def _take_in_once(self, push: Push) -> Receipt:
        with self._resources.database.unit_of_work() as session:
            return receive_push(
                session,
                push,
                app_id=self._app_id,
                platform=self._platform,
                text=words_of(push),
                now=self._resources.clock.now(),
            )

    def _wait_for_lease(self, receipt: Receipt, started: float) -> Receipt:
        """A message that came while the one before it is being answered waits its turn, then goes to a job."""
        turn_id = receipt.turn_id
        assert turn_id is not None
        while time.monotonic() - started < ANSWER_WITHIN_SECONDS - 0.5:
            time.sleep(LEASE_POLL_SECONDS)
            with self._resources.database.unit_of_work() as session:
                receipt = resume_turn(session, turn_id, now=self._resources.clock.now(), lasting=WEB_LEASE)
            if receipt.kind != "wait":
                return receipt
        now = self._resources.clock.now()
        with self._resources.database.unit_of_work() as session:
            request_job(session, JobName.RUN_TURN, key=f"{turn_id}-waited", now=now, turn_id=turn_id)
        return Receipt("silent")

    def _run(self, work: Work, started: float) -> Finished:
        # A mini-program has no passive answer with content (wechat-contract §1.6).
        can_be_passive = self._platform is Platform.OFFICIAL_ACCOUNT and not work.follows_unsent
        left = ANSWER_WITHIN_SECONDS - (time.monotonic() - started)
        slot = PassiveSlot(seconds=left if can_be_passive else 0)
        future: Future[Finished] = self._executor.submit(contextvars.copy_context().run, self._runner.run, work, slot)
        if self._platform is not Platform.OFFICIAL_ACCOUNT:
            return Finished()
        try:
            return future.result(timeout=max(left, 0))
        except FutureTimeoutError:
            if slot.close():
                return Finished()
        try:
            return future.result(timeout=GRACE_SECONDS)
        except FutureTimeoutError:
            # The turn took the slot but has not committed: WeChat is told success and will not ask again.
            log.warning("passive_answer_late", turn_id=work.lease.turn_id)
            future.add_done_callback(self._send_late)
            return Finished()

    def _send_late(self, future: Future[Finished]) -> None:
        """In the turn's own thread, or in the request's where the turn ended this very moment."""
        if future.exception() is None and (first := future.result().first) is not None:
            send_passive_later(self._resources.database, first.delivery_id, self._resources.clock.now())

    def _passive(self, opened: OpenedPush, push: Push, payload: Mapping[str, Any], delivery_id: int) -> Response:
        now = self._resources.clock.now()
        xml = render_passive(
            dict(payload), to_openid=push.openid, from_id=push.to_user, created_at=int(now.timestamp())
        )
        response = Response(self._callback.seal(opened, xml, now, new_token(8)), mimetype="text/xml")
        response.call_on_close(lambda: self._confirm(delivery_id, payload, now))
        return response

    def _confirm(self, delivery_id: int, payload: Mapping[str, Any], now: datetime) -> None:
        try:
            self._passive_answers.confirm(delivery_id, payload, now)
        except Exception:
            # The answer is out. An error from here would reach the web server, which logs the address with the openid.
            log.exception("passive_not_confirmed", delivery_id=delivery_id)

    @staticmethod
    def _reject(rejection: CallbackRejected) -> Response:
        log.warning("push_rejected", status=rejection.status, reason=rejection.reason)
        return Response("", status=rejection.status, mimetype="text/plain")


def words_of(push: Push) -> str:
    """What the user meant, in words: a tapped menu entry stands for its sentence."""
    if push.event == "click":
        return MENU_TEXTS.get(push.event_key or "", "帮助")
    return push.text


def create_webhook(resources: Resources, runner: TurnRunner, callbacks: Mapping[Platform, Callback]) -> Blueprint:
    """`/wechat/official` and `/wechat/miniprogram`, each where it is configured."""
    blueprint = Blueprint("wechat", __name__, url_prefix="/wechat")
    paths = {Platform.OFFICIAL_ACCOUNT: "/official", Platform.MINI_PROGRAM: "/miniprogram"}
    for platform, callback in callbacks.items():
        endpoint = PushEndpoint(resources, runner, callback, platform)
        name = platform.value
        blueprint.add_url_rule(paths[platform], f"{name}_verify", endpoint.verify, methods=["GET"])
        blueprint.add_url_rule(paths[platform], f"{name}_receive", endpoint.receive, methods=["POST"])
    return blueprint
