"""Before every call: who is it, are they allowed that often, is the body what it says."""

from flask import g, request
from werkzeug.exceptions import UnsupportedMediaType

from core.errors import AppError, NotFound, Unauthorized
from miniapp_api.context import Caller, current_api
from miniapp_api.limits import RateLimits
from services.casework.documents import MAX_UPLOAD_BYTES
from services.privacy import get_session_of_leaver
from services.sessions import get_session_of

# Everything else needs a login; a test walks the routes. The document and its page belong to the framework's own
# blueprint `openapi`.
PUBLIC = frozenset({"api.log_in", "api.refresh_login"})
# Asking for one's erasure ends the login; a repeated call must still hear that it was heard.
ERASURE = "api.delete_own_data"
COUNTED_AS = {
    "api.log_in": "login",
    "api.refresh_login": "login",
    "api.add_phone": "login",
    "api.ask_question": "ask",
    "api.stream_answer": "ask",
    "api.send_message": "ask",
    "api.add_file": "ask",
    "api.create_handoff": "handoff",
    "api.create_case": "handoff",
    "api.create_company": "handoff",
    "api.join_company": "handoff",
    "api.write_to_handler": "ask",
    "api.read_photo": "photo",
    "api.add_proof_paper": "ask",
}
# These take a file; all else is JSON, and small.
UPLOADS = frozenset({"api.add_file", "api.import_rights", "api.read_photo", "api.add_proof_paper"})
MAX_TOKEN_LENGTH = 200


class NoFileForm(AppError):
    code = "unsupported_media_type"
    http_status = 415
    default_message = "文件请用 multipart/form-data 提交。"


def check_call(limits: RateLimits) -> None:
    """Runs before every route of the blueprint."""
    kind = COUNTED_AS.get(request.endpoint or "", "other")
    if request.endpoint in PUBLIC:
        limits.check(kind, request.remote_addr or "unknown")
    else:
        g.api_caller = _authenticate()
        limits.check(kind, str(g.api_caller.user_id))
    if "\x00" in request.path:
        raise NotFound  # PostgreSQL cannot even look for it
    if request.endpoint in UPLOADS:
        # For those who are logged in only, and before anything reads the body.
        request.max_content_length = MAX_UPLOAD_BYTES
        if request.mimetype != "multipart/form-data":
            raise NoFileForm
    elif request.method in {"POST", "PUT"} and request.mimetype and not request.is_json:
        raise UnsupportedMediaType


def _authenticate() -> Caller:
    given = request.authorization
    token = given.token if given is not None and given.type == "bearer" else None
    if not token or len(token) > MAX_TOKEN_LENGTH:
        raise Unauthorized
    api = current_api()
    with api.database.reading() as session:
        get = get_session_of_leaver if request.endpoint == ERASURE else get_session_of
        row = get(session, access_token=token, now=api.clock.now())
        return Caller(row.id, row.user_id, row.identity_id, row.user.region)
