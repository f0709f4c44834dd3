"""The data behind the rules: articles exist where they are named, amounts have a source, versions do not overlap."""

import itertools
import json
import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from nlp.rules.catalogue import ALL, find_rule
from nlp.rules.configuration import DATA, deadline_entries
from nlp.rules.deadlines import length_in_words

AMOUNTS = yaml.safe_load((DATA / "amounts.yaml").read_text(encoding="utf-8"))
WORDS = {"15日": "十五日", "30日": "三十日", "60日": "六十日", "18个月": "十八个月", "16个月": "十六个月"}
SMALL = {str(number): word for number, word in enumerate("零一二三四五六七八九")}


@pytest.fixture(scope="session")
def articles(shared_data: Path) -> dict[tuple[str, str], str]:
    """All versions of an article's text, by law and number; 民法典 is its books together."""
    found: dict[tuple[str, str], str] = {}
    for line in (shared_data / "laws" / "statutes.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        name = row["law"].replace("中华人民共和国", "")
        for folder, law in (("civil-code", "民法典"), ("civil-procedure", "民事诉讼法")):
            name = law if folder in row["file"] else name
        found[name, row["article"]] = found.get((name, row["article"]), "") + row["text"]
    for line in (shared_data / "laws" / "regulations.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        for part in re.split(r"\n\s*(?=第[一二三四五六七八九十百零]+条)", row["text"]):
            match = re.match(r"第[一二三四五六七八九十百零]+条", part)
            if match:
                found[row["title"], match[0]] = found.get((row["title"], match[0]), "") + part
    return found


def test_every_article_that_a_rule_names_is_in_the_texts(articles: dict[tuple[str, str], str]) -> None:
    missing = {article for rule in ALL for article in rule.articles if article not in articles}

    assert not missing


@pytest.mark.parametrize("entry", deadline_entries(), ids=lambda entry: f"{entry['name']}-{entry['valid_from']}")
def test_the_length_of_a_deadline_stands_in_its_articles(
    entry: dict[str, Any], articles: dict[tuple[str, str], str]
) -> None:
    if entry["name"].startswith("office_action"):
        # The examiner sets it; the usual length is that of the Examination Guidelines, part V, chapter 7, 1.2.
        return
    length = length_in_words(entry)
    said = WORDS.get(length) or re.sub(r"^\d", lambda match: SMALL[match[0]], length)
    forms = {length, said, said.replace("二年", "两年")}
    text = "".join(articles[law, article] for law, article in entry["articles"]).replace("二个月", "二个月")

    assert any(form in text for form in forms), (length, forms)


TIMES = {0.2: "百分之二十", 1: "一倍|1倍", 5: "五倍|5倍", 10: "十倍"}
SUMS = {10_000: "一万元", 50_000: "五万元", 250_000: "二十五万元"}


def test_every_multiple_and_flat_sum_of_a_fine_stands_in_its_article(articles: dict[tuple[str, str], str]) -> None:
    for version in AMOUNTS["fines"]:
        for wrong, entry in version.items():
            if not isinstance(entry, dict):
                continue
            text = articles[entry["law"], entry["article"]]
            sums = [entry[name] for name in ("threshold", "flat", "least_flat") if entry.get(name)]
            forms = [TIMES[entry[name]] for name in ("multiple", "least_multiple") if name in entry]
            forms += [SUMS[each] for each in sums]
            for form in forms:
                assert any(each in text for each in form.split("|")), (version["valid_from"], wrong, form)


def test_every_amount_is_dated_and_has_a_source() -> None:
    for topic, entries in AMOUNTS.items():
        for entry in entries:
            assert isinstance(entry["valid_from"], date), topic
            assert entry["source"], topic
            assert entry["confidence"] in {"V", "V2", "GK"}, topic


def test_the_versions_of_an_amount_follow_one_another() -> None:
    for topic, entries in AMOUNTS.items():
        for earlier, later in itertools.pairwise(entries):
            assert earlier["valid_to"] + timedelta(days=1) == later["valid_from"], topic


def test_of_a_rule_one_version_holds_on_any_day() -> None:
    for rule in ALL:
        same = [other for other in ALL if other.name == rule.name and other.holds_on(rule.valid_from)]
        assert len(same) == 1, rule.name
        assert find_rule(rule.name, rule.valid_from) is rule
