"""Step 3: draw one page on white."""

from __future__ import annotations

import ctypes
import math
import time

import pypdfium2  # type: ignore[import-untyped]
import pyvips  # type: ignore[import-untyped]
from pypdfium2 import raw as pdfium

MAX_SIDE = 32_768
_WHITE = 0xFFFFFFFF
_BYTES_PER_PIXEL = 4
_FLAGS = pdfium.FPDF_ANNOT | pdfium.FPDF_REVERSE_BYTE_ORDER | pdfium.FPDF_RENDER_LIMITEDIMAGECACHE


def size_in_pixels(width: float, height: float, *, longest: int, shortest: int) -> tuple[int, int] | None:
    """Pixels for a page of any measure: ``longest`` on its longest side, more for a strip thinner than ``shortest``.

    None for a page without an area, such as one that is cropped to what lies beside it.
    """
    if not (0 < width < math.inf and 0 < height < math.inf):
        return None
    scale = max(longest / max(width, height), shortest / min(width, height))
    scale = min(scale, MAX_SIDE / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))


def draw(page: pypdfium2.PdfPage, width: int, height: int, *, for_s: float) -> pyvips.Image:
    """The page with its notes and form as ``width`` by ``height`` pixels of sRGB, as far as ``for_s`` seconds take it.

    The clock is looked at between one object of the page and the next.
    """
    pixels = (ctypes.c_ubyte * (width * height * _BYTES_PER_PIXEL))()
    bitmap = pdfium.FPDFBitmap_CreateEx(width, height, pdfium.FPDFBitmap_BGRx, pixels, width * _BYTES_PER_PIXEL)
    pdfium.FPDFBitmap_FillRect(bitmap, 0, 0, width, height, _WHITE)
    deadline = time.monotonic() + for_s
    pause = pdfium.IFSDK_PAUSE(version=1)
    pause.NeedToPauseNow = type(pause.NeedToPauseNow)(lambda _: time.monotonic() > deadline)
    # Whatever it answers, done, paused or failed halfway: what is on the bitmap is what can be shown.
    pdfium.FPDF_RenderPageBitmap_Start(bitmap, page, 0, 0, width, height, 0, _FLAGS, pause)
    pdfium.FPDF_RenderPage_Close(page)
    if page.formenv is not None:
        pdfium.FPDF_FFLDraw(page.formenv, bitmap, page, 0, 0, width, height, 0, _FLAGS)
    pdfium.FPDFBitmap_Destroy(bitmap)
    drawn = pyvips.Image.new_from_memory(pixels, width, height, _BYTES_PER_PIXEL, "uchar")
    return drawn.extract_band(0, n=3).copy(interpretation="srgb").copy_memory()
