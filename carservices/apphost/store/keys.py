"""Ed25519 keys of publishers: made, kept, used to sign, and trusted by name."""

import os
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Self

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

PUBLIC_BYTES = 32
"""Length of a public key (RFC 8032)."""


class BadKey(ValueError):
    """A key file that cannot be used; the message names it and the cure."""


def key_id(public: bytes) -> str:
    """The short name of a public key: the first 16 hexadecimal digits of its SHA-256."""
    return sha256(public).hexdigest()[:16]


def is_signed(public: bytes, signature: bytes, data: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, data)
    except (InvalidSignature, ValueError):
        return False
    return True


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A publisher's private key."""

    _key: Ed25519PrivateKey

    @classmethod
    def make(cls, file: Path) -> Self:
        """A fresh key in a file that only its owner can read. Raises FileExistsError and other OSError."""
        key = Ed25519PrivateKey.generate()
        file.parent.mkdir(parents=True, exist_ok=True)
        text = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            out.write(text)
        return cls(key)

    @classmethod
    def load(cls, file: Path) -> Self:
        """Raises `BadKey`."""
        try:
            key = load_pem_private_key(file.read_bytes(), password=None)
        except FileNotFoundError:
            raise BadKey(f"there is no key {file}: make one with `carservices app key {file}`") from None
        except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise BadKey(f"{file} is no key without a password: {error}") from None
        if not isinstance(key, Ed25519PrivateKey):
            raise BadKey(f"{file} is no Ed25519 key: make one with `carservices app key`")
        return cls(key)

    @property
    def public(self) -> bytes:
        return self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    @property
    def id(self) -> str:
        return key_id(self.public)

    def sign(self, data: bytes) -> bytes:
        return self._key.sign(data)


class Trust:
    """The publishers whose bundles may be installed: one file per key, ``NAME.pub`` with the key in hexadecimal."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def names(self) -> dict[str, str]:
        """Key id → the publisher's name. A file that holds no key trusts nobody."""
        return {key_id(public): name for name, public in self._keys().items()}

    def knows(self, public: bytes) -> bool:
        return public in self._keys().values()

    def add(self, name: str, public: bytes) -> None:
        """Raises `BadKey` for a name or key that cannot be one, OSError when it cannot be kept."""
        if len(public) != PUBLIC_BYTES:
            raise BadKey(f"a public key has {2 * PUBLIC_BYTES} hexadecimal digits, this one has {2 * len(public)}")
        if not name.replace("-", "").replace(".", "").isalnum() or name.startswith("."):
            raise BadKey(f"'{name[:40]}' cannot name a publisher: use letters, digits, dots and hyphens")
        self._folder.mkdir(parents=True, exist_ok=True)
        (self._folder / f"{name}.pub").write_text(f"{public.hex()}\n")

    def remove(self, name: str) -> None:
        """Raises `BadKey` when it is not trusted anyway."""
        try:
            (self._folder / f"{name}.pub").unlink()
        except FileNotFoundError:
            known = ", ".join(sorted(self._keys())) or "nobody"
            raise BadKey(f"'{name[:40]}' is not trusted; who is: {known}") from None

    def _keys(self) -> dict[str, bytes]:
        found = {}
        for file in sorted(self._folder.glob("*.pub")):
            try:
                found[file.stem] = bytes.fromhex(file.read_text().strip())
            except (OSError, ValueError):
                continue
        return found
