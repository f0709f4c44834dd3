"""Temporary media: what may be uploaded; downloads by hand, because wechatpy would read every picture as JSON."""

import json
from typing import Any
from urllib.parse import urlsplit

import requests

from adapters.wechat.calls import check_answer, cut_answer, http_error
from adapters.wechat.errors import WeChatError
from adapters.wechat.http import API_BASE_URL

LARGEST_MEDIUM = 20 * 1024 * 1024
# WeChat's pages name 2 MB and 10 MB: the smaller one is safe (wechat-contract §4.4).
LARGEST_IMAGE = 2 * 1024 * 1024
NO_DATA, IMAGE_TOO_LARGE = 44001, 40009
CHUNK = 64 * 1024
# Where WeChat keeps videos; a URL in an answer is not followed to anywhere else.
VIDEO_HOSTS = (".qq.com", ".qpic.cn")


def check_image(content: bytes) -> None:
    """Raises WeChatError for a picture that WeChat would not take."""
    if not content:
        raise WeChatError(NO_DATA, "the picture is empty", outcome="refused")
    if len(content) > LARGEST_IMAGE:
        raise WeChatError(IMAGE_TOO_LARGE, "the picture is too large", outcome="refused")


def read_media(session: requests.Session, token: str, media_id: str, timeouts: tuple[float, float]) -> bytes:
    """The bytes; of a video, for which WeChat answers with an address, the bytes found there."""
    params = {"access_token": token, "media_id": media_id}
    is_json, content = _download(session, f"{API_BASE_URL}/cgi-bin/media/get", timeouts, params)
    if not is_json:
        return content
    try:
        answer = check_answer(json.loads(content), (token, media_id))
    except ValueError:
        raise cut_answer() from None
    address = str(answer.get("video_url") or "")
    if not _is_allowed(address):
        raise WeChatError(None, "neither a medium nor a video address of WeChat's", outcome="refused")
    return _download(session, address, timeouts, {})[1]


def _is_allowed(address: str) -> bool:
    parts = urlsplit(address)
    return parts.scheme in ("http", "https") and (parts.hostname or "").endswith(VIDEO_HOSTS)


def _download(
    session: requests.Session, url: str, timeouts: tuple[float, float], params: dict[str, Any]
) -> tuple[bool, bytes]:
    with session.get(url, params=params, timeout=timeouts, stream=True, allow_redirects=False) as response:
        if response.status_code != 200:
            raise http_error(response.status_code)
        chunks, size = [], 0
        for chunk in response.iter_content(CHUNK):
            size += len(chunk)
            if size > LARGEST_MEDIUM:
                raise WeChatError(None, "the medium is too large", outcome="refused")
            chunks.append(chunk)
        kind = response.headers.get("Content-Type", "").split(";")[0].strip().lower()
        # Errors come with either of these and HTTP 200 (wechat-contract §4.4).
        return kind in ("application/json", "text/plain"), b"".join(chunks)
