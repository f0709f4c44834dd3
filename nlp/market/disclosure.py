"""Whether a post tells how something is made, not only what it does: whoever publishes that before they have applied
may lose the patent (Patent Law, art. 22), and a trade secret is none any more."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

MADE = (
    "加热|煅烧|焙烧|烧结|退火|淬火|回火|热处理|保温|升温|降温|冷却|干燥|烘干|搅拌|混合|混匀|研磨|球磨|粉碎|过筛|喷涂|涂覆|旋涂|"
    "浸泡|浸渍|离心|抽滤|过滤|蒸馏|萃取|回流|反应|固化|交联|聚合|溶解|溶于|沉淀|沉积|溅射|电镀|刻蚀|激光|焊接|挤出|注塑|模压|压制|"
    "发酵|培养|接种|加入|添加|掺杂|掺入|滴加|配比|配方|摩尔比|质量比|体积比|转速|流速|线速|粒径|膜厚|浓度|温度控制|压力控制|pH"
)
PROCESS = re.compile(MADE)
NUMBER = r"\d+(?:\.\d+)?"
# Begun in the middle of a number, a long one would be tried at each of its digits.
WHOLE = rf"(?<![\d.]){NUMBER}"
PARAMETER = re.compile(
    rf"{WHOLE}(?:\s*(?:-|~|–|至|到)\s*{NUMBER})?\s*(?:℃|°C|摄氏度|度|MPa|kPa|Pa|bar|大气压|wt%|vol%|mol%|mol/L|mmol|"
    r"mg/mL|mg/L|g/L|g/mL|ppm|rpm|r/min|转/分|目|nm|μm|um|微米|纳米|mm|毫米|kHz|MHz|kV|mA|小时|分钟|秒|h|min|份|克|毫升|mL|%)"
    r"(?![A-Za-z])"
)
# pH 7.5 stands before its number.
ACIDITY = re.compile(rf"pH\s*(?:值)?\s*(?:为|调[到至]|控制在|[:=])?\s*{NUMBER}")
# What it does and what it costs may be told: 良率提高30%, 寿命5000小时, 预算50万.
EFFECT = re.compile(
    "提高|提升|增加|降低|下降|减少|节省|节约|缩短|延长|寿命|产能|产量|处理量|良率|合格率|续航|预算|价格|费用|交货|质保"
)
SHARE = re.compile(rf"{WHOLE}(?:\s*(?:-|~|–|至|到)\s*{NUMBER})?\s*(?:质量份|重量份|份|wt%|mol%|%)")
RECIPE = re.compile("配方|组成为|组分|原料|按重量|按质量|由.{1,20}(?:组成|制成|配成)")
RATIO = re.compile(rf"(?:摩尔比|质量比|重量比|体积比|配比|比例)[^。;\n]{{0,12}}?{NUMBER}\s*:\s*{NUMBER}")
# LiNi0.8Co0.1Mn0.1O2: two fractions at least, or it is a version (USB3.0).
COMPOUND = re.compile(r"(?<![A-Za-z])(?=[A-Za-z]+\d*\.\d+[A-Za-z]+\d*\.\d)(?:[A-Z][a-z]?\d*(?:\.\d+)?){3,}")
EQUATION = re.compile(r"(?<![A-Za-z=])[A-Za-zα-ω]\w{0,6}\s*=\s*[^=,。;\n]{0,40}[+*/^×÷√∑∫][^,。;\n]{1,40}")
STEP = re.compile(r"第[一二三四五六七八九]步|步骤\s*[一二三四五六七八九\d]|(?<![A-Za-z])S\d{1,2}\s*[:、.]|[①②③④⑤⑥⑦⑧⑨]")
SEQUENCE = re.compile("(?:首先|先).{2,60}(?:然后|再|接着|之后).{2,80}(?:最后|即得|得到|制得)", re.DOTALL)
SECRET = re.compile("(?<!不)(?<!非)涉密|国防专利|国家秘密|绝密|机密级|秘密级|武器装备|军品科研")
# Punctuation and letters half-width, place by place.
HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
CLAUSE = re.compile(r"[^。;!?\n]+[。;!?]?\n?")
FEWEST_PARAMETERS, FEWEST_SHARES, FEWEST_STEPS = 2, 2, 2
LONGEST_QUOTE = 24


class Detail(StrEnum):
    PARAMETERS = "parameters"
    FORMULA = "formula"
    STEPS = "steps"
    SECRET = "secret"


SAID = {
    Detail.PARAMETERS: "工艺参数",
    Detail.FORMULA: "配方或公式",
    Detail.STEPS: "制作步骤",
    Detail.SECRET: "涉密字样",
}


@dataclass(frozen=True)
class Sign:
    """What kind of detail, and where the text has it."""

    detail: Detail
    quote: str
    start: int
    end: int


def find_details(text: str) -> list[Sign]:
    """What in a text tells how a thing is made, in the order of the text, and words that point to state secrets."""
    text = text.translate(HALF_WIDTH)
    clauses = [(match[0], match.start()) for match in CLAUSE.finditer(text)]
    found = [*_parameters(clauses), *_formulas(clauses), *_steps(text)]
    found += [Sign(Detail.SECRET, match[0], match.start(), match.end()) for match in SECRET.finditer(text)]
    return sorted(found, key=lambda sign: sign.start)


def is_enabling(signs: Sequence[Sign]) -> bool:
    return any(sign.detail is not Detail.SECRET for sign in signs)


def without_details(text: str, signs: Sequence[Sign]) -> str:
    """The text without the sentences that hold such details."""
    kept = [
        text[match.start() : match.end()]
        for match in CLAUSE.finditer(text.translate(HALF_WIDTH))
        if not any(sign.start < match.end() and sign.end > match.start() for sign in signs)
    ]
    return "".join(kept).strip()


def _parameters(clauses: Sequence[tuple[str, int]]) -> list[Sign]:
    """Figures of a process: one alone is no recipe."""
    found: list[Sign] = []
    count = 0
    for clause, start in clauses:
        figures = [*PARAMETER.finditer(clause), *ACIDITY.finditer(clause)]
        if not figures or PROCESS.search(clause) is None:
            continue
        if EFFECT.search(clause) is not None and len(figures) < FEWEST_PARAMETERS:
            continue
        count += len(figures)
        found.append(_sign(Detail.PARAMETERS, clause, start, min(each.start() for each in figures)))
    return found if count >= FEWEST_PARAMETERS else []


def _formulas(clauses: Sequence[tuple[str, int]]) -> list[Sign]:
    found = []
    for clause, start in clauses:
        match = RATIO.search(clause) or EQUATION.search(clause) or COMPOUND.search(clause)
        if match is None and RECIPE.search(clause) is not None:
            shares = list(SHARE.finditer(clause))
            match = shares[0] if len(shares) >= FEWEST_SHARES else None
        if match is not None:
            found.append(_sign(Detail.FORMULA, clause, start, match.start()))
    return found


def _steps(text: str) -> list[Sign]:
    """Numbered steps, or first – then – finally, of something that is made."""
    marks = list(STEP.finditer(text))
    if len(marks) >= FEWEST_STEPS and PROCESS.search(text, marks[0].start()) is not None:
        return [_sign(Detail.STEPS, text[marks[0].start() : marks[-1].end() + LONGEST_QUOTE], marks[0].start(), 0)]
    match = SEQUENCE.search(text)
    if match is not None and len(set(PROCESS.findall(match[0]))) >= FEWEST_STEPS:
        return [_sign(Detail.STEPS, match[0], match.start(), 0)]
    return []


def _sign(detail: Detail, clause: str, start: int, place: int) -> Sign:
    """A sign that covers a stretch of the text, quoted around the place that tells most."""
    begin = max(0, min(place - LONGEST_QUOTE // 2, len(clause) - LONGEST_QUOTE))
    quote = " ".join(clause[begin : begin + LONGEST_QUOTE].split()).strip("。;, ")
    return Sign(detail, quote, start, start + len(clause))
