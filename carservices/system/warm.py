"""Loaded by the fork server before its first child, and by nobody else: importing it ties a process to its parent.

What several children use and what is quick to load. Never kivy or numpy here, and nothing that opens a socket or starts
a thread: children are forked from this state.
"""

import gc
import os

import carservices.hub.host
import carservices.hub.main
import carservices.services.diagnostics.service
import carservices.services.driving.service
import carservices.services.energy.service
import carservices.services.notifications.service
import carservices.services.runner
import carservices.services.speech.service
import carservices.system.child

__all__: list[str] = []

os.setsid()  # what a terminal sends to everybody in front of it (SIGHUP when it closes) is for the supervisor alone
# The server would end by itself only once no child holds its pipe, and a child that is stopped holds it for ever.
carservices.system.child.die_with_parent()
gc.collect()
gc.freeze()  # a child's collector would write to all these objects, and so copy the pages that everybody could share
