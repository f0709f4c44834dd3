"""Whole conversations, as owners have them, through the real webhook: who answers, with which facts, in which voice.

Each file under conversations/ holds a list of conversations. A turn is one of `say`, `click` (a menu key), `event` or
`send` (fields of another message). What it expects: `skill`; `starts`, `soon` (within the first 120 characters: what
the user needs), `has`, `lacks` (of what is read); `choices`
(texts behind the links); `memory` (dotted path: value, null where it must be gone); `cases` (how many there are);
`case` (what the newest one holds). `before` a turn: `matched` (three offers were found for a need of theirs) or `told`
(and they were told of them, as the last thing said), `summed` (three notices in one summary), `watched` (a watch of
theirs found two).
"""

import re
from datetime import datetime
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from bot import webhook
from core.clock import CHINA, FixedClock
from core.yaml_text import read_yaml
from models import Case, Conversation, Turn
from services.resources import Resources
from services.training.demonstration import load_demonstration
from tests.conftest import BACKENDS
from tests.support.matches import prepare_matches, prepare_summary
from tests.support.pushes import Pusher, event_fields, text_fields
from tests.support.watched import prepare_watch

FOLDER = Path(__file__).resolve().parent / "conversations"
COURSES = Path(__file__).resolve().parents[2] / "data" / "training" / "courses.yaml"
OPENID = "oOwner000000000000000000001"
FIRST_SECOND = 1_763_900_000
LINK = re.compile(
    r'<a href="weixin://bizmsgmenu\?msgmenucontent=(?P<text>[^&"]*)&msgmenuid=[^"]*">(?P<title>[^<]*)</a>'
)
LONGEST_RUNNING_TEXT = 300
BEFORE_THE_FACT = 120
MOST_LINKS, LONGEST_TITLE = 3, 16
# Numbered lists, and the lettered options of a question.
LIST_LINE = re.compile(r"^(?:\d+|[A-F])\. ")
# Patents are quoted as they were published, commas and all.
QUOTED = re.compile(r"^(?:摘要:|共\d+项权利要求|只有1项权利要求|\d+\. )")
CLUMSY = re.compile(
    r"[!\uff01]|亲|None|[,\uff0c;\uff1b:\uff1a。]{2}|[,\uff0c·]\s*$|^[,\uff0c:\uff1a。;\uff1b]|条件:。|1年1月1日",
    re.MULTILINE,
)


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is answered matters here; how fast a busy machine is has its own tests."""
    monkeypatch.setattr(webhook, "ANSWER_WITHIN_SECONDS", 60.0)


def _conversations() -> list[Any]:
    found = []
    for path in sorted(FOLDER.glob("*.yaml")):
        for conversation in read_yaml(path):
            backends = BACKENDS if conversation.get("on_both_databases") else ("sqlite",)
            name = f"{path.stem}: {conversation['name']}"
            found += [pytest.param(backend, conversation, id=f"{name} ({backend})") for backend in backends]
    return found


CONVERSATIONS = _conversations()


@pytest.mark.parametrize(("database_url", "conversation"), CONVERSATIONS, indirect=["database_url"])
def test_a_conversation(
    conversation: dict[str, Any], client: FlaskClient, pusher: Pusher, resources: Resources, clock: FixedClock
) -> None:
    if "at" in conversation:
        clock.advance(datetime.fromisoformat(conversation["at"]).replace(tzinfo=CHINA) - clock.now())
    if conversation.get("timetable"):
        with resources.database.unit_of_work() as session:
            load_demonstration(session, COURSES, clock.now())

    for place, turn in enumerate(conversation["turns"], start=1):
        if (before := turn.get("before")) == "summed":
            prepare_summary(resources, OPENID, clock)
        elif before == "watched":
            prepare_watch(resources, OPENID, clock)
        elif before:
            prepare_matches(resources, OPENID, clock, is_told=before == "told")
        reply = _play(turn, place, client, pusher)
        where = f"turn {place}, {turn.get('say') or turn}, answered: {reply}"
        _check_reply(turn, reply, where)
        _check_state(turn, resources, where)
        _check_voice(reply, where)


def test_there_are_enough_conversations_of_several_turns() -> None:
    long_ones = {each.values[1]["name"] for each in CONVERSATIONS if len(each.values[1]["turns"]) > 1}

    assert len(CONVERSATIONS) >= 64
    assert len(long_ones) >= 60


def _play(turn: dict[str, Any], place: int, client: FlaskClient, pusher: Pusher) -> str:
    second = FIRST_SECOND + place
    if "click" in turn:
        fields = event_fields(OPENID, "CLICK", turn["click"], CreateTime=second)
    elif "event" in turn:
        fields = event_fields(OPENID, turn["event"], CreateTime=second)
    else:
        text = str(turn.get("say", "")) * turn.get("times", 1)
        fields = text_fields(OPENID, text, CreateTime=second, **turn.get("send", {}))
    if "send" in turn:
        del fields["Content"]
    with pusher.push(client, fields) as response:
        assert response.status_code == 200
        return str(pusher.opened(response.get_data(as_text=True)).get("Content", ""))


def _check_reply(turn: dict[str, Any], reply: str, where: str) -> None:
    read = unescape(LINK.sub(lambda link: link["title"], reply))
    assert read.startswith(turn.get("starts", "")), where
    for words in turn.get("soon", []):
        assert str(words) in read[:BEFORE_THE_FACT], f"{words!r} comes too late or never: {where}"
    for words in turn.get("has", []):
        assert str(words) in read, f"{words!r} is missing: {where}"
    for words in turn.get("lacks", []):
        assert str(words) not in read, f"{words!r} should not be there: {where}"
    offered = [unquote(link["text"]) for link in LINK.finditer(reply)]
    for choice in turn.get("choices", []):
        assert choice in offered, f"{choice!r} is not offered: {where}"


def _check_state(turn: dict[str, Any], resources: Resources, where: str) -> None:
    with resources.database.reading() as session:
        last = session.scalars(select(Turn).order_by(Turn.id.desc()).limit(1)).one()
        memory = session.scalars(select(Conversation)).one().memory
        case = session.scalars(select(Case).order_by(Case.id.desc()).limit(1)).first()
        count = session.scalar(select(func.count()).select_from(Case))
    if "skill" in turn:
        assert last.skill == turn["skill"], where
    for path, expected in turn.get("memory", {}).items():
        value: Any = memory
        for name in path.split("."):
            value = (value or {}).get(name)
        assert value == expected, f"memory {path} is {value!r}: {where}"
    assert count == turn.get("cases", count), where
    for name, expected in turn.get("case", {}).items():
        assert getattr(case, name) == expected, where


def _check_voice(reply: str, where: str) -> None:
    """What voice.md asks of every text: short, calm, at most three things to tap, no slip of the pen."""
    links = list(LINK.finditer(reply))
    text = LINK.sub("", reply).rstrip(" ·\n")
    lines = [line for line in text.splitlines() if line]
    running = [line for line in lines if not LIST_LINE.match(line)]
    assert text, where
    assert len("".join(running)) <= LONGEST_RUNNING_TEXT, where
    assert sum(bool(LIST_LINE.match(line)) for line in lines) <= 5, where
    assert len(links) <= MOST_LINKS, where
    assert all(0 < len(unescape(link["title"])) <= LONGEST_TITLE for link in links), where
    own = "\n".join(line for line in lines if not QUOTED.match(line) and "Chinese only" not in line)
    assert not CLUMSY.search(own), f"{CLUMSY.search(own)}: {where}"
    assert ("CN199" not in text and "CN299" not in text and "CN399" not in text) or "演示数据" in text, where
