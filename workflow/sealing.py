"""Personal data at rest: SM4-GCM sealing and a keyed blind index; and the SM3 digest of the audit chain.

Keys are derived from ``SUBSIDY_SECRET_KEY`` and never stand in the database. A ring may hold further keys,
which open but do not seal, so that a key is replaced while everything runs (``services/keys.py``).
"""

from __future__ import annotations

import base64
import hmac
import os
import re
import secrets
import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from workflow.errors import Broken, UnknownKey

_PREFIX = "sm4:"
# How a sealed value begins that says under which key it lies, and how it stands on a form.
_NAMED = re.compile(rf"{_PREFIX}([0-9a-f]{{8}}):")
_ON_FORM = re.compile(rf'"sealed":"{_PREFIX}(?:([0-9a-f]{{8}}):)?')
_NONCE_BYTES = 12
_TAG_BYTES = 16


@lru_cache(maxsize=64)
def _derived_key(secret_key: str, purpose: str, length: int) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=length, salt=None, info=purpose.encode()).derive(
        secret_key.encode()
    )


def key_name(secret_key: str) -> str:
    """Eight hexadecimal digits that say under which key a sealed value lies, and nothing of the key."""
    return _derived_key(secret_key, "name", 4).hex()


@dataclass(frozen=True, slots=True)
class KeyRing:
    """The secrets in use: ``current`` seals and indexes, ``further`` ones (former or coming) only open."""

    current: str = field(repr=False)
    further: tuple[str, ...] = field(default=(), repr=False)

    @property
    def all(self) -> tuple[str, ...]:
        """Every secret, the current one first."""
        return (self.current, *self.further)

    @property
    def name(self) -> str:
        """The name of the current key."""
        return key_name(self.current)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all keys, the current one's first."""
        return tuple(key_name(secret) for secret in self.all)


def seal(clear: str, *, keys: KeyRing) -> str:
    """``clear`` encrypted and authenticated, as text; two sealings of one value differ."""
    packed = base64.urlsafe_b64encode(_closed(clear.encode(), _derived_key(keys.current, "seal", 16)))
    return f"{_PREFIX}{keys.name}:{packed.decode()}"


def unseal(sealed: str, *, keys: KeyRing) -> str:
    """The clear text of ``sealed``.

    Raises ``UnknownKey`` when its key is not on the ring, ``Broken`` when it was altered.
    """
    if not sealed.startswith(_PREFIX):
        raise Broken("a sealed value lacks its prefix")
    name, _, packed = sealed[len(_PREFIX) :].rpartition(":")
    # Values sealed before keys had names do not say under which they lie.
    fitting = [secret for secret in keys.all if not name or key_name(secret) == name]
    if not fitting:
        raise UnknownKey(name)
    try:
        raw = base64.urlsafe_b64decode(packed)
    except ValueError as error:
        raise Broken("a sealed value cannot be read") from error
    for secret in fitting:
        try:
            return _opened(raw, _derived_key(secret, "seal", 16)).decode()
        except (ValueError, InvalidTag):
            continue
    if not name:
        raise Broken("a sealed value cannot be opened: it was altered, or its key is not on the ring")
    raise Broken("a sealed value was altered")


def _closed(clear: bytes, key: bytes) -> bytes:
    nonce = os.urandom(_NONCE_BYTES)
    encryptor = Cipher(algorithms.SM4(key), modes.GCM(nonce)).encryptor()
    body = encryptor.update(clear) + encryptor.finalize()
    return nonce + encryptor.tag + body


def _opened(raw: bytes, key: bytes) -> bytes:
    nonce, rest = raw[:_NONCE_BYTES], raw[_NONCE_BYTES:]
    tag, body = rest[:_TAG_BYTES], rest[_TAG_BYTES:]
    decryptor = Cipher(algorithms.SM4(key), modes.GCM(nonce, tag)).decryptor()
    return decryptor.update(body) + decryptor.finalize()


def new_file_key() -> str:
    """A key for one file, in hexadecimal: kept sealed beside the file's row, so that only that is rotated."""
    return os.urandom(16).hex()


def seal_file(clear: bytes, *, key: str) -> bytes:
    """A whole file encrypted and authenticated under its own key; 10 MB take a tenth of a second."""
    return _closed(clear, bytes.fromhex(key))


def unseal_file(sealed: bytes, *, key: str) -> bytes:
    """The file in clear; raises ``Broken`` when it was altered or is another one's."""
    try:
        return _opened(sealed, bytes.fromhex(key))
    except (ValueError, InvalidTag) as error:
        raise Broken("a sealed file was altered") from error


def key_of(sealed: str) -> str:
    """The name of the key under which a value lies; empty for one that was sealed before keys had names."""
    named = _NAMED.match(sealed)
    return named[1] if named else ""


def keys_of_form(stored: str) -> list[str]:
    """The same for every sealed value of a stored form, in its canonical text."""
    return _ON_FORM.findall(stored)


def keyed_digest(text: str, *, key: str) -> str:
    """A digest of what may be personal: comparable by who holds the secret ``key``, of no use to others."""
    return hmac.new(
        _derived_key(key, "digest", 32), text.encode(errors="surrogatepass"), "sha256"
    ).hexdigest()


CODE_LENGTH = 12
"""Signs of a check code: two say under which key it was made, ten prove it."""
# Without I, L, O and U, which are taken for other signs when a code is typed off paper (Crockford).
_SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_MISREAD = str.maketrans("ILO", "110")


def check_code(text: str, *, secret: str) -> str:
    """A short proof, in groups of four signs, that who holds ``secret`` has seen ``text``; to be printed."""
    proof = hmac.new(_derived_key(secret, "check-code", 32), text.encode(), "sha256").digest()
    number = int(key_name(secret), 16) >> 22 << 50 | int.from_bytes(proof[:7], "big") >> 6
    signs = "".join(_SIGNS[number >> 5 * place & 31] for place in reversed(range(CODE_LENGTH)))
    return "-".join(signs[place : place + 4] for place in range(0, CODE_LENGTH, 4))


def read_check_code(typed: str) -> str | None:
    """The code as it is printed, of whatever was typed off it; None where it can be no code."""
    plain = unicodedata.normalize("NFKC", typed).upper()
    signs = "".join(sign for sign in plain if sign.isalnum()).translate(_MISREAD)
    if len(signs) != CODE_LENGTH or not set(signs) <= set(_SIGNS):
        return None
    return "-".join(signs[place : place + 4] for place in range(0, CODE_LENGTH, 4))


_SECRET_SIGNS = 6


def secret_signs() -> str:
    """A few signs that nobody guesses, for a number that people write down: 30 bits."""
    return "".join(secrets.choice(_SIGNS) for _ in range(_SECRET_SIGNS))


def as_printed(typed: str) -> str:
    """Signs typed off paper as they were printed: 1 and 0 for what is taken for them."""
    return typed.translate(_MISREAD)


def secrets_of_code(code: str, *, keys: KeyRing) -> tuple[str, ...]:
    """The secrets on the ring under which a code may have been made, by what it says itself."""
    return tuple(each for each in keys.all if check_code("", secret=each)[:2] == code[:2])


def blind_indexes(normalised: str, *, keys: KeyRing) -> tuple[str, ...]:
    """Keyed digests of a normalised number, one for each key, the current one's first.

    Equal numbers have equal indexes, and nobody can go back.
    """
    return tuple(
        hmac.new(_derived_key(secret, "blind-index", 32), normalised.encode(), "sha256").hexdigest()
        for secret in keys.all
    )


def sm3(text: str) -> str:
    """The SM3 digest (GB/T 32905) of ``text``, in hexadecimal; of any text, even ill-formed."""
    return sm3_of(text.encode(errors="surrogatepass"))


def sm3_of(content: bytes) -> str:
    """The same of a file."""
    digest = hashes.Hash(hashes.SM3())
    digest.update(content)
    return digest.finalize().hex()
