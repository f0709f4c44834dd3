"""What phones send, made plain: half-width, simplified, written wording, misheard key terms put right."""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from itertools import product

from nlp.lexicon import read_lines, read_pairs, read_words
from nlp.segmenter import Segmenter, default_segmenter
from nlp.slots.numerals import read_digits

# What is longer than this is a pasted document; its opening says what is wanted.
LENGTH_LIMIT = 1200

# Words of a subject that are put right; a longer one is found by its parts.
SUBJECT_LENGTHS = (5, 4, 3, 2)

TAGS = re.compile(r"<[^<>]{0,300}>")
INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
SYMBOLS = {"So", "Sk"}
SPACES = re.compile(r"\s+")

# 二零一九一零三三三八八一点一: a number dictated digit by digit
DICTATED = re.compile(r"[零〇一二三四五六七八九幺]{8,13}(?:点[零〇一二三四五六七八九])?")
FILLERS = re.compile(
    r"(?:嗯+|呃+|额(?=[,\s、]|$)|诶+|欸+|哎+(?!呀|哟)|唉+|哈{2,}|那啥|怎么说呢|就是说|你知道吧|我想想|那什么(?=\s))[\s,、.。…]*"
    r"(?:(?:就是|那个|这个|然后)(?!这|那|它|他))?"
)
# 咁實用新型呢: 那 where a clause begins; 咁慢, 咁贵 say how much
OPENING_THEN = re.compile(r"(?:^|(?<=[\s,。]))咁(?![多少大细耐样贵平慢快差好样啊])")
OPENING_FILLER = re.compile(
    r"^(?:(?:那个|这个|就是|然后|那)[\s,、]*)+(?=帮|我|请|查|找|给|想|有没有|麻烦|你|能|可以|怎么)|^(?:啊|哦|噢|喔|呀)+[\s,、]*(?=\S)"
)
STUTTER = re.compile(r"(我想|帮我|我要|那个|这个|就是|然后|我们|请问|我)(?:[\s,、]*\1)+")
POLITE = re.compile(
    r"^(?:(?:请问|喂|哈喽|你好|您好|麻烦问下|问一下|咨询一下|打扰一下|想问下|想问一下|我想问一下|亲|(?:老师|师傅|老板|小编|大哥|大姐|美女|帅哥|亲爱的|同志|客服|小助手|小知)(?=[\s,、帮请麻你您我想找查搜给能可有在]))[\s,、啊呀]*)+(?=\S{3})"
)


class Normaliser:
    """Makes an utterance plain. Pure after construction, and equal input gives equal output."""

    def __init__(self, segmenter: Segmenter | None = None) -> None:
        self._segmenter = segmenter or default_segmenter()
        self._characters = str.maketrans({pair[0]: pair[1] for pair in read_words("traditional.txt")})
        spoken = read_pairs("spoken.txt")
        self._spoken = {word.translate(self._characters): plain for word, plain in spoken.items()}
        self._spoken_pattern = re.compile("|".join(sorted(map(re.escape, self._spoken), key=len, reverse=True)))
        self._typos = _key_terms_misheard()
        self._subjects = _subject_terms_misheard(self._segmenter)
        self._typo_lengths = sorted({len(variant) for variant in self._typos}, reverse=True)

    def plain(self, text: str) -> str:
        """Half-width, simplified, no mark-up, no symbols, single spaces; key terms spelled right."""
        text = TAGS.sub(" ", text[: LENGTH_LIMIT * 4])
        text = unicodedata.normalize("NFKC", text)[:LENGTH_LIMIT]
        text = "".join(_visible(character) for character in text).translate(self._characters)
        text = OPENING_THEN.sub("那", text)
        text = self._spoken_pattern.sub(lambda match: self._spoken[match[0]], text)
        text = DICTATED.sub(lambda match: read_digits(match[0]).replace("幺", "1").replace("点", "."), text)
        return SPACES.sub(" ", self._respell_subjects(self._respell(text))).strip()

    def without_fillers(self, plain: str) -> str:
        """The same without hesitation, repetition and opening politeness; never empty where `plain` is not."""
        text = STUTTER.sub(r"\1", plain)
        text = FILLERS.sub(" ", text).strip()
        text = OPENING_FILLER.sub("", text)
        text = POLITE.sub("", text)
        return SPACES.sub(" ", text).strip(" ,、") or plain

    def _respell(self, text: str) -> str:
        """Put misheard key terms right, longest first, one pass from left to right."""
        result, position = [], 0
        while position < len(text):
            for length in self._typo_lengths:
                term = self._typos.get(text[position : position + length])
                if term is not None:
                    result.append(term)
                    position += length
                    break
            else:
                result.append(text[position])
                position += 1
        return "".join(result)

    def _respell_subjects(self, text: str) -> str:
        """Put misheard subject words right where no word of the dictionary stands: 轮倚, not the 门所 of 部门所有."""
        found = [
            (start, variant)
            for start in range(len(text))
            for length in SUBJECT_LENGTHS
            if (variant := text[start : start + length]) in self._subjects
        ]
        if not found:
            return text
        words = self._segmenter.spans(text)
        starts, ends = {start for start, _ in words}, {end for _, end in words}
        for start, variant in found:
            end = start + len(variant)
            if start in starts and end in ends and (start, end) not in words:
                text = text[:start] + self._subjects[variant] + text[end:]
        return text


@lru_cache(maxsize=1)
def default_normaliser() -> Normaliser:
    """The product's normaliser, made on first use and shared within the process: its words misheard take a moment."""
    return Normaliser()


def _visible(character: str) -> str:
    category = unicodedata.category(character)
    if category in INVISIBLE:
        # A joiner or a variation selector stands within words; a line break between them.
        return " " if character.isspace() else ""
    return " " if category in SYMBOLS else character


def _key_terms_misheard() -> dict[str, str]:
    """Every key term with one character misheard, to the term; real words are left out."""
    terms = read_words("key_terms.txt")
    exceptions = {*read_words("typo_exceptions.txt"), *terms}
    misheard = _misheard(terms, read_lines("typos.txt"))
    return {variant: term for variant, term in misheard.items() if variant not in exceptions}


def _subject_terms_misheard(segmenter: Segmenter) -> dict[str, str]:
    """The same for words that patents are looked for by; what the dictionary has as a word is no slip."""
    classed = [word for words in read_pairs("ipc_words.txt").values() for word in words.split()]
    terms = [word for word in (*read_words("subject_terms.txt"), *classed) if len(word) in SUBJECT_LENGTHS]
    written = frozenset(terms)
    misheard = _misheard(terms, [*read_lines("typos.txt"), *read_lines("sound_alikes.txt")])
    return {
        variant: term
        for variant, term in misheard.items()
        if variant not in written and len(segmenter.spans(variant)) > 1
    }


def _misheard(terms: Iterable[str], groups: Iterable[str]) -> dict[str, str]:
    """Every term with one character replaced by a sound-alike of its group, to the term."""
    neighbours: dict[str, set[str]] = {}
    for group in groups:
        for one, other in product(group, group):
            if one != other:
                neighbours.setdefault(one, set()).add(other)
    return {
        term[:place] + other + term[place + 1 :]: term
        for term in terms
        for place, character in enumerate(term)
        for other in sorted(neighbours.get(character, ()))
    }
