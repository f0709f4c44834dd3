"""Documents of one's requests: added, listed, removed, opened for minutes."""

from typing import Any

from apiflask import APIBlueprint
from pydantic import BaseModel

from miniapp_api.context import current_api, current_caller
from miniapp_api.once import Keep, once
from miniapp_api.schemas.documents import (
    DocumentFacts,
    DocumentIn,
    DocumentOut,
    DocumentsOut,
    LinkOut,
    WantedOut,
)
from models import Case, CaseDocument, CaseStatus
from services.casework.access import get_own_case, get_own_document
from services.casework.documents import (
    Received,
    Sender,
    add_document,
    keep_bytes,
    list_documents,
    list_wanted,
    receive,
    remove_document,
    wanted_of,
)
from services.casework.file_links import make_link
from services.catalogue import service_of
from services.catalogue.model import WantedDocument


def add_routes(api: APIBlueprint) -> None:
    api.get("/cases/<number>/documents")(api.output(DocumentsOut)(show_documents))
    api.post("/cases/<number>/documents")(
        api.input(DocumentIn, location="form_and_files", arg_name="given")(api.output(DocumentOut, 201)(add_file))
    )
    api.delete("/documents/<id>")(api.output({}, 204)(remove_file))
    api.post("/documents/<id>/link")(api.output(LinkOut)(create_link))


def show_documents(number: str) -> DocumentsOut:
    """看一单的材料

    已有的和还可以加的。
    """
    api, caller = current_api(), current_caller()
    with api.database.reading() as session:
        case = get_own_case(session, caller.user_id, number)
        return DocumentsOut(
            items=[_shown(each, case) for each in list_documents(session, case.id)],
            wanted=[_wanted(each) for each in list_wanted(case)] if case.status != CaseStatus.CLOSED else [],
        )


def add_file(number: str, given: DocumentIn) -> BaseModel | dict[str, Any]:
    """给一单加材料

    用 multipart/form-data 提交。按内容认类型;同一个文件再传一次,还是那一份。带 `replaces` 就替换那一份。
    """
    api, caller = current_api(), current_caller()
    with api.database.reading() as session:
        wanted = wanted_of(get_own_case(session, caller.user_id, number), given.key)
    received = receive(given.file.stream, given.file.filename or "", wanted)
    facts = DocumentFacts(key=given.key, replaces=given.replaces, sha256=received.sha256, file_name=received.file_name)
    return once(facts, lambda _key, keep: _keep(number, facts, received, keep))


def _keep(number: str, facts: DocumentFacts, received: Received, keep: Keep) -> DocumentOut:
    api, caller = current_api(), current_caller()
    now = api.clock.now()
    storage_key = keep_bytes(api.database, api.resources.files, received, now)
    with api.database.unit_of_work() as session:
        case = get_own_case(session, caller.user_id, number)
        document = add_document(
            session,
            case_id=case.id,
            key=facts.key,
            received=received,
            storage_key=storage_key,
            sender=Sender(user_id=caller.user_id),
            replaces=facts.replaces or "",
            now=now,
        )
        answer = _shown(document, case)
        keep(session, answer, [])
    return answer


def remove_file(id: str) -> tuple[str, int]:
    """删除一份材料

    只能删企业自己传的。文件随后从存储里删掉,找不回来。
    """
    api, caller = current_api(), current_caller()
    with api.database.unit_of_work() as session:
        document = get_own_document(session, caller.user_id, id)
        remove_document(session, document=document, sender=Sender(user_id=caller.user_id), now=api.clock.now())
    return "", 204


def create_link(id: str) -> LinkOut:
    """打开一份材料

    返回几分钟内有效的下载地址,用 wx.downloadFile 取。
    """
    api, caller = current_api(), current_caller()
    settings = api.resources.settings
    with api.database.reading() as session:
        document = get_own_document(session, caller.user_id, id)
        url, until = make_link(
            settings.secret_key.get_secret_value(), settings.public_base_url, document, api.clock.now()
        )
    return LinkOut(url=url, expires_at=until)


def _shown(document: CaseDocument, case: Case) -> DocumentOut:
    wanted = service_of(case.kind).document(document.key)
    sender = "owner" if document.user_id else "staff" if document.staff_id else "system"
    return DocumentOut.model_validate(
        {
            "id": document.public_id,
            "key": document.key,
            "name": wanted.name if wanted else document.key,
            "file_name": document.file_name,
            "media_type": document.media_type,
            "size_bytes": document.size_bytes,
            "sha256": document.sha256,
            "added_by": sender,
            "can_remove": sender == "owner" and case.status != CaseStatus.CLOSED,
            "created_at": document.created_at,
        }
    )


def _wanted(wanted: WantedDocument) -> WantedOut:
    return WantedOut(
        key=wanted.key,
        name=wanted.name,
        reason=wanted.reason,
        media_types=sorted(wanted.media_types),
        max_bytes=wanted.max_bytes,
    )
