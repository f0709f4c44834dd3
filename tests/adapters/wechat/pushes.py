"""Requests as WeChat's push server makes them, by wechatpy's crypto: not the code under test."""

from datetime import UTC, datetime

from wechatpy.crypto import PrpCrypto
from wechatpy.utils import WeChatSigner

from adapters.wechat.callback import Callback, Mode
from adapters.wechat.crypto import decode_key

APP_ID = "wxsim0000000000a1"
TOKEN = "SimToken01"
AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
OTHER_KEY = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFG"
TIMESTAMP, NONCE = "1700000000", "774411"
NOW = datetime.fromtimestamp(1700000003, UTC)
SIGNATURE = "08a6ad02add09b110766ad56450ed77ea1c77cc5"

VECTOR_MESSAGE = (
    "<xml><ToUserName><![CDATA[gh_sim]]></ToUserName><FromUserName><![CDATA[oUser1]]></FromUserName>"
    "<CreateTime>1700000000</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[你好😀]]></Content>"
    "<MsgId>7000000000000000001</MsgId></xml>"
)
VECTOR_ENCRYPTED = (
    "Q3stYC6hdFzMh9T8HCvyDJ4rESBupRSxsJzqQVNO7y8xX05+JTK6WrzwTuW5Tew+Dhv1ybZnRPs5wrafXA0DB9nCyZLrgvpNV53F+iHAUrGaLRHn"
    "V2peK7l21kA/nrNMo6JB0ksd3HcH+BMCHdZMcMfjqZomKVia/YcU5DWDNg1yZ03Ad55Aq4wsqh/Ay2YKx3uKpOBPplHKqwZGCbrEeryd63u2iO7u"
    "i8kkrO49AAqDpvw2d6LgMO5K3HnnLMRYUTqgYFejAlANQppO7gVNSQCVZLBcaohKUbi9PLruFZa6GoFfY8cQup1PJbEQ8zW2UbngdbpVTu9SEtzF"
    "R0LBerQ1smCwHRpTyMdjpNl+zx+WspUkBLdEjmD09Qmt8CVa"
)
VECTOR_SIGNATURE = "e28284ee897e8ed18ea2058e320e2e5d462a5481"


def callback(mode: Mode = "safe", previous: str | None = None) -> Callback:
    return Callback(APP_ID, TOKEN, AES_KEY, previous, mode)


def sign(*parts: str) -> str:
    signer = WeChatSigner()
    signer.add_data(*parts)
    return str(signer.signature)


def plain_args(timestamp: str = TIMESTAMP, **extra: str) -> dict[str, str]:
    return {"signature": sign(TOKEN, timestamp, NONCE), "timestamp": timestamp, "nonce": NONCE, **extra}


def encrypted_push(
    message: str, *, key: str = AES_KEY, app_id: str = APP_ID, plain_fields: str = "", as_json: bool = False
) -> tuple[dict[str, str], bytes]:
    """Query and body of a push in compatible (`plain_fields`) or safe mode."""
    encrypted = PrpCrypto(decode_key(key)).encrypt(message, app_id).decode()
    return sealed_args(encrypted), envelope(encrypted, plain_fields, as_json)


def sealed_args(encrypted: str) -> dict[str, str]:
    return plain_args(encrypt_type="aes", msg_signature=sign(TOKEN, TIMESTAMP, NONCE, encrypted))


def envelope(encrypted: str, plain_fields: str = "", as_json: bool = False) -> bytes:
    if as_json:
        return f'{{"ToUserName":"gh_sim","Encrypt":"{encrypted}"}}'.encode()
    return (
        f"<xml><ToUserName><![CDATA[gh_sim]]></ToUserName>{plain_fields}"
        f"<Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>"
    ).encode()
