"""The console over real HTTP, as far as a fault test needs it: log in, reply, repeat the same form."""

import re

import requests

from tests.support.staff import PASSWORD


class ConsoleBrowser:
    """A member of staff's browser, logged in."""

    def __init__(self, base_url: str, username: str) -> None:
        self._base = f"{base_url}/console"
        self._session = requests.Session()
        page = self._session.get(f"{self._base}/login", timeout=20)
        values = {"csrf_token": self._token(page), "username": username, "password": PASSWORD}
        answer = self._session.post(f"{self._base}/login", data=values, timeout=20)
        assert answer.ok, answer.status_code

    def close(self) -> None:
        self._session.close()

    @staticmethod
    def _token(page: requests.Response) -> str:
        found = re.search(r'name="csrf-token" content="([^"]+)"', page.text)
        assert found, page.text[:300]
        return found[1]

    def reply(self, public_id: str, text: str, form_key: str) -> requests.Response:
        """Raises requests.ConnectionError where the web process dies meanwhile."""
        page = self._session.get(f"{self._base}/conversations/{public_id}", timeout=20)
        values = {"csrf_token": self._token(page), "text": text, "form_key": form_key}
        return self._session.post(f"{self._base}/conversations/{public_id}/reply", data=values, timeout=20)
