"""Loaded by the fork server before its first child, and by nobody else: importing it ties a process to its parent.

Never kivy here, and nothing that opens a socket or starts a thread: children are forked from this state.
"""

import os

import carservices.hub.host
import carservices.hub.main
import carservices.services.runner
import carservices.system.child

__all__: list[str] = []

os.setsid()  # what a terminal sends to everybody in front of it (SIGHUP when it closes) is for the supervisor alone
# The server would end by itself only once no child holds its pipe, and a child that is stopped holds it for ever.
carservices.system.child.die_with_parent()
