"""The audio service: decoding, mixing and the output of sound."""
