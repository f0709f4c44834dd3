"""One sentence to intent, act and slots: the front door of the language layer."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from nlp.acts import Act, ActFinder
from nlp.intent_model import Judgement, default_classifier
from nlp.intents import ACTIONABLE, NEGATED_HANDOFF, IntentClassifier, wish_parts
from nlp.ipc_titles import IpcTitles
from nlp.normalisation import LENGTH_LIMIT, default_normaliser
from nlp.refinements import (
    BEGINS_ANEW,
    CORRECTS,
    DROPS,
    FORGETS,
    MOMENTARY,
    REFINES,
    State,
    is_refinement,
    next_state,
    without_dropped,
)
from nlp.search_after_all import is_search_after_all
from nlp.segmenter import Segmenter, default_segmenter
from nlp.slots import SlotFinder, SlotReading
from nlp.slots.bare_values import is_only_a_value
from nlp.slots.contacts import find_ordinal
from nlp.slots.scan import TAKEN
from nlp.slots.selection import choose_slots
from nlp.slots.trade_conditions import is_nothing_else, set_trade_modes, without
from nlp.slots.unwanted_subjects import find_unwanted
from nlp.types import Understanding

__all__ = ["HANDOFF_ANYWHERE", "Understander", "is_refinement"]

# Earlier turns beyond these say nothing about the present one.
HISTORY_LIMIT = 12
# The grammar of acts is right about whole sentences unless the model is this sure of a wish (不错不错, 提交专利).
SURE_OF_A_WISH = 0.8
# A wish counts as the first of two where it is this clear on its own.
CLEAR = 0.7
# A refinement keeps the list's intent unless something else is this clear.
CLEAR_CHANGE = 0.8
SHORTEST_WISH = 4
# The opening of a wish that only the model sees as an act is left out of the subject if it is no longer than this.
LONGEST_OPENING = 8
# 只看固态的 goes on with the list that there is; only these words turn to the market's.
ON_OFFER = re.compile(r"卖|售|转让|许可|挂牌|求购|需求|供应|市场")
PAGES = frozenset({"next_page", "previous_page"})
HANDOFF_ANYWHERE = re.compile(r"转(?:接|到)?人工|人工客服|找人工|真人客服")
# Where 光伏组件类 is a condition; where somebody buys or sells it is the subject.
SEARCHES_CLASSES = frozenset({"patent_search", "patent_watch"})
# What the slot right_type says is no subject beside it.
RIGHT_WORDS = re.compile(r"(?:^| )(?:商标|软著|软件著作权|著作权|版权)(?= |$)")
TOPICAL = frozenset(
    {
        "patent_search",
        "patent_watch",
        "supply_post",
        "demand_post",
        "market_browse",
        "training_browse",
        "training_book",
        "training_cancel",
        "analysis_request",
        "incubation",
        "patent_valuation",
    }
)


class Understander:
    """Understands sentences from phones. No input raises; nothing is written after construction.

    `classifier` is the replaceable judge of intents; without one, the trained model of data/models judges, of acts too.
    It is loaded with the first sentence, once a process.
    """

    def __init__(
        self,
        classifier: IntentClassifier | None = None,
        *,
        segmenter: Segmenter | None = None,
        ipc_titles: IpcTitles | None = None,
    ) -> None:
        self._normaliser = default_normaliser()
        self._acts = ActFinder()
        self._given = classifier
        self._slots = SlotFinder(segmenter or default_segmenter(), ipc_titles)

    def warm_up(self) -> None:
        """Load the model now, and not within the first user's five seconds."""
        self._classifier.rank("专利")

    @property
    def _classifier(self) -> IntentClassifier:
        return self._given or default_classifier()

    def understand(self, text: str, *, at: date, history: Sequence[str] = ()) -> Understanding:
        """Intent, act and slots of `text` on the day `at`.

        With `history` (the same user's earlier sentences, oldest first) the slots are the whole state after the
        sentence: filters that still hold are in them.
        """
        state = State()
        for earlier in history[-HISTORY_LIMIT:]:
            understood, fresh = self._read(earlier, at, state)
            state = next_state(state, understood, fresh)
        understood, fresh = self._read(text, at, state)
        merged = next_state(state, understood, fresh)
        if understood.act in FORGETS and understood.intent is None:
            return understood
        momentary = {name: value for name, value in understood.slots.items() if name in MOMENTARY}
        return Understanding(
            text,
            understood.intent,
            understood.confidence,
            understood.act,
            {**merged.slots, **momentary},
            merged.exclude,
        )

    def plain(self, text: str) -> str:
        """The sentence as it is read: half-width, simplified characters, slips of the keyboard mended."""
        return self._normaliser.plain(text)

    def read_slots(self, text: str, *, at: date) -> SlotReading:
        """Every value that a sentence holds, whatever it is about: an answer to a form's question has no intent."""
        return self._slots.read(self._normaliser.plain(text), at)

    def rank(self, text: str) -> list[tuple[str, float]]:
        """Every plausible intent with its confidence, best first: what a clarifying question may offer."""
        plain = self._normaliser.plain(text)
        return self._classifier.rank(self._normaliser.without_fillers(plain)) if plain else []

    def _read(self, text: str, at: date, state: State) -> tuple[Understanding, bool]:
        """The sentence on its own, and whether it begins a new wish (and so forgets earlier filters)."""
        plain = BEGINS_ANEW.sub("", self._normaliser.plain(text))
        if not re.search(r"\w", plain):
            return Understanding(text, None, 0.0), False
        whole = self._normaliser.without_fillers(plain)
        judged = self._judge(whole)
        goes_on = state.intent is not None and is_refinement(whole)
        bare = self._bare_act(text, whole, judged, at, goes_on=goes_on)
        if bare is not None:
            return bare, False
        act = self._opening(plain, judged)
        corrects = CORRECTS.match(whole) if state.intent is not None else None
        clean = whole[corrects.end() :] if corrects else self._normaliser.without_fillers(act.rest or plain)
        first = self._first_wish(clean, judged)
        if first != clean:
            clean, judged = first, self._judge(first)
        reading = self._slots.read(clean, at)
        goes_on = state.intent is not None and bool(corrects or REFINES.search(clean))
        intent, confidence = self._intent(clean, judged, state, goes_on=goes_on)
        if state.intent == "patent_search" and is_nothing_else(reading.text, reading.trade_conditions):
            # With a list on the table 能转让的 says which of it; the market is asked for in other words.
            intent, confidence, goes_on = state.intent, 0.85, True
        if _calls_for_person(text, whole, has_clear_wish=intent in ACTIONABLE and confidence >= CLEAR):
            intent, confidence = "human_handoff", 0.9
        # 换成实用新型 goes on with a list, 实用新型 answers a question
        is_value = _states_a_value(clean) and not goes_on and (state.intent is None or "专利" not in clean)
        if not act.name and (intent is None or confidence < 0.6 or is_value):
            informed = self._inform(text, clean, reading)
            if informed is not None:
                return informed, False
        if is_search_after_all(clean, reading, intent):
            intent = "patent_search"
        refines = goes_on and intent == state.intent
        return self._with_slots(text, act, clean, intent, confidence, reading, refines=refines)

    def _judge(self, text: str) -> Judgement:
        if self._given is None:
            return default_classifier().judge(text)
        return Judgement(tuple(self._given.rank(text)), (), ())

    def _bare_act(self, text: str, whole: str, judged: Judgement, at: date, *, goes_on: bool) -> Understanding | None:
        """The sentence as nothing but an act: as the grammar has it, else as the model has it.

        What goes on with a list (只看华为的) only looks like a bare value.
        """
        found = self._acts.find(self._normaliser.plain(text))
        if found.name and not found.rest and not judged.is_wish(SURE_OF_A_WISH):
            place = {"ordinal": found.ordinal} if found.ordinal is not None else {}
            return Understanding(text, None, 0.95, found.name, place)
        if not judged.is_bare_act or goes_on:
            return None
        name, chance = judged.bare_acts[0]
        if name in PAGES and self._slots.read(whole, at).values:
            return None  # 济南也看看 names what to look at; who turns a page names nothing
        slots: dict[str, Any] = {}
        exclude: dict[str, list[str]] = {}
        if name == "select_item":
            ordinal = find_ordinal(whole)
            if ordinal is None:
                return None
            slots = {"ordinal": ordinal.value}
        elif name == "inform":
            slots, exclude = choose_slots(self._slots.read(whole, at), None, whole)
        return Understanding(text, None, round(chance, 3), name, slots, exclude)

    def _opening(self, plain: str, judged: Judgement) -> Act:
        """The act that the wish opens with, and the wish without it."""
        found = self._acts.find(plain)
        if not judged.openings:
            return found if found.rest else Act(None, None, plain)
        name = judged.openings[0][0]
        if name is None:
            return Act(None, None, plain)
        if found.name == name and found.rest:
            return found
        head, _, rest = plain.partition(" ")
        return Act(name, None, rest if rest and len(head) <= LONGEST_OPENING else plain)

    def _first_wish(self, clean: str, judged: Judgement) -> str:
        """The part up to 然后 or 另外 where it already holds the wish that counts, else all of it.

        The next part counts where the first only asks a question (先查外观保护多少年,再帮我找石墨烯专利)."""
        parts = wish_parts(clean)
        if len(parts) < 2 or judged.is_wish(CLEAR, "human_handoff"):
            return clean
        for part in parts:
            ranked = self._classifier.rank(part) if len(part) >= SHORTEST_WISH else []
            name, confidence = ranked[0] if ranked else ("", 0.0)
            if confidence < CLEAR or name not in {*ACTIONABLE, "policy_question"}:
                break
            if name in ACTIONABLE:
                return part
        return clean

    def _intent(self, clean: str, judged: Judgement, state: State, *, goes_on: bool) -> tuple[str | None, float]:
        """The best intent; a refinement keeps the list's intent."""
        best, confidence = judged.intents[0] if judged.intents else (None, 0.0)
        strays = best == "market_browse" and not ON_OFFER.search(clean)
        if goes_on and (confidence < CLEAR_CHANGE or best == "patent_search" or strays):
            return state.intent, 0.85
        return best, confidence

    def _inform(self, text: str, clean: str, reading: SlotReading) -> Understanding | None:
        """A sentence that is nothing but a slot's value."""
        if not is_only_a_value(reading):
            return None
        slots, exclude = choose_slots(reading, None, clean)
        if not slots and not exclude:
            number = re.fullmatch(r"\d{3,9}", clean)
            if not number:
                return None
            slots = {"amount": int(clean)} if int(clean) else {}
        return Understanding(text, None, 0.9, "inform", slots, exclude)

    def _with_slots(
        self,
        text: str,
        act: Act,
        clean: str,
        intent: str | None,
        confidence: float,
        reading: SlotReading,
        *,
        refines: bool,
    ) -> tuple[Understanding, bool]:
        slots, exclude = choose_slots(reading, intent, clean)
        left, named = reading.left, reading.named_class
        if named is not None and intent in SEARCHES_CLASSES:
            slots["ipc"] = named.value
            left = left[: named.start] + TAKEN * (named.end - named.start) + left[named.end :]
        if intent == "patent_search":
            left = without(left, reading.trade_conditions)
            unwanted = find_unwanted(left, self._slots.topics)
            for found in unwanted:
                left = left[: found.start] + TAKEN * (found.end - found.start) + left[found.end :]
            if unwanted:
                exclude["topic"] = list(dict.fromkeys(found.value for found in unwanted))
            set_trade_modes(reading.text, reading.trade_conditions, slots, exclude)
        topic = self._slots.subjects.find(reading.text, left, intent) if intent in TOPICAL else ""
        if "right_type" in slots:
            topic = RIGHT_WORDS.sub("", topic).strip()
        if topic and not (refines and len(topic) < 2):
            slots["topic"] = topic
        if refines and DROPS.search(clean):
            slots, exclude = without_dropped(clean, slots, exclude)
        fresh = intent is not None and not refines
        return Understanding(text, intent, round(confidence, 3), act.name, slots, exclude), fresh


def _calls_for_person(text: str, whole: str, *, has_clear_wish: bool) -> bool:
    """Whether a person is asked for in so many words beside nothing that we could begin to do (a question is not)."""
    if len(text) > LENGTH_LIMIT:
        return bool(HANDOFF_ANYWHERE.search(text))
    return not has_clear_wish and bool(HANDOFF_ANYWHERE.search(whole)) and not NEGATED_HANDOFF.search(whole)


def _states_a_value(clean: str) -> bool:
    """Whether no verb of wishing stands here: 只要发明 and 转让 answer a question, 想转让 opens a wish."""
    return not re.search(r"想|要|求|找|查|帮|请|搜|看|怎|吗|\?", re.sub(r"只要|只看", "", clean))
