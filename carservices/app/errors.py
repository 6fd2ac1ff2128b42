"""What can go wrong in an app, named for what the person or the developer does next."""

from carservices.bus.errors import CallError, CarError, SetFailed

__all__ = ["BundleError", "CallError", "CarError", "ImageError", "PermissionMissing", "SetFailed", "StorageError"]


class PermissionMissing(CarError):
    """The app may not do this: ``permission`` is missing, ``cure`` says which line or answer would give it."""

    def __init__(self, what: str, permission: str, cure: str = "") -> None:
        self.permission = permission
        self.cure = cure or f'in app.toml, under [permissions], add: "{permission}" = "why the app needs it"'
        super().__init__(f"{what} needs the permission {permission}: {self.cure}")


class BundleError(CarError):
    """A file of the bundle is missing or cannot be used."""


class ImageError(CarError):
    """A picture that cannot be decoded, or is larger than a screen."""


class StorageError(CarError):
    """The app's data cannot be written, for instance because its quota is used up."""
