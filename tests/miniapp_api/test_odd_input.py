"""What no client of ours sends is refused in the one error form, never with a 500."""

import pytest


@pytest.mark.parametrize(
    "body",
    [
        b'{"\\ud800": 1}',
        b'{"text": "\\ud800"}',
        b'{"text": "a\\u0000b"}',
        b'{"text": 1e999}',
        b'{"text": ' + b"9" * 5000 + b"}",
        b'{"text": "x", "\\u0000": 1}',
        b'\xff\xfe{"text": "x"}',
        b"[" * 3000,
        b'"x"',
        b"null",
    ],
)
def test_an_odd_body_is_refused(phone, body) -> None:
    for path in ("/ask", "/handoffs", "/conversations/nobody/messages"):
        headers = {**phone.headers(), "Content-Type": "application/json"}
        answer = phone.client.post(f"/api/v1{path}", data=body, headers=headers)

        assert 400 <= answer.status_code < 500, (path, answer.status_code)
        assert set(answer.get_json()["error"]) == {"code", "message", "fields"}


@pytest.mark.parametrize(
    "path",
    ["/patents/" + "9" * 5000, "/patents/%00", "/patents/%F0%9F%98%80", "/patents/%ED%A0%80", "/patents/²"],
)
def test_an_odd_number_is_nobodys(phone, path) -> None:
    assert phone.get(path).status_code == 404


def test_odd_headers_are_refused(phone) -> None:
    for name, value in (("Authorization", "Bearer ÿ"), ("Authorization", "Bearer " + "x" * 5000)):
        assert phone.client.get("/api/v1/conversations", headers={name: value}).status_code == 401
    for key in ("ÿ" * 9, "x" * 81, "a b c d e f"):
        answer = phone.client.post("/api/v1/ask", json={"text": "你好"}, headers=phone.headers(key))
        assert answer.status_code == 422


def test_a_cursor_of_another_person_or_list_is_refused(log_in) -> None:
    first, second = log_in("oMini1"), log_in("oMini2")
    for person in (first, second):
        for number in range(2):
            person.post("/ask", {"text": f"外观专利保护多少年{number}"})
    own = first.get("/conversations").get_json()["items"][0]["id"]
    theirs = second.get("/conversations").get_json()["items"][0]["id"]
    cursor = first.get(f"/conversations/{own}/messages", limit=1).get_json()["next_cursor"]

    assert first.get(f"/conversations/{own}/messages", cursor=cursor).status_code == 200
    assert first.get("/conversations", cursor=cursor).status_code == 400
    assert second.get(f"/conversations/{theirs}/messages", cursor=cursor).status_code == 400
    assert second.get(f"/conversations/{own}/messages", cursor=cursor).status_code == 404
    assert second.post(f"/conversations/{own}/messages", {"text": "插话"}).status_code == 404


def test_an_idempotency_key_is_ones_own(log_in) -> None:
    first, second = log_in("oMini1"), log_in("oMini2")
    said = first.post("/handoffs", {"reason": "想用专利贷款"}, key="key-12345").get_json()

    answer = second.post("/handoffs", {"reason": "想用专利贷款"}, key="key-12345")

    assert answer.get_json()["conversation_id"] != said["conversation_id"]
    assert "Idempotency-Replayed" not in answer.headers
