"""The GNSS HAL: positions from a satellite receiver that speaks NMEA."""
