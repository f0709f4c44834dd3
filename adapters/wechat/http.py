"""The way to WeChat's API: sessions that go to WeChat, or in development to the sandbox on this machine."""

from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter

from core.config import LOOPBACK_HOSTS

API_BASE_URL = "https://api.weixin.qq.com"
# wechatpy writes these into its calls, so the redirection happens below it (wechat-contract §7.5).
WECHAT_HOSTS = ("https://api.weixin.qq.com/", "https://mp.weixin.qq.com/")
POOL_SIZE = 32


class _RedirectingAdapter(HTTPAdapter):
    """Sends every request to another scheme and host, path and query unchanged."""

    def __init__(self, base_url: str) -> None:
        super().__init__(pool_maxsize=POOL_SIZE)
        self._base_url = base_url.rstrip("/")

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        target = urlsplit(str(request.url))
        query = f"?{target.query}" if target.query else ""
        request.url = f"{self._base_url}{target.path}{query}"
        return super().send(request, *args, **kwargs)


class _RefusingAdapter(HTTPAdapter):
    """Stands for the rest of the internet where calls are redirected."""

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        raise requests.exceptions.InvalidURL("Only WeChat's hosts may be called while they are redirected.")


def new_session(base_url: str) -> requests.Session:
    """A session for WeChat's hosts. ValueError for a base URL that is neither WeChat's nor on loopback."""
    session = requests.Session()
    if base_url.rstrip("/") == API_BASE_URL:
        for prefix in WECHAT_HOSTS:
            session.mount(prefix, HTTPAdapter(pool_maxsize=POOL_SIZE))
        return session
    parts = urlsplit(base_url)
    if parts.scheme not in ("http", "https") or parts.hostname not in LOOPBACK_HOSTS or parts.username:
        raise ValueError("The WeChat API may only be redirected to loopback.")
    # A proxy from the environment would carry tokens off this machine.
    session.trust_env = False
    session.mount("https://", _RefusingAdapter())
    session.mount("http://", _RefusingAdapter())
    for prefix in (*WECHAT_HOSTS, f"{base_url.rstrip('/')}/"):
        session.mount(prefix, _RedirectingAdapter(base_url))
    return session
