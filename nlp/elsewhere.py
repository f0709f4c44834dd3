"""Whether a short sentence leaves our field: small talk, or a matter whose own words nobody ever asks us with.

What was asked before must not lend it a subject: 高铁票怎么退, after a question of annual fees, is no question of law.
The trained judge alone is no proof, for it reads the sentence alone (哪个便宜 is asked in shops, too): the words must
say so as well, and what words our field has is counted in the written questions.
"""

from collections import Counter
from functools import cache, lru_cache

from nlp.intent_model import default_classifier
from nlp.normalisation import default_normaliser
from nlp.question_bank import all_questions
from nlp.segmenter import STOP_WORDS, default_segmenter
from nlp.word_lists import word_set

# Talk with the machine or about it: 你多大了, 在忙吗.
TALK = frozenset({"chitchat", "greeting"})
OTHERS = TALK | {"out_of_scope"}
# So sure must the judge be that it is talk; that it is another matter, of which the words say so too.
SURE_TALK, LIKELY = 0.9, 0.7
# So sure, foreign words count although as many are known to us (驾照扣分怎么处理).
VERY_SURE = 0.95
# A word in fewer written questions is foreign, one in as many is ours; between them it says nothing.
FOREIGN_BELOW, OURS_FROM = 8, 20
# Longer questions tell what happened, in words of any field.
LONGEST_BRIEF = 24
# Nouns, verbs, abbreviations and times as the cutter tags them; names of people and places are no subject.
CONTENT_TAGS, NAME_TAGS = frozenset("nvjt"), frozenset({"nr", "ns"})
# What is glued to one of these is no word of its own: 要发, 我要.
GLUE = frozenset("我你您他她那要不")


def leads_elsewhere(text: str, story: str = "") -> bool:
    """Whether what was said before (`story`) cannot be what `text` is about; words of the story are at home in it."""
    intent, confidence = _judged(text)
    if intent not in OTHERS:
        return False
    foreign, ours = _sorted_words(text)
    foreign = [word for word in foreign if word not in story]
    if intent in TALK and confidence >= SURE_TALK and not ours:
        return True
    if not foreign or confidence < LIKELY:
        return False
    return not ours or (confidence >= VERY_SURE and len(foreign) >= len(ours))


@lru_cache(maxsize=256)
def _judged(text: str) -> tuple[str, float]:
    """The judge's best intent; dialogue and answerer ask about the same sentence in turn."""
    plain = default_normaliser().plain(text)
    intents = default_classifier().judge(default_normaliser().without_fillers(plain)).intents if plain else ()
    return intents[0] if intents else ("", 0.0)


def _sorted_words(text: str) -> tuple[list[str], list[str]]:
    """The content words that are foreign to our field, and those of it."""
    foreign, ours = [], []
    for word, tag in default_segmenter().tag(default_normaliser().plain(text)):
        if tag[:1] not in CONTENT_TAGS or tag in NAME_TAGS or _is_empty(word):
            continue
        count, is_named = _counts()[word], word in word_set("field_words.txt")
        if count < FOREIGN_BELOW and not is_named:
            if len(word) > 1 or tag[:1] == "n":
                foreign.append(word)
        elif len(word) > 1 and (count >= OURS_FROM or is_named):
            ours.append(word)
    return foreign, ours


def _is_empty(word: str) -> bool:
    return word in STOP_WORDS or word in word_set("question_fillers.txt") or not GLUE.isdisjoint(word)


@cache
def _counts() -> Counter[str]:
    """In how many of our written questions each word stands, without those that tell a story."""
    segmenter = default_segmenter()
    brief = (each.text for each in all_questions() if len(each.text) <= LONGEST_BRIEF)
    return Counter(word for text in brief for word in {*segmenter.cut_for_search(text), *segmenter.cut(text)})
