"""A recorded drive as a car: CAN logs of every common format, and recordings of signal values."""
