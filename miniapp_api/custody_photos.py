"""The photo of a certificate: which numbers are on it. Nothing is kept: whoever sent it confirms one and adds it."""

from apiflask import APIBlueprint

from core.errors import InvalidInput, UpstreamUnavailable
from core.picture_text import PictureTextError, PictureUnreadable
from miniapp_api.context import current_api
from miniapp_api.schemas.custody_photos import CandidateOut, CandidatesOut, MeantOut, PhotoIn
from services.casework.file_types import JPEG, PNG, sniff
from services.custody.photos import LARGEST_PHOTO, Candidate, find_candidates

NO_PHOTO = "请选一张JPG或PNG照片,10MB以内。"
UNREADABLE = "这张图打不开,请换一张清楚的。"


class PhotosAway(UpstreamUnavailable):
    default_message = "照片现在认不了,请直接填证书上的号码。"


def add_routes(api: APIBlueprint) -> None:
    api.post("/custody-photos")(
        api.input(PhotoIn, location="form_and_files", arg_name="given")(api.output(CandidatesOut)(read_photo))
    )


def read_photo(given: PhotoIn) -> CandidatesOut:
    """认证书照片上的号码

    用 multipart/form-data 提交。照片和认出的文字都不保存。给用户看过、点了“是”,再用 `/custody-rights` 托管;
    有 `reason` 的号码不能直接用,`meant` 是可能要的。
    """
    api = current_api()
    content = given.file.stream.read(LARGEST_PHOTO + 1)
    given.file.stream.seek(0)
    if len(content) > LARGEST_PHOTO or sniff(given.file.stream) not in {JPEG, PNG}:
        raise InvalidInput(NO_PHOTO, fields={"file": NO_PHOTO})
    try:
        text = api.resources.picture_text.read(content)
    except PictureUnreadable:
        raise InvalidInput(UNREADABLE, fields={"file": UNREADABLE}) from None
    except PictureTextError:
        raise PhotosAway from None
    with api.database.reading() as session:
        return CandidatesOut(items=[_shown(each) for each in find_candidates(session, text)])


def _shown(candidate: Candidate) -> CandidateOut:
    return CandidateOut(
        number=candidate.number,
        title=candidate.title,
        is_in_records=candidate.is_in_records,
        is_demo=candidate.is_demo,
        reason=candidate.reason or None,
        meant=[MeantOut(number=each.number, title=each.title, is_demo=each.is_demo) for each in candidate.meant],
    )
