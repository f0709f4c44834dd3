"""Signatures and encryption of WeChat pushes, written from the contract; no code is shared with the product."""

import base64
import hashlib
import hmac
import os
import struct

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

BLOCK = 32
RANDOM_BYTES = 16


class CryptoError(ValueError):
    """The ciphertext is not one of ours: wrong key, wrong app, or damaged."""


def sign(*parts: str) -> str:
    """SHA-1 over the sorted parts: of (token, timestamp, nonce), with the ciphertext added for msg_signature."""
    return hashlib.sha1("".join(sorted(parts)).encode()).hexdigest()


def is_signed(signature: str, *parts: str) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(signature.encode(), sign(*parts).encode())


class MessageCipher:
    """Encrypts and decrypts for one app with its EncodingAESKey."""

    def __init__(self, aes_key: str, app_id: str) -> None:
        self._key = base64.b64decode(aes_key + "=")
        if len(self._key) != 32:
            raise CryptoError("The EncodingAESKey must decode to 32 bytes.")
        self._app_id = app_id.encode()

    def _cipher(self) -> Cipher[modes.CBC]:
        return Cipher(algorithms.AES(self._key), modes.CBC(self._key[:16]))

    def encrypt(self, message: str, random_bytes: bytes | None = None) -> str:
        """The base64 text that goes into <Encrypt>."""
        body = message.encode()
        plain = (random_bytes or os.urandom(RANDOM_BYTES)) + struct.pack(">I", len(body)) + body + self._app_id
        padding = BLOCK - len(plain) % BLOCK
        encryptor = self._cipher().encryptor()
        return base64.b64encode(encryptor.update(plain + bytes([padding]) * padding) + encryptor.finalize()).decode()

    def decrypt(self, encrypted: str) -> str:
        """The message inside; CryptoError where key, padding, length or app id is not right."""
        try:
            data = base64.b64decode(encrypted, validate=True)
        except ValueError as error:
            raise CryptoError("not base64") from error
        if not data or len(data) % 16:
            raise CryptoError("not a whole number of blocks")
        decryptor = self._cipher().decryptor()
        plain = decryptor.update(data) + decryptor.finalize()
        padding = plain[-1]
        if not 1 <= padding <= BLOCK or plain[-padding:] != bytes([padding]) * padding:
            raise CryptoError("wrong padding")
        plain = plain[RANDOM_BYTES:-padding]
        if len(plain) < 4:
            raise CryptoError("too short")
        (length,) = struct.unpack(">I", plain[:4])
        message, app_id = plain[4 : 4 + length], plain[4 + length :]
        if len(message) != length or app_id != self._app_id:
            raise CryptoError("wrong length or another app's id")
        try:
            return message.decode()
        except UnicodeDecodeError as error:
            raise CryptoError("not UTF-8") from error
