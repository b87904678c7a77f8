#!/usr/bin/env python3
"""Makes the font files of this folder out of the fonts' original files. Run once, by hand; the
result is committed, so neither a build nor a test needs this script, Python or the originals.

Needs fontTools 4.38 (Debian: python3-fonttools). The originals are not kept in the repository:
  Inter 4.001          npm package @expo-google-fonts/inter 0.4.2
  Noto Sans CJK 2.004  Debian package fonts-noto-cjk 1:20220127+repack1-1

  /usr/bin/python3 make-fonts.py --inter DIR_OF_NPM_PACKAGE --cjk NotoSansCJK-Regular.ttc

What it does to each font, and why:
  - keeps the characters of an invoice: Latin, Greek, Cyrillic (Inter, whole) and the characters of the
    East Asian national standards (Noto Sans CJK), and drops the rest;
  - drops hinting (no viewer uses it at print sizes) and glyph substitution: it restyles what was
    written (Inter's `calt` turns "2x3" into a multiplication sign), and without it each glyph stands
    for one character, so that text copied out of a PDF is the text that was put in. Kerning and the
    placing of accents stay;
  - Inter: gives the digits their tabular forms for good, so that columns of amounts line up without
    switching a feature on for each text; scales to 1000 units per em, PDF's own unit, so that
    widths are whole numbers; takes the advance away from combining accents;
  - names the derived fonts as what they are, a subset.
"""

import argparse
import os

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.ttLib.scaleUpem import scale_upem

HERE = os.path.dirname(os.path.abspath(__file__))
# A fixed modification time (2026-01-01, in seconds since 1904): the same input gives the same bytes.
MODIFIED = 3850070400
INTER_WEIGHTS = {"Regular": "400Regular", "SemiBold": "600SemiBold"}


def subset_options(features):
    options = subset.Options()
    options.hinting = False
    options.layout_features = features
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
    options.name_languages = [0x409]
    options.notdef_outline = True
    options.glyph_names = False
    options.legacy_kern = False
    options.drop_tables += ["DSIG", "gasp", "meta", "STAT", "BASE", "VORG", "vhea", "vmtx"]
    return options


def tabular_digits(font):
    """Points the digits of the character map at the glyphs that `tnum` would put in their place."""
    substitutions = {}
    table = font["GSUB"].table
    for record in table.FeatureList.FeatureRecord:
        if record.FeatureTag != "tnum":
            continue
        for index in record.Feature.LookupListIndex:
            for part in table.LookupList.Lookup[index].SubTable:
                substitutions.update(getattr(part, "ExtSubTable", part).mapping)
    wanted = [ord(c) for c in "0123456789"]
    for cmap in font["cmap"].tables:
        for code in wanted:
            if code in cmap.cmap:
                # Two tables may share one map: a digit seen before already is its tabular form.
                cmap.cmap[code] = substitutions.get(cmap.cmap[code], cmap.cmap[code])
    widths = {font["hmtx"][font.getBestCmap()[code]][0] for code in wanted}
    assert len(widths) == 1, f"digits are not tabular: {widths}"


def accents_without_width(font):
    """Gives combining accents no advance of their own: fontkit 2.0 counts it when it places a second
    accent on the same letter, which then stands beside the letter."""
    classes = font["GDEF"].table.GlyphClassDef.classDefs
    for glyph, kind in classes.items():
        if kind == 3:
            font["hmtx"][glyph] = (0, font["hmtx"][glyph][1])


def make_inter(directory, weight, folder):
    font = TTFont(f"{directory}/{folder}/Inter_{folder}.ttf", recalcTimestamp=False)
    tabular_digits(font)
    job = subset.Subsetter(subset_options(["kern", "mark", "mkmk"]))
    # Without the private use area: its characters are alternates of others here, and mean nothing.
    job.populate(unicodes=[c for c in font.getBestCmap() if not 0xE000 <= c <= 0xF8FF])
    job.subset(font)
    scale_upem(font, 1000)
    accents_without_width(font)
    finish(font, f"Inter-{weight}.ttf")


def east_asian_characters():
    """Every character of the national character sets that business names and addresses are typed
    in: Japan (JIS X 0208), China (GB 2312), Taiwan (Big5), Korea (KS X 1001)."""
    characters = set()
    for codec in ("euc_jp", "gb2312", "big5", "euc_kr"):
        for high in range(0xA1, 0xFF):
            for low in range(0x40, 0xFF):
                try:
                    characters.update(bytes([high, low]).decode(codec))
                except UnicodeDecodeError:
                    pass
    characters.update(chr(code) for code in range(0x3000, 0x3100))
    characters.update(chr(code) for code in range(0xFF00, 0xFFF0))
    return {ord(c) for c in characters if ord(c) >= 0x2E80}


def make_cjk(path):
    font = TTFont(path, fontNumber=0, recalcTimestamp=False)  # 0: the Japanese forms of Han characters
    options = subset_options([])
    options.desubroutinize = True
    job = subset.Subsetter(options)
    job.populate(unicodes=list(east_asian_characters()))
    job.subset(font)
    finish(font, "NotoSansCJKjp-Regular.otf")


def finish(font, filename):
    postscript_name = filename.split(".")[0].replace("-", "Subset-")
    for record in list(font["name"].names):
        if record.nameID == 6:
            font["name"].setName(postscript_name, 6, record.platformID, record.platEncID, record.langID)
    font["head"].modified = MODIFIED
    font.save(os.path.join(HERE, filename), reorderTables=True)
    size = os.path.getsize(os.path.join(HERE, filename))
    print(f"{filename}: {font['maxp'].numGlyphs} glyphs, {size} bytes")


if __name__ == "__main__":
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--inter", required=True)
    arguments.add_argument("--cjk", required=True)
    options = arguments.parse_args()
    for weight, folder in INTER_WEIGHTS.items():
        make_inter(options.inter, weight, folder)
    make_cjk(options.cjk)
