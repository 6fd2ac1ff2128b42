"""A bus whose adapter can be unplugged."""

import can
from can.interfaces.virtual import VirtualBus


class FragileBus(VirtualBus):
    """``plugged`` is that of all of them."""

    plugged = True

    def _recv_internal(self, timeout):
        if not FragileBus.plugged:
            raise can.CanOperationError("unplugged")
        return super()._recv_internal(timeout)
