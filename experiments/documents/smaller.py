"""Pictures for a page: fewer pixels, few colours."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

WIDTH, COLOURS = 1000, 200  # pixels and colours


def smaller(png: bytes) -> bytes:
    """A picture as a small PNG."""
    whole = Image.open(io.BytesIO(png)).convert("RGB")
    height = round(whole.height * WIDTH / whole.width)
    out = io.BytesIO()
    _with_few_colours(whole.resize((WIDTH, height), Image.Resampling.LANCZOS)).save(out, format="PNG", optimize=True)
    return out.getvalue()


def _with_few_colours(picture: Image.Image) -> Image.Image:
    """Colours far from one another, so that rare ones stay, stand for those near them: each is the commonest of its own."""
    few = picture.quantize(COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    place, (red, green, blue) = np.asarray(few, np.int64), np.moveaxis(np.asarray(picture, np.int64), 2, 0)
    found, counts = np.unique(place << 24 | red << 16 | green << 8 | blue, return_counts=True)
    palette = np.zeros((COLOURS, 3), np.int64)
    rising = found[np.argsort(counts, kind="stable")]  # the commonest is written last
    palette[rising >> 24] = np.stack([rising >> 16 & 255, rising >> 8 & 255, rising & 255], axis=1)
    few.putpalette(palette.ravel().tolist())
    return few
