"""Reads polylines with six decimals: Google's encoded polyline algorithm at Valhalla's precision."""

PRECISION = 1e6


def decode(text: str) -> list[tuple[float, float]]:
    """The (lat, lon) points of a polyline in degrees; a point that is cut off at the end is left out."""
    points: list[tuple[float, float]] = []
    sums = [0, 0]
    bits = shift = axis = 0
    for letter in text:
        part = ord(letter) - 63
        bits |= (part & 0x1F) << shift
        shift += 5
        if part < 0x20:
            sums[axis] += ~(bits >> 1) if bits & 1 else bits >> 1
            if axis:
                points.append((sums[0] / PRECISION, sums[1] / PRECISION))
            bits = shift = 0
            axis = 1 - axis
    return points
