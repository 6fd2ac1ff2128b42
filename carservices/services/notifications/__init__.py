"""The notifications service: what the car has to say, by importance, in the driver's language."""
