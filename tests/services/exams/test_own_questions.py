"""The questions written for this project: whole, evenly spread, each with an article that is there and in force."""

import json
import re
from collections import Counter
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from core.yaml_text import read_yaml
from nlp.question_bank import FOLDER as QUESTION_FOLDER
from services.exams.citations import period_of, read_cite, said_cites
from services.exams.topics import TOPICS
from services.knowledge_import.validity import known_validity
from tests.support.exams import BANK

ENTRIES: list[dict[str, Any]] = read_yaml(BANK)
# One message holds the verdict on the last question and the next question.
LONGEST_RUNNING_TEXT = 300
FRAME = len(
    "不对,答案是A、B、C。依据:。第10题/共10题 · 多选 · 商业秘密和不正当竞争 · 难回复字母,多选就一起发,比如 AC。"
)
ARTICLE = "第[零一二三四五六七八九十百]+条"
FIGURE = re.compile(r"\d[\d,]*(?:年|个月|日|个工作日|万元|元|倍|%|项)")
DAY = re.compile(r"20\d\d年\d+月\d+日")
FULL_TITLE = {"civil-code": "民法典"}


def test_there_are_enough_of_them_on_every_topic() -> None:
    topics = Counter(entry["topic"] for entry in ENTRIES)

    assert len(ENTRIES) >= 120
    assert topics.keys() == TOPICS.keys() - {"past_papers"}
    assert min(topics.values()) >= 4
    assert len({entry["code"] for entry in ENTRIES}) == len({entry["stem"] for entry in ENTRIES}) == len(ENTRIES)


def test_every_question_is_whole_and_short_enough_for_a_phone() -> None:
    longest_answer = max(len(entry["why"]) + sum(map(len, entry["cites"])) for entry in ENTRIES)
    for entry in ENTRIES:
        assert len(entry["options"]) == 4 == len(set(entry["options"])), entry["code"]
        assert re.fullmatch("A?B?C?D?", entry["answer"]), entry["code"]
        assert 1 <= len(entry["answer"]) < 4, entry["code"]
        assert entry["why"].endswith("。"), entry["code"]
        assert not re.search("[A-D]项|选项[A-D]", entry["why"]), entry["code"]
        assert longest_answer + len(entry["stem"]) + FRAME <= LONGEST_RUNNING_TEXT, entry["code"]


def test_no_letter_is_right_more_often_than_others() -> None:
    for answers in (
        [entry["answer"] for entry in ENTRIES if len(entry["answer"]) == 1],
        [entry["answer"] for entry in ENTRIES if len(entry["answer"]) > 1],
    ):
        letters = Counter("".join(answers))
        fair = letters.total() / 4
        assert all(0.8 * fair <= letters[letter] <= 1.2 * fair for letter in "ABCD"), letters


def test_the_longest_option_is_not_a_hint_to_the_right_one() -> None:
    singles = [entry for entry in ENTRIES if len(entry["answer"]) == 1]
    hinted = [
        entry
        for entry in singles
        if len(entry["options"]["ABCD".index(entry["answer"])]) > 1.5 * sorted(map(len, entry["options"]))[-2]
    ]

    assert len(hinted) <= len(singles) // 10


def test_every_question_names_laws_that_this_project_knows_and_holds_now_or_from_a_day_that_is_known() -> None:
    today = date(2026, 11, 28)
    known = {law for law, _passed in known_validity()} | {
        match[1] for path in QUESTION_FOLDER.glob("*.txt")
        if (match := re.search("^law: *(.+)$", path.read_text(encoding="utf-8"), re.MULTILINE))
    }  # fmt: skip
    for entry in ENTRIES:
        cites = [read_cite(text) for text in entry["cites"]]
        first, last = period_of(cites)
        assert {cite["law"] for cite in cites} <= known, entry["code"]
        assert last is None or (first or date.min) <= last, entry["code"]
        assert said_cites(cites, max(today, first or today)), entry["code"]
        assert last is None or last >= today, entry["code"]


def test_most_questions_hold_on_both_sides_of_the_next_change_of_law() -> None:
    for day in (date(2026, 11, 28), date(2027, 1, 1)):
        holding = [entry for entry in ENTRIES if said_cites([read_cite(text) for text in entry["cites"]], day)]
        assert len(holding) >= 120


@lru_cache(maxsize=1)
def statutes(folder: Path) -> dict[tuple[str, str, str], str]:
    """Every article in the texts, by law, year of the version ("" where the file does not say) and number."""
    found: dict[tuple[str, str, str], str] = {}
    for line in (folder / "statutes.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        name = row["law"].replace("中华人民共和国", "")
        book = next((law for part, law in FULL_TITLE.items() if part in row["file"]), None)
        year = (re.search(r"versions/(\d{4})", row["file"]) or ["", ""])[1]
        found[book or name, year, row["article"]] = row["text"]
    for line in (folder / "regulations.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        for part in re.split(rf"\n\s*(?={ARTICLE}[\s\u3000])", row["text"]):
            if match := re.match(ARTICLE, part):
                found[row["title"], str(row["date"] or "")[:4], match[0]] = part
                found.setdefault((row["title"], "", match[0]), part)
    return found


def test_the_articles_behind_the_questions_are_in_the_statutes(shared_data: Path) -> None:
    there = statutes(shared_data / "laws")
    missing = [(entry["code"], text) for entry in ENTRIES for text in entry["cites"] if not _found(there, text)]

    assert not missing


def test_the_figures_of_a_right_answer_stand_in_its_articles(shared_data: Path) -> None:
    there = statutes(shared_data / "laws")
    missing = []
    for entry in ENTRIES:
        if len(entry["answer"]) > 1:
            continue
        right = entry["options"]["ABCD".index(entry["answer"])]
        said = _digits("".join(_found(there, text) for text in entry["cites"]))
        figures = [each.replace(",", "") for each in FIGURE.findall(DAY.sub("", right))]
        missing += [(entry["code"], each) for each in figures if each not in said]

    assert not missing


def _found(there: dict[tuple[str, str, str], str], text: str) -> str:
    """The article as the version cited has it; "" where it is not there."""
    cite = read_cite(text)
    version = known_validity().get((cite["law"], date.fromisoformat(cite["passed"]))) if cite["passed"] else None
    years = [str(version.valid_from.year), str(version.passed.year), ""] if version else [""]
    return next((there[key] for year in years if (key := (cite["law"], year, cite["article"])) in there), "")


def _digits(text: str) -> str:
    """二十年 as 20年, 五百万元 as 500万元, 两年 as 2年, 百分之五十 as 50%."""
    text = re.sub(r"百分之([零一二两三四五六七八九十百]+)", lambda match: f"{_number(match[1])}%", text)
    return re.sub(
        r"[零一二两三四五六七八九十百]+(?=个?月|年|日|倍|万元|元|项|个工作日)",
        lambda match: str(_number(match[0])),
        text,
    )


def _number(chinese: str) -> int:
    total, last = 0, 0
    for sign in chinese:
        if sign in "十百":
            total += (last or 1) * (10 if sign == "十" else 100)
            last = 0
        else:
            last = "零一二三四五六七八九".find(sign) if sign != "两" else 2
    return total + last
