"""Text that WeChat accepts: legal in XML, cut at 2,048 bytes where a reader would pause."""

from itertools import pairwise

import regex

# WeChat drops longer texts without a word (wechat-contract §1.6).
TEXT_LIMIT_BYTES = 2048
LONGEST_CODE_POINT_BYTES = 4

# What XML 1.0 cannot carry, lone surrogates included: they cannot even be encoded.
_ILLEGAL = regex.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_NEWLINE = regex.compile("\r\n?")
# What is never cut: a link (half of its markup would be shown as text), a grapheme cluster.
_LINK = r"<a\s[^<>]*>[^<>]*</a>"
_PIECE = regex.compile(rf"{_LINK}|\X")
_CLUSTER = regex.compile(r"\X")
_SENTENCE_ENDS = frozenset("。！？；…!?;")
_PAUSES = frozenset("，、：,: \t")


def sanitise(text: str) -> str:
    """The text without characters that XML or UTF-8 cannot carry; line ends become `\\n`."""
    return _ILLEGAL.sub("", _NEWLINE.sub("\n", text))


def cdata(text: str) -> str:
    """The text as a CDATA section; `]]>` inside it cannot end the section."""
    return f"<![CDATA[{sanitise(text).replace(']]>', ']]]]><![CDATA[>')}]]>"


def split_text(text: str, limit_bytes: int = TEXT_LIMIT_BYTES) -> list[str]:
    """The text in parts of at most `limit_bytes` of UTF-8, sanitised, cut at line or sentence ends where there are any.

    Never inside a code point; inside a grapheme cluster or a link only where that alone is longer than the limit.
    Blank parts are left out (WeChat refuses an empty text), so an empty text gives no part.
    """
    if limit_bytes < LONGEST_CODE_POINT_BYTES:
        raise ValueError("A part must hold at least one code point.")
    text = sanitise(text)
    if len(text.encode()) <= limit_bytes:
        return [text] if text.strip() else []
    pieces = _pieces(text, limit_bytes)
    ends = [0]
    for piece in pieces:
        ends.append(ends[-1] + len(piece.encode()))
    cuts = [0]
    while cuts[-1] < len(pieces):
        cuts.append(_next_cut(pieces, ends, cuts[-1], limit_bytes))
    parts = ("".join(pieces[start:stop]).strip("\n") for start, stop in pairwise(cuts))
    return [part for part in parts if part.strip()]


def _pieces(text: str, limit_bytes: int) -> list[str]:
    pieces: list[str] = []
    for piece in _PIECE.findall(text):
        if len(piece.encode()) <= limit_bytes:
            pieces.append(piece)
            continue
        for cluster in _CLUSTER.findall(piece):
            pieces += [cluster] if len(cluster.encode()) <= limit_bytes else list(cluster)
    return pieces


def _next_cut(pieces: list[str], ends: list[int], start: int, limit_bytes: int) -> int:
    """Where the part that begins at `start` ends: at a line end in its second half, else a sentence end, else a pause
    in its last quarter, else as far as the limit allows."""
    stop = start
    while stop < len(pieces) and ends[stop + 1] - ends[start] <= limit_bytes:
        stop += 1
    if stop == len(pieces):
        return stop
    for marks, least in ((frozenset("\n"), 0.5), (_SENTENCE_ENDS, 0.5), (_PAUSES, 0.75)):
        for cut in range(stop, start, -1):
            if ends[cut] - ends[start] < limit_bytes * least:
                break
            if pieces[cut - 1] in marks:
                return cut
    return stop
