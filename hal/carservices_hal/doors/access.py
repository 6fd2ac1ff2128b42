"""Who a foreign client is and what it may do: JSON web tokens whose scopes say it."""

import time
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from carservices.hal import HalError
from carservices_hal.doors.errors import DoorError
from carservices_hal.doors.scopes import ALL, Allowed, anonymous, cure, everything, rights
from carservices_hal.extras import extra

AUDIENCE = "kuksa.val"
REMEMBERED = 256
"""Tokens whose signature need not be checked again."""
MOST_NAMED = 20
"""Further paths in one refusal."""
NOTHING = Allowed()


@dataclass(frozen=True, slots=True)
class Access:
    """One client's rights; ``expires`` is Unix time."""

    subject: str = "anonymous"
    read: Allowed = field(default=NOTHING)
    actuate: Allowed = field(default=NOTHING)
    provide: Allowed = field(default=NOTHING)
    expires: float | None = None

    @property
    def seconds_left(self) -> float | None:
        """Until the token expires; None when it does not."""
        return None if self.expires is None else self.expires - time.time()

    def refusal(self, action: str, path: str, *more: str) -> DoorError:
        """That this client may not do it, and what would allow it."""
        others = f"; nor {', '.join(more[:MOST_NAMED])}{' …' if len(more) > MOST_NAMED else ''}" if more else ""
        return DoorError("PERMISSION_DENIED", f"{self.subject} may not {action} {path}: {cure(action, path)}{others}")

    def check(self) -> "Access":
        """Raises DoorError once the token has expired."""
        left = self.seconds_left
        if left is not None and left <= 0:
            raise DoorError("TOKEN_EXPIRED", f"the token of {self.subject} has expired: get a new one")
        return self


READER = Access(read=anonymous())
OPEN = everything()
EVERYTHING = Access(read=OPEN["read"], actuate=OPEN["actuate"], provide=OPEN["provide"])
VIEWER = Access(read=Allowed(ALL))
"""May see which signals there are: the tree is no secret, its values may be."""


class Gatekeeper:
    """Checks tokens under one public key; without a key everybody gets ``otherwise``."""

    def __init__(self, key: str | None, otherwise: Access = READER) -> None:
        self._key = key
        self._otherwise = otherwise
        self._known: OrderedDict[str, Access] = OrderedDict()
        if key is not None:
            with extra("kuksa"):
                import jwt
            self._jwt = jwt
            try:
                self._algorithm = _algorithm(key)
            except (ValueError, TypeError) as error:
                raise HalError(f"the key for tokens cannot be used ({error}): give a public RSA or P-256 key") from None

    @classmethod
    def from_file(cls, key: Path | None, otherwise: Access = READER) -> "Gatekeeper":
        """With the PEM file of a public key. Raises HalError."""
        try:
            return cls(None if key is None else key.read_text("utf-8"), otherwise)
        except (OSError, UnicodeDecodeError) as error:
            raise HalError(f"the key for tokens cannot be read ({error}): give a PEM file") from None

    @property
    def wants_tokens(self) -> bool:
        return self._key is not None

    def access(self, token: str | None) -> Access:
        """What the bearer of a token may do. Raises DoorError."""
        if self._key is None:
            return self._otherwise
        if not token:
            raise DoorError("TOKEN_MISSING", "this door wants a token: send it as 'authorization: Bearer TOKEN'")
        access = self._known.get(token)
        if access is None:
            access = self._known[token] = self._decode(token)
            if len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        return access.check()

    def _decode(self, token: str) -> Access:
        jwt = self._jwt
        try:
            claims = jwt.decode(
                token, self._key, algorithms=[self._algorithm], audience=AUDIENCE, options={"require": ["exp", "aud"]}
            )
        except jwt.ExpiredSignatureError:
            raise DoorError("TOKEN_EXPIRED", "the token has expired: get a new one") from None
        except (jwt.PyJWTError, ValueError, TypeError) as error:
            raise DoorError("UNAUTHENTICATED", f"the token is not good: {error}") from None
        return _access(claims)


def _algorithm(pem: str) -> str:
    """The algorithm that a public key is for. Raises ValueError."""
    from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    match load_pem_public_key(pem.encode()):
        case RSAPublicKey():
            return "RS256"
        case EllipticCurvePublicKey(curve=SECP256R1()):
            return "ES256"
    raise ValueError("it is neither RSA nor P-256")


def _access(claims: Mapping[str, Any]) -> Access:
    scope = claims.get("scope", "")
    if not isinstance(scope, str):
        raise DoorError("UNAUTHENTICATED", "the token's scope is no text")
    return Access(str(claims.get("sub", "somebody"))[:80], **rights(scope), expires=float(claims["exp"]))


def issue(private_key: str, scopes: Iterable[str], seconds: float, subject: str = "tool") -> str:
    """A token of ours; the algorithm follows from the key. Raises HalError, DoorError for a wrong scope."""
    with extra("kuksa"):
        import jwt
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    scope = " ".join(scopes)
    rights(scope)
    try:
        key: Any = load_pem_private_key(private_key.encode(), None)
    except (ValueError, TypeError) as error:
        raise HalError(
            f"the private key cannot be used ({error}): give an RSA or P-256 key without a password"
        ) from None
    now = int(time.time())
    claims = {"sub": subject, "aud": AUDIENCE, "iat": now, "exp": int(now + seconds), "scope": scope}
    return jwt.encode(claims, key, "ES256" if isinstance(key, EllipticCurvePrivateKey) else "RS256")
