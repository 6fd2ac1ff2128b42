"""An emulated electric car: physics, driver, scenarios, faults, and the HAL that connects it."""
