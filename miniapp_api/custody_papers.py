"""Papers that the proof of a right rests on: added, listed, opened for minutes, removed."""

from typing import Any

from apiflask import APIBlueprint
from pydantic import BaseModel

from miniapp_api.context import current_api, current_caller
from miniapp_api.once import Keep, once
from miniapp_api.schemas.custody_papers import PaperFacts, PaperIn, PaperOut, PapersOut
from miniapp_api.schemas.documents import LinkOut
from models import CustodyPaper
from services.casework.documents import Received, keep_bytes, receive
from services.custody.access import get_own_right_to_prove
from services.custody.papers import WANTED, add_paper, get_own_paper, list_papers, make_paper_link, remove_paper


def add_routes(api: APIBlueprint) -> None:
    api.get("/custody-rights/<id>/papers")(api.output(PapersOut)(show_papers))
    api.post("/custody-rights/<id>/papers")(
        api.input(PaperIn, location="form_and_files", arg_name="given")(api.output(PaperOut, 201)(add_proof_paper))
    )
    api.post("/custody-rights/<id>/papers/<paper_id>/link")(api.output(LinkOut)(create_paper_link))
    api.delete("/custody-rights/<id>/papers/<paper_id>")(api.output({}, 204)(delete_paper))


def show_papers(id: str) -> PapersOut:
    """看权属材料

    保管人和企业负责人看得到;核对的专员也看得到,别人看不到。
    """
    api, caller = current_api(), current_caller()
    with api.database.reading() as session:
        papers = list_papers(session, user_id=caller.user_id, right_id=id)
        return PapersOut(items=[_shown(each) for each in papers])


def add_proof_paper(id: str, given: PaperIn) -> BaseModel | dict[str, Any]:
    """加一份权属材料

    用 multipart/form-data 提交。同一个文件再传一次,还是那一份;传完再提交权属核对。
    """
    api, caller = current_api(), current_caller()
    with api.database.reading() as session:
        get_own_right_to_prove(session, caller.user_id, id)
    received = receive(given.file.stream, given.file.filename or "", WANTED)
    facts = PaperFacts(right_id=id, sha256=received.sha256, file_name=received.file_name)
    return once(facts, lambda _key, keep: _keep(id, received, keep))


def _keep(right_id: str, received: Received, keep: Keep) -> PaperOut:
    api, caller = current_api(), current_caller()
    now = api.clock.now()
    storage_key = keep_bytes(api.database, api.resources.files, received, now)
    with api.database.unit_of_work() as session:
        paper = add_paper(
            session, user_id=caller.user_id, right_id=right_id, received=received, storage_key=storage_key, now=now
        )
        answer = _shown(paper)
        keep(session, answer, [])
    return answer


def _shown(paper: CustodyPaper) -> PaperOut:
    return PaperOut(
        id=paper.public_id,
        file_name=paper.file_name,
        media_type=paper.media_type,
        size_bytes=paper.size_bytes,
        created_at=paper.created_at,
    )


def create_paper_link(id: str, paper_id: str) -> LinkOut:
    """打开一份权属材料

    返回几分钟内有效的下载地址,用 wx.downloadFile 取。
    """
    api, caller = current_api(), current_caller()
    settings = api.resources.settings
    with api.database.reading() as session:
        paper = get_own_paper(session, user_id=caller.user_id, right_id=id, paper_id=paper_id)
        url, until = make_paper_link(
            settings.secret_key.get_secret_value(), settings.public_base_url, paper, api.clock.now()
        )
    return LinkOut(url=url, expires_at=until)


def delete_paper(id: str, paper_id: str) -> tuple[dict[str, Any], int]:
    """删除一份权属材料

    文件随后从存储里删掉,找不回来。已经核对通过的不能删,返回409。
    """
    api, caller = current_api(), current_caller()
    with api.database.unit_of_work() as session:
        remove_paper(session, user_id=caller.user_id, right_id=id, paper_id=paper_id, now=api.clock.now())
    return {}, 204
