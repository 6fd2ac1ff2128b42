"""Weather for drivers: a forecast for where the car is, and what it means for road and range."""
