"""A paper of a proof is downloaded behind its link alone, is never shown, and its bytes go when it is taken away."""

import io

import pytest
from flask import Flask

from core.files import FileMissing
from services.casework.documents import collect_file, keep_bytes, receive
from services.custody.papers import WANTED, add_paper, make_paper_link, remove_paper
from services.resources import Resources
from tests.support.custody import bring, make_owner
from tests.support.sample_files import pdf


def test_a_paper_is_behind_its_link_until_it_is_taken_away(app: Flask, clock) -> None:
    resources: Resources = app.extensions["resources"]
    received = receive(io.BytesIO(pdf("proof")), "登记簿副本.pdf", WANTED)
    key = keep_bytes(resources.database, resources.files, received, clock.now())
    with resources.database.unit_of_work() as session:
        user_id = make_owner(session, clock.now()).user_id
        right_id = bring(session, user_id, clock.now()).public_id
        paper = add_paper(
            session, user_id=user_id, right_id=right_id, received=received, storage_key=key, now=clock.now()
        )
        url, _ = make_paper_link(resources.settings.secret_key.get_secret_value(), "", paper, clock.now())
        paper_id = paper.public_id
    client = app.test_client()

    answer = client.get(url)
    assert answer.data == pdf("proof") and answer.headers["Content-Disposition"].startswith("attachment")
    assert "Set-Cookie" not in answer.headers
    assert client.get(f"{url}x").status_code == client.get("/files/custody").status_code == 404
    # Its link opens no document of a case.
    assert client.get(url.replace("/files/custody", "/files")).status_code == 404
    collect_file(resources.database, resources.files, key)
    assert client.get(url).status_code == 200

    with resources.database.unit_of_work() as session:
        remove_paper(session, user_id=user_id, right_id=right_id, paper_id=paper_id, now=clock.now())
    collect_file(resources.database, resources.files, key)
    assert client.get(url).status_code == 404
    with pytest.raises(FileMissing):
        resources.files.read(key)
