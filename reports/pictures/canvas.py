"""A sheet to draw on, and text that its font can show."""

# pyright: reportUnknownMemberType=false
# matplotlib's own types leave parts open; they are met here and nowhere else.

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.ft2font import FT2Font
from matplotlib.patches import Rectangle
from PIL import Image

# Dots per inch: sharp on paper, and still small enough for a mail.
DPI = 160
WIDTH_IN = 7.2
# Shades are few, and a palette makes the file a quarter of its size.
COLORS = 64
INK, PAPER, GRID = "#1a1a1a", "#ffffff", "#c8c8c8"
LABEL_PT, SMALL_PT = 7.5, 6.0
_UNKNOWN = "\N{WHITE SQUARE}"


@dataclass(frozen=True, slots=True)
class Drawing:
    """A PNG, and its size on paper in inches."""

    png: bytes
    width_in: float
    height_in: float


@dataclass(frozen=True, slots=True)
class Style:
    """How a box looks."""

    fill: str | tuple[float, float, float] = PAPER
    edge: str = INK
    line_pt: float = 0.5
    hatch: str | None = None


class Canvas:
    """One figure of `height_in` inches with one pair of axes."""

    def __init__(self, height_in: float) -> None:
        self.height_in = height_in
        self.figure = Figure(figsize=(WIDTH_IN, height_in), dpi=DPI, facecolor=PAPER, layout="constrained")
        self._sheet = FigureCanvasAgg(self.figure)
        self.axes: Axes = self.figure.add_subplot()
        for spine in self.axes.spines.values():
            spine.set_visible(False)
        self.axes.tick_params(length=0)

    def box(self, at: tuple[float, float], size: tuple[float, float], style: Style) -> None:
        """`at`: its lower left corner, in units of the axes."""
        # Where the axes end is said (`limits`): what stands in them takes no part in that, nor in the layout.
        patch = _patch(at, size, style)
        patch.set_in_layout(False)
        self.axes.add_artist(patch)

    def text(
        self,
        at: tuple[float, float],
        text: str,
        *,
        size_pt: float = SMALL_PT,
        color: str = INK,
        paper: bool = False,
    ) -> None:
        """Centred. What a shop's words mean to a typesetter is not looked at. `paper`: on a white ground."""
        ground = {"facecolor": PAPER, "edgecolor": "none", "pad": 0.8} if paper else None
        self.axes.text(
            *at, drawable(text), parse_math=False, fontproperties=_font(size_pt), color=color, ha="center",
            va="center", bbox=ground, clip_on=True, in_layout=False,
        )  # fmt: skip

    def limits(self, left: float, right: float, bottom: float, top: float) -> None:
        self.axes.set_xlim(left, right)
        self.axes.set_ylim(bottom, top)

    def x_labels(self, places: Sequence[float], labels: Sequence[str], *, on_top: bool = False) -> None:
        """On top they begin at their places, else they are centred under them."""
        if on_top:
            self.axes.xaxis.tick_top()
        shown = [drawable(text) for text in labels]
        self.axes.set_xticks(places, shown, parse_math=False, fontproperties=_font(LABEL_PT), color=INK)

    def y_labels(self, places: Sequence[float], labels: Sequence[str]) -> None:
        shown = [drawable(shortened(text)) for text in labels]
        self.axes.set_yticks(places, shown, parse_math=False, fontproperties=_font(LABEL_PT), color=INK)

    def left_align_x_labels(self) -> None:
        for label in self.axes.get_xticklabels():
            label.set_horizontalalignment("left")

    def line_at(self, x: float) -> None:
        self.axes.axvline(x, color=GRID, linewidth=0.6, zorder=0)

    def legend(self, named: Sequence[tuple[str, Style]]) -> None:
        """What the boxes mean, under the drawing."""
        boxes = [_patch((0, 0), (1, 1), style) for _, style in named]
        labels = [drawable(name) for name, _ in named]
        self.figure.legend(
            boxes, labels, loc="outside lower left", ncols=len(named), frameon=False, prop=_font(LABEL_PT)
        )

    def drawing(self) -> Drawing:
        self._sheet.draw()
        size, dots = self._sheet.get_width_height(), bytes(self._sheet.buffer_rgba())
        pixels = Image.frombytes("RGBA", size, dots)
        body = BytesIO()
        pixels.convert("RGB").quantize(COLORS, dither=Image.Dither.NONE).save(body, format="png")
        return Drawing(body.getvalue(), WIDTH_IN, self.height_in)


def font_path(*, bold: bool = False) -> Path:
    """DejaVu Sans, which comes with matplotlib: Latin, Greek and Cyrillic letters."""
    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    return Path(mpl.get_data_path()) / "fonts" / "ttf" / name


def drawable(text: str) -> str:
    """What the font does not have as an empty square."""
    known = _known()
    return "".join(char if ord(char) in known else _UNKNOWN for char in text)


def shortened(text: str, chars: int = 28) -> str:
    return text if len(text) <= chars else text[: chars - 1] + "…"


def _patch(at: tuple[float, float], size: tuple[float, float], style: Style) -> Rectangle:
    return Rectangle(
        at, *size, facecolor=style.fill, edgecolor=style.edge, linewidth=style.line_pt, hatch=style.hatch
    )


def _font(size_pt: float) -> FontProperties:
    return FontProperties(fname=font_path(), size=size_pt)


@cache
def _known() -> frozenset[int]:
    return frozenset(FT2Font(str(font_path())).get_charmap())
