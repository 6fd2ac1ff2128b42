"""Music: the files of the person and the radio, through the car's player."""
