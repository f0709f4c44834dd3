"""Places to their full administrative names, province first."""

import re
from dataclasses import dataclass, field

from nlp.lexicon import read_lines
from nlp.segmenter import Segmenter
from nlp.slots.scan import Found

SUFFIX = re.compile(r"(?:特别行政区|维吾尔自治区|回族自治区|壮族自治区|自治区|自治州|地区|新区|省|市|区|县|盟|旗)$")
MUNICIPAL_SKIP = "-"
OF_THE_CITY = "-"
# 粤企, 沪上, 京籍: a one-character name counts only beside these
SINGLE = r"(?:(?<![一-鿿A-Za-z])(?:{names})(?=企(?!业)|籍|$|[\s,、|]|的|地区)|(?<!高)(?:{names})(?=企业|籍|地区|省的))"
# After an ambiguous short name these make it a place
PLACE_AFTER = re.compile(
    r"做(?!工|法)|市|区|县|州|地区|的?(?:企业|公司|厂|高校|大学|单位|本地|这边|那边|当地|园区|人民|政府)|本地"
)
PLACE_BEFORE = re.compile(r"(?:在|位于|来自|地址|注册地|位于|地区|城市|我是|我们是)\s*$")


@dataclass
class Place:
    """A division: its full name from the province down, and the names of those above it."""

    full: str
    level: int
    parents: tuple[str, ...] = ()
    ambiguous: bool = False
    not_before: tuple[str, ...] = ()
    names: set[str] = field(default_factory=set)


class RegionFinder:
    """Finds places in text. 南沙 and 广州南沙 both give 广东省广州市南沙区."""

    def __init__(self, segmenter: Segmenter) -> None:
        self._segmenter = segmenter
        self._by_name: dict[str, list[tuple[Place, bool]]] = {}
        self._singles: dict[str, Place] = {}
        for place, singles in _read_places():
            for name in place.names:
                # a name with its suffix is never ambiguous as a word
                is_short = not SUFFIX.search(name)
                self._by_name.setdefault(name, []).append((place, is_short))
            for single in singles:
                self._singles[single] = place
        names = sorted(map(re.escape, self._by_name), key=len, reverse=True)
        self._pattern = re.compile("|".join(names))
        self._single_pattern = re.compile(SINGLE.format(names="|".join(self._singles)))

    def find(self, text: str) -> list[Found]:
        """Places in the order of the text; neighbours that lie within each other are one place."""
        mentions = self._mentions(text)
        found: list[Found] = []
        position = 0
        while position < len(mentions):
            end = mentions[position][1]
            chain = [mentions[position]]
            while position + 1 < len(mentions) and re.fullmatch(r"[\s省市的·]?", text[end : mentions[position + 1][0]]):
                position += 1
                chain.append(mentions[position])
                end = chain[-1][1]
            found.extend(self._resolve(chain, text))
            position += 1
        found.extend(
            Found(match.start(), match.end(), self._singles[match[0]].full)
            for match in self._single_pattern.finditer(text)
            if all(match.end() <= other.start or match.start() >= other.end for other in found)
        )
        return sorted(found, key=lambda item: item.start)

    def _mentions(self, text: str) -> list[tuple[int, int, str]]:
        """Names in the text that begin with a word or right behind another place: no 合肥 in 复合肥."""
        matches = list(self._pattern.finditer(text))
        if not matches:
            return []
        starts = {start for start, _ in self._segmenter.spans(text)}
        ends = {match.end() for match in matches}
        return [(match.start(), match.end(), match[0]) for match in matches if match.start() in starts | ends]

    def _resolve(self, chain: list[tuple[int, int, str]], text: str) -> list[Found]:
        """Read neighbours from left to right, each within the one before where that is possible."""
        found: list[Found] = []
        above: Place | None = None
        for start, end, name in chain:
            inner = [
                place
                for place, _ in self._by_name[name]
                if above and above.full in place.parents and not text.startswith(place.not_before or ("\0",), end)
            ]
            place = inner[0] if inner else self._alone(name, start, end, text)
            if place is None:
                continue
            if inner and found:
                found[-1] = Found(found[-1].start, _past_suffix(text, end), place.full)
            elif not (found and above and place.level > above.level):
                found.append(Found(start, _past_suffix(text, end), place.full))
            above = place
        return found

    def _alone(self, name: str, start: int, end: int, text: str) -> Place | None:
        candidates = sorted(self._by_name[name], key=lambda item: item[0].level)
        before, after = text[:start], text[end:]
        plain = [
            place
            for place, is_short in candidates
            if not after.startswith(place.not_before or ("\0",))
            and not (is_short and place.ambiguous and not _stands_as_place(before, after))
        ]
        if not plain:
            return None
        top = [place for place in plain if place.level == plain[0].level]
        # a district's name that several cities share says nothing without its city
        return top[0] if len({place.full for place in top}) == 1 else None


def _stands_as_place(before: str, after: str) -> bool:
    return bool(PLACE_AFTER.match(after) or (not after and (not before or PLACE_BEFORE.search(before))))


def _past_suffix(text: str, end: int) -> int:
    """广州市 is one name where the table matched 广州."""
    match = re.compile(r"(?:地区|本地|当地|省|市|区|县)(?!场|级|政|域|分|块|值|面)").match(text, end)
    return match.end() if match else end


def _said(name: str) -> set[str]:
    """A name as it is typed: 杭洲 is 杭州."""
    return {name, _short(name), _short(name).replace("州", "洲")}


def _short(name: str) -> str:
    short = SUFFIX.sub("", name)
    return short if len(short) >= 2 else name


def _read_places() -> list[tuple[Place, str]]:
    places: list[tuple[Place, str]] = []
    province: Place | None = None
    for line in read_lines("regions.txt"):
        if not line.startswith(" "):
            full, short, *singles = line.split()
            province = Place(full, 1, names={full, short, *(name for name in singles if len(name) > 1)})
            places.append((province, "".join(single for single in singles if len(single) == 1)))
        elif province is not None:
            places.extend(_read_prefecture(line.strip(), province))
    return places


def _read_prefecture(line: str, province: Place) -> list[tuple[Place, str]]:
    head, _, districts = line.partition(":")
    above, found = province, list[tuple[Place, str]]()
    parents: tuple[str, ...] = (province.full,)
    if not head.startswith(MUNICIPAL_SKIP):
        head, ambiguous, exceptions = head.partition("!")
        name, _, shorts = head.partition("=")
        said = shorts.split(",") if shorts else []
        names = {name, *([other for other in said if len(other) > 1] or [_short(name)])}
        names |= {other.replace("州", "洲") for other in names}
        above = Place(
            province.full + name,
            2,
            parents,
            ambiguous=bool(ambiguous) and not exceptions,
            not_before=tuple(exceptions.split(",")) if exceptions else (),
            names=names,
        )
        parents = (*parents, above.full)
        found.append((above, "".join(other for other in said if len(other) == 1)))
    for word in districts.split():
        name, _, target = word.rstrip("!").partition("=")
        # A town of a city without districts stands for the city.
        full = above.full if target == OF_THE_CITY else above.full + (target or name)
        names = {name} if target else _said(name)
        found.append((Place(full, 3, parents, ambiguous=word.endswith("!"), names=names), ""))
    return found
