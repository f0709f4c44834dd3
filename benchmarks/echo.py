"""The baseline: the least a Flask application with wechatpy does to answer a push in safe mode."""

import os

from flask import Flask, request
from wechatpy import create_reply, parse_message
from wechatpy.crypto import WeChatCrypto
from wechatpy.utils import check_signature

TOKEN = os.environ["WECHAT_OFFICIAL_TOKEN"]
crypto = WeChatCrypto(TOKEN, os.environ["WECHAT_OFFICIAL_AES_KEY"], os.environ["WECHAT_OFFICIAL_APP_ID"])
app = Flask(__name__)


@app.post("/wechat/official")
def echo() -> str:
    """Check, decrypt, parse, reply with the same words, encrypt."""
    args = request.args
    check_signature(TOKEN, args["signature"], args["timestamp"], args["nonce"])
    plain = crypto.decrypt_message(request.data, args["msg_signature"], args["timestamp"], args["nonce"])
    message = parse_message(plain)
    reply: str = crypto.encrypt_message(
        create_reply(message.content, message).render(), args["nonce"], args["timestamp"]
    )
    return reply


@app.get("/healthz")
def healthz() -> str:
    return "ok"
