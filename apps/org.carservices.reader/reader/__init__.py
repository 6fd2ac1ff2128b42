"""Reader: headlines of news feeds while driving, the texts while parked."""
