"""A real car over CAN: database files, decoders, mapping to signals and the HAL itself."""
