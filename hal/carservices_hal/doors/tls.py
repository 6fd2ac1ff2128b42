"""What a door shows to prove itself."""

import ssl
from dataclasses import dataclass
from pathlib import Path

from carservices.hal import HalError


@dataclass(frozen=True, slots=True)
class Tls:
    """A certificate chain and its private key, as PEM files."""

    certificate: Path
    key: Path

    def context(self) -> ssl.SSLContext:
        """For servers of the standard library; also the check of both files. Raises HalError."""
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        try:
            context.load_cert_chain(self.certificate, self.key)
        except (OSError, ssl.SSLError) as error:
            raise HalError(
                f"{self.certificate} and {self.key} cannot be used ({error}): give a certificate and its key as PEM"
            ) from None
        return context

    def pair(self) -> tuple[bytes, bytes]:
        """Key and certificate as gRPC wants them. Raises HalError."""
        self.context()
        return self.key.read_bytes(), self.certificate.read_bytes()
