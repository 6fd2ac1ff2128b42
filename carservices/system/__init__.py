"""What keeps the car's processes alive: the process table, the supervisor, the run directory, logs and settings."""
