"""The physics of the car: each module one part, SI units inside."""
