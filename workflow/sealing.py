"""Personal data at rest: SM4-GCM sealing and a keyed blind index; and the SM3 digest of the audit chain.

Keys are derived from ``SUBSIDY_SECRET_KEY`` and never stand in the database.
"""

from __future__ import annotations

import base64
import hmac
import os
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from workflow.errors import Broken

_PREFIX = "sm4:"
_NONCE_BYTES = 12
_TAG_BYTES = 16


@lru_cache(maxsize=16)
def _derived_key(secret_key: str, purpose: str, length: int) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=length, salt=None, info=purpose.encode()).derive(
        secret_key.encode()
    )


def seal(clear: str, *, secret_key: str) -> str:
    """``clear`` encrypted and authenticated, as text; two sealings of one value differ."""
    nonce = os.urandom(_NONCE_BYTES)
    encryptor = Cipher(algorithms.SM4(_derived_key(secret_key, "seal", 16)), modes.GCM(nonce)).encryptor()
    body = encryptor.update(clear.encode()) + encryptor.finalize()
    return _PREFIX + base64.urlsafe_b64encode(nonce + encryptor.tag + body).decode()


def unseal(sealed: str, *, secret_key: str) -> str:
    """The clear text of ``sealed``; raises ``Broken`` when it was altered or sealed under another key."""
    if not sealed.startswith(_PREFIX):
        raise Broken("a sealed value lacks its prefix")
    try:
        raw = base64.urlsafe_b64decode(sealed[len(_PREFIX) :])
        nonce, tag, body = raw[:_NONCE_BYTES], raw[_NONCE_BYTES : _NONCE_BYTES + _TAG_BYTES], raw[28:]
        decryptor = Cipher(
            algorithms.SM4(_derived_key(secret_key, "seal", 16)), modes.GCM(nonce, tag)
        ).decryptor()
        return (decryptor.update(body) + decryptor.finalize()).decode()
    except (ValueError, InvalidTag) as error:
        raise Broken("a sealed value cannot be opened") from error


def blind_index(normalised: str, *, secret_key: str) -> str:
    """A keyed digest of a normalised number: equal numbers have equal indexes, nobody can go back."""
    return hmac.new(_derived_key(secret_key, "blind-index", 32), normalised.encode(), "sha256").hexdigest()


def sm3(text: str) -> str:
    """The SM3 digest (GB/T 32905) of ``text``, in hexadecimal; of any text, even ill-formed."""
    digest = hashes.Hash(hashes.SM3())
    digest.update(text.encode(errors="surrogatepass"))
    return digest.finalize().hex()
