"""Heights from a folder of SRTM tiles (.hgt, also packed), three or one arc second, and what Valhalla needs of them."""

import gzip
import math
import re
import zipfile
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

FINE = 3601
SIDES = {2 * 1201**2: 1201, 2 * FINE**2: FINE}
"""Bytes of a tile → samples a side: three and one arc second."""
BLOCKS = 16
"""Rows are interpolated in so many parts: 10 MB each."""
VOID = -1000
"""Samples below are no data (SRTM marks them -32768)."""
NAME = re.compile(r"([NS])(\d{2})([EW])(\d{3})(\.SRTMGL[13]S?)?\.hgt(\.gz|\.zip)?", re.IGNORECASE)
"""Plain, as NASA's SRTMGL1 and SRTMGL3 come (zip), and as the terrain tiles of Mapzen do (gz)."""


class BadElevation(ValueError):
    """A tile that is none; the message names it."""


class Elevation:
    """The tiles of one folder, found below it at any depth, read when first needed."""

    def __init__(self, folder: Path) -> None:
        """Raises `BadElevation` where there are no tiles."""
        self._files = {_corner(match): path for path in tiles(folder) if (match := NAME.fullmatch(path.name))}
        self._tiles: dict[tuple[int, int], NDArray[np.float32] | None] = {}
        if not self._files:
            raise BadElevation(
                f"{folder} holds no elevation tiles: name a folder with files such as N53E013.hgt, plain, .zip or .gz;"
                f" GDAL makes them of others, `gdal_translate -of SRTMHGT`"
            )

    def heights(self, lat: NDArray[np.float64], lon: NDArray[np.float64]) -> NDArray[np.float64]:
        """Metres above sea level, bilinear; NaN where there is no tile. Raises `BadElevation`."""
        heights = np.full(len(lat), np.nan)
        south, west = np.floor(lat).astype(int), np.floor(lon).astype(int)
        for corner in sorted(set(zip(south.tolist(), west.tolist(), strict=True))):
            tile = self._tile(corner)
            if tile is None:
                continue
            here = (south == corner[0]) & (west == corner[1])
            most = len(tile) - 1
            y, x = (corner[0] + 1 - lat[here]) * most, (lon[here] - corner[1]) * most
            heights[here] = _bilinear(tile, y, x)
        return heights

    def write_one_second(self, corner: tuple[int, int], folder: Path) -> Path | None:
        """The tile of a south-west corner as Valhalla reads it: one arc second, in a folder by latitude.

        Valhalla calls a three-second tile corrupt and takes every height in it for -500 m; so those are interpolated.
        """
        tile = self._tile(corner)
        if tile is None:
            return None
        name = f"{'NS'[corner[0] < 0]}{abs(corner[0]):02}{'EW'[corner[1] < 0]}{abs(corner[1]):03}"
        path = folder / name[:3] / f"{name}.hgt"
        path.parent.mkdir(parents=True, exist_ok=True)
        grid = np.arange(FINE) * ((len(tile) - 1) / (FINE - 1))
        at = np.minimum(grid.astype(int), len(tile) - 2)
        share = (grid - at).astype(np.float32)
        with path.open("wb") as file:
            for rows in np.array_split(np.arange(FINE), BLOCKS):
                y, v = at[rows], share[rows, None]
                lines = tile[y] * (1 - v) + tile[y + 1] * v
                np.rint(lines[:, at] * (1 - share) + lines[:, at + 1] * share).astype(">i2").tofile(file)
        return path

    def _tile(self, corner: tuple[int, int]) -> NDArray[np.float32] | None:
        if corner not in self._tiles:
            path = self._files.get(corner)
            self._tiles[corner] = None if path is None else _read(path)
        return self._tiles[corner]


def tiles(folder: Path) -> list[Path]:
    """The files of tiles below a folder."""
    return sorted(path for path in folder.rglob("*") if NAME.fullmatch(path.name))


def corners(bbox: tuple[float, float, float, float]) -> list[tuple[int, int]]:
    """South-west corners (lat, lon) of the one-degree tiles that touch west, south, east, north."""
    west, south, east, north = (math.floor(value) for value in bbox)
    return [(lat, lon) for lat in range(south, north + 1) for lon in range(west, east + 1)]


def _corner(match: re.Match[str]) -> tuple[int, int]:
    lat = int(match[2]) * (-1 if match[1] in "Ss" else 1)
    return lat, int(match[4]) * (-1 if match[3] in "Ww" else 1)


def _read(path: Path) -> NDArray[np.float32]:
    try:
        content = _unpacked(path)
    except (OSError, EOFError, ValueError, zlib.error, zipfile.BadZipFile, NotImplementedError) as error:
        raise BadElevation(f"{path} cannot be read ({error}): fetch it again") from None
    if len(content) not in SIDES:
        raise BadElevation(
            f"{path} is no elevation tile: {len(content)} bytes instead of {' or '.join(map(str, SIDES))}"
        )
    side = SIDES[len(content)]
    tile = np.frombuffer(content, ">i2").reshape(side, side).astype(np.float32)
    void = tile < VOID
    if void.any():
        tile[void] = 0.0 if void.all() else np.median(tile[~void])
    return tile


def _unpacked(path: Path) -> bytes:
    """No more of it than the largest tile and a byte, whatever it claims to hold."""
    most = max(SIDES) + 1
    if path.suffix.lower() == ".gz":
        with gzip.open(path) as packed:
            return packed.read(most)
    if path.suffix.lower() == ".zip":
        with zipfile.ZipFile(path) as archive:
            inside = next((name for name in archive.namelist() if name.lower().endswith(".hgt")), None)
            if inside is None:
                raise ValueError("there is no .hgt in it")
            with archive.open(inside) as packed:
                return packed.read(most)
    with path.open("rb") as file:
        return file.read(most)


def _bilinear(tile: NDArray[np.float32], y: NDArray[np.float64], x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Values at fractional rows and columns."""
    j, i = np.clip(y.astype(int), 0, len(tile) - 2), np.clip(x.astype(int), 0, len(tile) - 2)
    v, u = y - j, x - i
    upper = tile[j, i] * (1 - u) + tile[j, i + 1] * u
    lower = tile[j + 1, i] * (1 - u) + tile[j + 1, i + 1] * u
    values: NDArray[np.float64] = upper * (1 - v) + lower * v
    return values
