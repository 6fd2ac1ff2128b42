"""OBD through the ELM327's text protocol: a gateway that speaks it, and a HAL that reads a car through an adapter."""
