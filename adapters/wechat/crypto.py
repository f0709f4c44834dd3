"""WeChat's push encryption (wechat-contract §1.2), stricter than wechatpy's: padding and text are checked."""

import base64
import binascii
import hashlib
import hmac
import re
import struct

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

BLOCK = 32
RANDOM_BYTES = 16
LENGTH_BYTES = 4
_ENCODED_KEY = re.compile(r"[A-Za-z0-9]{43}")


class CannotDecrypt(Exception):
    """The cipher text was not made with this key for this app, or is damaged."""


def decode_key(encoding_aes_key: str) -> bytes:
    """The 32 bytes behind the console's 43 characters; ValueError where it is not such a key."""
    if not _ENCODED_KEY.fullmatch(encoding_aes_key):
        raise ValueError("An EncodingAESKey has 43 letters and digits.")
    return base64.b64decode(encoding_aes_key + "=")


def sign(*parts: str) -> str:
    """WeChat's signature: SHA-1 over the sorted parts."""
    return hashlib.sha1(b"".join(sorted(_bytes(part) for part in parts))).hexdigest()


def is_signed(signature: str, *parts: str) -> bool:
    """Whether the signature is that of the parts, in constant time."""
    return hmac.compare_digest(_bytes(signature), sign(*parts).encode())


def encrypt(key: bytes, app_id: str, message: str, random: bytes) -> str:
    """The Base64 cipher text of a message. `random` is 16 fresh random bytes."""
    content = message.encode()
    plain = random + struct.pack("!I", len(content)) + content + app_id.encode()
    count = BLOCK - len(plain) % BLOCK
    encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    return base64.b64encode(encryptor.update(plain + bytes([count]) * count) + encryptor.finalize()).decode()


def decrypt(key: bytes, app_id: str, encrypted: str) -> str:
    """The message, or CannotDecrypt: wrong key, damaged, badly padded, or for another app."""
    try:
        cipher_text = base64.b64decode(encrypted.encode("ascii"), validate=True)
        decryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).decryptor()
        plain = decryptor.update(cipher_text) + decryptor.finalize()
        return _unpack(plain, app_id.encode()).decode()
    except (binascii.Error, ValueError) as error:  # not Base64 or ASCII, not whole blocks, not UTF-8
        raise CannotDecrypt from error


def _unpack(plain: bytes, app_id: bytes) -> bytes:
    count = plain[-1] if plain else 0
    if not 1 <= count <= BLOCK or plain[-count:] != bytes([count]) * count:
        raise CannotDecrypt
    content = plain[RANDOM_BYTES:-count]
    if len(content) < LENGTH_BYTES:
        raise CannotDecrypt
    (length,) = struct.unpack("!I", content[:LENGTH_BYTES])
    message, tail = content[LENGTH_BYTES : LENGTH_BYTES + length], content[LENGTH_BYTES + length :]
    if len(message) != length or not hmac.compare_digest(tail, app_id):
        raise CannotDecrypt
    return message


def _bytes(text: str) -> bytes:
    # Query arguments come from anyone: a lone surrogate must give a wrong signature, not an error.
    return text.encode("utf-8", "surrogatepass")
