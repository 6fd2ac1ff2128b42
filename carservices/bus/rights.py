"""What a connection may do: the grants of its name, compiled for the hub's checks."""

from carservices.bus.identity import Grants
from carservices.signals.globs import GlobSet

HAL = "hal."
"""How the names of HALs begin."""
MAX_NAME = 512
"""Characters in a path, topic or service name; longer ones are nobody's, and cost no matching."""


class Rights:
    """A name's grants, compiled for the hub's checks."""

    def __init__(self, name: str, grants: Grants) -> None:
        self.name = name
        self.grants = grants
        self.read = GlobSet(*grants.read)
        self.actuate = GlobSet(*grants.actuate)
        self.call = GlobSet(*grants.call)
        self.control = GlobSet(*grants.control)
        self.provide = GlobSet(*grants.provide)

    def may_read(self, topic: str) -> bool:
        return len(topic) <= MAX_NAME and topic in self.read

    def may_actuate(self, path: str) -> bool:
        return len(path) <= MAX_NAME and path in self.actuate

    def may_call(self, service: str) -> bool:
        return len(service) <= MAX_NAME and service in self.call

    def may_control(self, verb: str) -> bool:
        """``hal.NAME.VERB`` for a HAL's verb, ``hub.inject`` and ``hub.audit`` for the hub's own."""
        return len(verb) <= MAX_NAME and verb in self.control

    @property
    def provides(self) -> bool:
        """Whether it may be a source of signals at all."""
        return self.name.startswith(HAL) or bool(self.grants.provide)

    def may_provide(self, path: str) -> bool:
        """A HAL is a source of signals by its name, others of those that their grants name."""
        return self.name.startswith(HAL) or (len(path) <= MAX_NAME and path in self.provide)

    def may_publish(self, topic: str) -> bool:
        """A service speaks only below its own name."""
        return len(topic) <= MAX_NAME and topic.startswith(f"{self.name}.")
