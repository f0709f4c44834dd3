"""What may be answered to a message stands below it as links: one tap sends the words back (wechat-contract §1.6)."""

import re
from collections.abc import Sequence
from html import escape, unescape
from urllib.parse import quote, unquote

# 同意洽谈 GX261128-0001 is shown as 同意洽谈: the message names the number already.
_NUMBER = re.compile(r"\s*[A-Z]{2}\d{6}-\d{4,6}\s*")
_TAPS = re.compile(r'\n\n<a href="weixin://bizmsgmenu\?[^\n]*\Z')
_TAP = re.compile(r'msgmenucontent=([^&"]*)&msgmenuid=[^"]*">([^<]*)</a>')
SHORTEST_TITLE = 2


def with_taps(text: str, choices: Sequence[str]) -> str:
    """The text of a message that is pushed in chat, with its choices; as it is without any."""
    if not choices:
        return text
    links = (tap(choice, _title(choice), place) for place, choice in enumerate(choices, start=1))
    return f"{text}\n\n{' · '.join(links)}"


def without_taps(text: str) -> str:
    """What `with_taps` was given: for a channel or a page that has no links."""
    return _TAPS.sub("", text)


def taps_of(text: str) -> list[tuple[str, str]]:
    """What each link below a text says and how it is called, in their order; none where there are no links."""
    below = _TAPS.search(text)
    return [(unquote(said), unescape(title)) for said, title in _TAP.findall(below[0])] if below else []


def tap(said: str, title: str, place: int) -> str:
    """A link that sends these words when it is tapped."""
    address = f"weixin://bizmsgmenu?msgmenucontent={quote(said)}&msgmenuid=choice-{place}"
    return f'<a href="{address}">{escape(title)}</a>'


def _title(choice: str) -> str:
    title = _NUMBER.sub(" ", choice).strip()
    return title if len(title) >= SHORTEST_TITLE else choice
