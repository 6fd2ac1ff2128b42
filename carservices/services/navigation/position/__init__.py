"""Where the car is: GNSS, wheel speed and yaw fused, and matched to the road."""
