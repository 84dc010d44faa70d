"""PDFs behind a password, by the algorithms of ISO 32000: RC4 with 40 bits (7.6.4, revision 2) and AES with 256 (6)."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Callable

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from media.documents import Page, document

_PADDING = bytes.fromhex("28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a")
_IDENTIFIER = b"sixteen bytes id"
_PERMISSIONS = -44
_OWNER = b"the owner's own"
_FILE_KEY = bytes(range(32))
_VECTOR = bytes(16)


def with_rc4(page: Page, password: bytes) -> bytes:
    """The page in a document that opens with ``password``; an empty one lets everybody read."""
    padded, owner = ((word + _PADDING)[:32] for word in (password, _OWNER))
    owner_entry = _rc4(hashlib.md5(owner).digest()[:5], padded)
    permissions = struct.pack("<i", _PERMISSIONS)
    key = hashlib.md5(padded + owner_entry + permissions + _IDENTIFIER).digest()[:5]
    lock = b"<< /Filter /Standard /V 1 /R 2 /P %d /O <%s> /U <%s> >>" % (
        _PERMISSIONS, _hex(owner_entry), _hex(_rc4(key, _PADDING))
    )  # fmt: skip

    def encrypt(number: int, body: bytes) -> bytes:
        return _rc4(hashlib.md5(key + struct.pack("<I", number)[:3] + b"\0\0").digest()[:10], body)

    return _locked(page, lock, encrypt)


def with_aes(page: Page, password: bytes) -> bytes:
    """The same by the newest of the standard's ways."""
    user_entry, user_key = _entry(password, b"u", b"")
    owner_entry, owner_key = _entry(_OWNER, b"o", user_entry)
    permissions = struct.pack("<i", _PERMISSIONS) + b"\xff\xff\xff\xffTadb1234"
    sealed = _aes(_FILE_KEY, permissions, modes.ECB())
    lock = (
        b"<< /Filter /Standard /V 5 /R 6 /Length 256 /P %d /O <%s> /U <%s> /OE <%s> /UE <%s> /Perms <%s>"
        b" /CF << /StdCF << /CFM /AESV3 /Length 32 >> >> /StmF /StdCF /StrF /StdCF >>"
    ) % (_PERMISSIONS, *map(_hex, (owner_entry, user_entry, owner_key, user_key, sealed)))

    def encrypt(_number: int, body: bytes) -> bytes:
        missing = 16 - len(body) % 16
        return _VECTOR + _aes(_FILE_KEY, body + bytes([missing]) * missing, modes.CBC(_VECTOR))

    return _locked(page, lock, encrypt)


def _locked(page: Page, lock: bytes, encrypt: Callable[[int, bytes], bytes]) -> bytes:
    identifier = _hex(_IDENTIFIER)
    trailer = b"/Encrypt 3 0 R /ID [<%s> <%s>]" % (identifier, identifier)
    return document(page, further=[lock], trailer=trailer, cipher=encrypt)


def _entry(password: bytes, salt: bytes, user_entry: bytes) -> tuple[bytes, bytes]:
    """What proves the password, and the file's key sealed with it."""
    proof_salt, key_salt = salt * 8, salt.upper() * 8
    proof = _slow_hash(password, proof_salt, user_entry) + proof_salt + key_salt
    return proof, _aes(_slow_hash(password, key_salt, user_entry), _FILE_KEY, modes.CBC(_VECTOR))


def _slow_hash(password: bytes, salt: bytes, user_entry: bytes) -> bytes:
    """Algorithm 2.B of ISO 32000-2."""
    key = hashlib.sha256(password + salt + user_entry).digest()
    turn = 0
    while True:
        sealed = _aes(key[:16], (password + key + user_entry) * 64, modes.CBC(key[16:32]))
        algorithm = ("sha256", "sha384", "sha512")[sum(sealed[:16]) % 3]
        key = hashlib.new(algorithm, sealed).digest()
        turn += 1
        if turn >= 64 and sealed[-1] <= turn - 32:
            return key[:32]


def _aes(key: bytes, body: bytes, mode: modes.Mode) -> bytes:
    encryptor = Cipher(algorithms.AES(key), mode).encryptor()
    return encryptor.update(body) + encryptor.finalize()


def _rc4(key: bytes, body: bytes) -> bytes:
    state, j = list(range(256)), 0
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) % 256
        state[i], state[j] = state[j], state[i]
    sealed, i, j = bytearray(), 0, 0
    for byte in body:
        i = (i + 1) % 256
        j = (j + state[i]) % 256
        state[i], state[j] = state[j], state[i]
        sealed.append(byte ^ state[(state[i] + state[j]) % 256])
    return bytes(sealed)


def _hex(body: bytes) -> bytes:
    return body.hex().encode()
