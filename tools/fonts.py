"""Build the shell's fonts: subsets of Inter and Material Symbols Rounded as static TTF files.

Needs `fonttools` and `brotli`, and the two unpacked npm packages it reads:

    npm pack @expo-google-fonts/inter@0.4.2 @fontsource-variable/material-symbols-rounded@5.3.8
    python tools/fonts.py INTER_PACKAGE SYMBOLS_PACKAGE
"""

import shutil
import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

from carservices_ui.icons import ICONS

TARGET = Path(__file__).parents[1] / "ui/carservices_ui/assets/fonts"

# Latin, Latin-1, Latin Extended-A/B, Greek, Cyrillic, punctuation, currency, arrows and the few signs units need.
TEXT_RANGES = (
    (0x20, 0x7E),
    (0xA0, 0x24F),
    (0x370, 0x3FF),
    (0x400, 0x45F),
    (0x2010, 0x2027),
    (0x2030, 0x205E),
    (0x2070, 0x209C),
    (0x20A0, 0x20BF),
    (0x2190, 0x2199),
    (0x2212, 0x2212),
    (0x2248, 0x2265),
)
INTER_WEIGHTS = {"Medium": "500Medium/Inter_500Medium.ttf", "SemiBold": "600SemiBold/Inter_600SemiBold.ttf"}
ICON_FILLS = {"Outline": 0, "Filled": 1}


def tabular_digits(font: TTFont) -> None:
    """Map the digits to their tabular forms: SDL_ttf ignores the `tnum` feature and numbers would jitter."""
    features = font["GSUB"].table
    lookups = [
        index
        for record in features.FeatureList.FeatureRecord
        if record.FeatureTag == "tnum"
        for index in record.Feature.LookupListIndex
    ]
    forms: dict[str, str] = {}
    for index in lookups:
        for table in features.LookupList.Lookup[index].SubTable:
            forms.update(getattr(table, "ExtSubTable", table).mapping)
    digits = dict(font.getBestCmap())
    tabular = {code: forms[digits[code]] for code in range(ord("0"), ord("9") + 1)}
    for table in font["cmap"].tables:
        table.cmap.update(tabular)


def save_subset(font: TTFont, code_points: list[int], path: Path) -> None:
    options = subset.Options(layout_features=["kern", "mark", "ccmp"], hinting=False, notdef_outline=True)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=code_points)
    cutter.subset(font)
    font.flavor = None
    font.save(path)


def main(inter: Path, symbols: Path) -> None:
    TARGET.mkdir(parents=True, exist_ok=True)
    text = [code for low, high in TEXT_RANGES for code in range(low, high + 1)]
    for weight, file in INTER_WEIGHTS.items():
        font = TTFont(inter / file)
        tabular_digits(font)
        save_subset(font, text, TARGET / f"Inter-{weight}.ttf")
    shutil.copy(inter / "LICENSE_FONT", TARGET / "Inter-LICENSE.txt")

    for style, fill in ICON_FILLS.items():
        font = TTFont(symbols / "files/material-symbols-rounded-latin-full-normal.woff2")
        save_subset(font, list(ICONS.values()), TARGET / "reduced.ttf")
        axes = {"FILL": fill, "GRAD": 0, "opsz": 40, "wght": 400}
        static = instantiateVariableFont(TTFont(TARGET / "reduced.ttf"), axes)
        static.save(TARGET / f"MaterialSymbolsRounded-{style}.ttf")
    (TARGET / "reduced.ttf").unlink()
    shutil.copy(symbols / "LICENSE", TARGET / "MaterialSymbols-package-LICENSE.txt")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
