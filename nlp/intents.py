"""Which of the 27 intents a sentence has: weighted patterns, the how-or-whether rule, first wish wins."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from nlp.lexicon import FOLDER

# Wishes that something can be done about; a question or small talk beside one of them does not win.
ACTIONABLE = frozenset(
    {
        "patent_search",
        "patent_detail",
        "patent_fee",
        "patent_valuation",
        "patent_watch",
        "policy_match",
        "supply_post",
        "demand_post",
        "market_browse",
        "training_browse",
        "training_book",
        "training_cancel",
        "financing_apply",
        "enforcement_aid",
        "analysis_request",
        "filing_request",
        "evidence_timestamp",
        "portfolio",
        "incubation",
        "case_progress",
    }
)
INTENTS = (
    "greeting",
    "help",
    "policy_question",
    "human_handoff",
    "complaint",
    "chitchat",
    "out_of_scope",
    *sorted(ACTIONABLE),
)

HELP = re.compile(
    r"帮我|帮忙|帮下|帮一下|帮咱|帮我们|请你们|你们帮|替我|给我(?!们?的)|麻烦(?:你|帮|给)|请(?:帮|给|协助|安排|对接)|委托|求助|帮.?(?:做|查|看|办|写|弄|搞)"
)
WISH = re.compile(r"想|要|帮|请|给我|替我|麻烦|委托|需要|打算|准备|希望|求|申请|办|拟|欲|愿意|报|我去|留")
QUESTION = re.compile(
    r"怎么|怎样|咋|如何|能不能|能否|可不可以|可以吗|行不行|行吗|是不是|是否|会不会|要不要|用不用|需不需要|该不该|有没有用|有没有权|有没有必要|算不算|值不值得"
    r"|(?P<verb>[一-鿿])不(?P=verb)|多久|多长|几年|几个月|几天|几个工作日|多少|什么(?!技术(?:在|可))|哪些|哪个|哪种|哪里|哪儿|哪天|哪一|为什么|为啥|区别|差别|流程|条件|何时|谁"
    r"|吗[\s?。]*$|吗[\s,]|么$|\?|有没有(?!.{1,30}(?:专利|技术|培训|课))|几(?:个|年|级|种|类)|多大|合法|违法|侵权不|有效不|没登记有没"
)
OWN = re.compile(r"我(?:们|司|家|公司|的|这|那|自己|手|有)|本公司|咱|我")
CLAUSE = re.compile(r"[\s,。;!?、…]+|然后|顺便|另外|还有就是|同时|接着|再帮我|并且|以及")
NUMBER = re.compile(
    r"\d{12}\.?[\dXx]|[Cc][Nn]\s?\d{7,}|[Zz][Ll]\s?\d{8,}|(?<!\d)\d{8,9}\.[\dXx]|第[\d一二两三四五六七八九十]+(?:个|条|件|项|篇|份)|最后(?:那|一)*(?:个|条|件|项|篇)"
)
NEGATED_HANDOFF = re.compile(
    r"(?:不用|不要|不需要|别|不想|无需|先不|不必)(?:帮我)?(?:转|找|接|要|叫)?(?:接|到)?(?:人工|客服|真人)"
)


CONNECTIVE = re.compile(r"[\s,。;]*(?:然后|顺便|另外|接着|接下来|还有就是|再帮我|同时再)")


def is_question(text: str) -> bool:
    """Whether a plain sentence asks how, whether, what or how much."""
    return bool(QUESTION.search(text))


def clauses(text: str) -> list[str]:
    """A sentence cut at every pause and connective."""
    return [part for part in CLAUSE.split(text) if part]


def wish_parts(text: str) -> list[str]:
    """A sentence cut where a second wish is announced (然后, 顺便, 另外 …)."""
    return [part for part in (part.strip(" ,。;") for part in CONNECTIVE.split(text)) if part]


class IntentClassifier(Protocol):
    """One replaceable component: plain text in, every plausible intent out, best first, confidence between 0 and 1."""

    def rank(self, text: str) -> list[tuple[str, float]]: ...


@dataclass(frozen=True)
class Rule:
    """A pattern that speaks for an intent with a weight, under conditions."""

    weight: float
    pattern: re.Pattern[str]
    conditions: tuple[tuple[str, bool], ...]


class PatternClassifier:
    """Rules from lexicon/intents.toml; independent pieces of evidence add up as noisy-or."""

    def __init__(self) -> None:
        data = tomllib.loads((FOLDER / "intents.toml").read_text(encoding="utf-8"))
        terms: Mapping[str, str] = data.pop("terms")
        self._rules = {intent: [_rule(row, terms) for row in body["rules"]] for intent, body in data.items()}

    def rank(self, text: str) -> list[tuple[str, float]]:
        """Intents with any evidence, best first. Of several wishes in one sentence, the first actionable one leads."""
        scores = self._scores(text)
        first = self._first_wish(text, scores)
        if first is not None:
            best = max(scores.values(), default=0.9)
            scores[first] = min(0.99, best + 0.005)
        return sorted(scores.items(), key=lambda item: (-item[1], item[0]))

    def _scores(self, text: str) -> dict[str, float]:
        flags = flags_of(text)
        scores = {}
        for intent, rules in self._rules.items():
            miss = 1.0
            for rule in rules:
                # half the rules have no conditions, and this is the hottest line of a turn
                if rule.conditions and not all(flags[name] is wanted for name, wanted in rule.conditions):
                    continue
                if rule.pattern.search(text):
                    miss *= 1 - rule.weight
            if miss < 1.0:
                scores[intent] = min(0.99, round(1 - miss, 4))
        return _weigh(scores, flags, text)

    def _first_wish(self, text: str, scores: Mapping[str, float]) -> str | None:
        """The first clause's wish, where two clauses on their own wish for different things."""
        wishes = []
        for clause in CLAUSE.split(text):
            if len(clause) < 4:
                continue
            ranked = sorted(self._scores(clause).items(), key=lambda item: -item[1])
            if ranked and ranked[0][0] in ACTIONABLE and ranked[0][1] >= 0.8:
                wishes.append(ranked[0][0])
        if len(set(wishes)) < 2 or (scores and max(scores, key=lambda key: scores[key]) not in ACTIONABLE):
            return None
        return wishes[0]


def _rule(row: list[object], terms: Mapping[str, str]) -> Rule:
    weight, pattern, *rest = row
    text = str(pattern)
    for name, words in terms.items():
        text = text.replace(f"<{name}>", words)
    conditions = tuple(
        (word.removeprefix("!"), not word.startswith("!")) for word in (str(rest[0]).split() if rest else [])
    )
    return Rule(float(str(weight)), re.compile(text, re.IGNORECASE), conditions)


def flags_of(text: str) -> dict[str, bool]:
    """What a sentence has beside its subject: a call for help, a wish, a question, something of one's own, a number."""
    calls_for_help = bool(HELP.search(text))
    looks_up = bool(re.search(r"(?:帮我|给我|麻烦|请)(?:查|看|问|讲|说|解释|介绍|算)", text))
    return {
        "help": calls_for_help,
        "wish": bool(WISH.search(text)),
        "ask": bool(QUESTION.search(text)) and (not calls_for_help or looks_up),
        "own": bool(OWN.search(text)),
        "number": bool(NUMBER.search(text)),
        "short": len(text) <= 10,
    }


# Which intent gives way to which, where both have strong evidence: the more particular one is meant.
PRECEDENCE: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("supply_post", ("financing_apply", "demand_post", "market_browse", "portfolio")),
    (
        "filing_request",
        (
            "case_progress",
            "financing_apply",
            "evidence_timestamp",
            "incubation",
            "policy_match",
            "training_book",
            "training_browse",
        ),
    ),
    ("patent_search", ("demand_post", "market_browse")),
    ("training_browse", ("training_book", "training_cancel")),
    ("training_book", ("training_cancel",)),
    ("enforcement_aid", ("analysis_request",)),
    ("financing_apply", ("case_progress", "training_book", "training_browse", "training_cancel", "patent_valuation")),
)
GENERAL = ("patent_search", "market_browse", "training_browse")
OF_A_COURSE = ("analysis_request", "enforcement_aid", "filing_request", "financing_apply", "portfolio")
OF_ONE_PATENT = ("patent_fee", "patent_valuation", "portfolio", "patent_watch", "training_book", "training_cancel")
COURSE = re.compile("培训|讲座|课程|沙龙|公开课|研讨会")
OUR_FIELD = re.compile(
    "专利|商标|版权|著作|软著|知识产权|侵权|培训|讲座|质押|融资|孵化|存证|时间戳|补贴|投诉|客服|高企|软件"
)
# Evidence so clear that a general intent need not give way
CLEAR = 0.97


def _weigh(scores: dict[str, float], flags: Mapping[str, bool], text: str) -> dict[str, float]:
    """What patterns alone cannot say: which intent gives way to which."""
    if NEGATED_HANDOFF.search(text):
        scores.pop("human_handoff", None)
    handoff = scores.get("human_handoff", 0.0)
    if handoff >= 0.9:
        # a person who asks for a person gets one, whatever else is said
        return {
            name: score if name == "human_handoff" else min(score, handoff - 0.05) for name, score in scores.items()
        }
    if scores.get("out_of_scope", 0.0) >= 0.85 and not OUR_FIELD.search(text):
        return {name: score if name == "out_of_scope" else min(score, 0.6) for name, score in scores.items()}
    _lower_general(scores)
    for intent in OF_A_COURSE if COURSE.search(text) else ():
        _yield(scores, intent, to=("training_cancel", "training_book", "training_browse"))
    if scores.get("market_browse", 0.0) >= CLEAR:
        _yield(scores, "demand_post", to=("market_browse",))
    for weaker, stronger in PRECEDENCE:
        _yield(scores, weaker, to=stronger)
    concerns_a_case = flags["own"] or "委托" in text or "号" in text
    for intent in scores.keys() - {"case_progress"} if concerns_a_case else ():
        _yield(scores, intent, to=("case_progress",))
    if flags["number"]:
        _yield(scores, "patent_detail", to=OF_ONE_PATENT)
    return scores


def _let_win(scores: Mapping[str, float], winner: str) -> dict[str, float]:
    limit = scores[winner] - 0.05
    return {intent: score if intent == winner else min(score, limit) for intent, score in scores.items()}


def _lower_general(scores: dict[str, float]) -> None:
    """帮我找…, 看看… introduce every service; searching is meant only where nothing else is."""
    for general in GENERAL:
        rivals = [
            score
            for intent, score in scores.items()
            if intent in ACTIONABLE and intent not in {"patent_search", general} and score >= 0.7
        ]
        if rivals and general in scores and not (general == "market_browse" and scores[general] >= CLEAR):
            scores[general] = min(scores[general], max(rivals) - 0.02)


def _yield(scores: dict[str, float], weaker: str, *, to: tuple[str, ...]) -> None:
    """Set `weaker` below any strong one of `to`."""
    strong = [scores[intent] for intent in to if scores.get(intent, 0.0) >= 0.8]
    if weaker in scores and strong and scores[weaker] >= max(strong):
        scores[weaker] = max(strong) - 0.03
