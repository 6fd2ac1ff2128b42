"""Loaded by the fork server before its first child, and by nobody else: importing it ties a process to its parent.

Never kivy here, and nothing that opens a socket or starts a thread: children are forked from this state.
"""

import carservices.hub.host
import carservices.hub.main
import carservices.services.runner
import carservices.system.child

__all__: list[str] = []

# The server would end by itself only once no child holds its pipe, and a child that is stopped holds it for ever.
carservices.system.child.die_with_parent()
