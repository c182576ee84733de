"""Points and their straight lines, drawn as an SVG that is readable on light and dark paper."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 300, 210
"""Of the area that a panel draws in, in pixels."""
LEFT, TOP, BOTTOM, GAP = 44, 66, 80, 62
STYLE = """
  text { font: 12px system-ui, -apple-system, "Segoe UI", Helvetica, Arial, sans-serif; fill: #59636e }
  .title { font-weight: 600; font-size: 13px; fill: #1f2328 }
  .paper { fill: #ffffff }
  .grid { stroke: #d1d9e0; stroke-width: 1 }
  .axis { stroke: #818b98; stroke-width: 1 }
  .line { fill: none; stroke-width: 1.75; stroke-linecap: round }
  .dashed { stroke-dasharray: 1 5 }
  .dot { stroke-width: 1.75 }
  .hollow { fill: #ffffff }
  .colour0 { stroke: #0969da } .full.colour0 { fill: #0969da }
  .colour1 { stroke: #bc4c00 } .full.colour1 { fill: #bc4c00 }
  @media (prefers-color-scheme: dark) {
    text { fill: #9198a1 } .title { fill: #f0f6fc } .paper { fill: #0d1117 }
    .grid { stroke: #2a313c } .axis { stroke: #656c76 } .hollow { fill: #0d1117 }
    .colour0 { stroke: #4493f8 } .full.colour0 { fill: #4493f8 }
    .colour1 { stroke: #e0823d } .full.colour1 { fill: #e0823d }
  }
"""


@dataclass(frozen=True, slots=True)
class Series:
    name: str
    points: Sequence[tuple[float, float]]
    start: float
    slope: float
    """Of the straight line through the points."""
    colour: int
    """0 or 1."""
    full: bool
    """Filled points and a full line, or hollow and dotted."""


@dataclass(frozen=True, slots=True)
class Panel:
    title: str
    below: str
    """What the horizontal axis counts."""
    series: Sequence[Series]


def svg(panels: Sequence[Panel], description: str) -> str:
    """The panels side by side, under one legend. `description` is for those who cannot see it."""
    width = LEFT + len(panels) * (WIDTH + GAP) - GAP + 24
    height = TOP + HEIGHT + BOTTOM
    legend = {one.name: one for panel in panels for one in panel.series}
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img">',
        f"<title>{escape(description)}</title>",
        f"<style>{STYLE}</style>",
        f'<rect class="paper" width="{width}" height="{height}" rx="6"/>',
        *_legend(list(legend.values()), width, height - 18),
    ]
    for number, panel in enumerate(panels):
        lines += [
            f'<g transform="translate({LEFT + number * (WIDTH + GAP)} {TOP})">',
            *_panel(panel),
            "</g>",
        ]
    return "\n".join([*lines, "</svg>", ""])


def _panel(panel: Panel) -> Iterator[str]:
    across = _ticks(max(x for one in panel.series for x, _ in one.points))
    up = _ticks(max(y for one in panel.series for _, y in one.points))

    def place(x: float, y: float) -> tuple[float, float]:
        return round(WIDTH * x / across[-1], 1), round(HEIGHT * (1 - y / up[-1]), 1)

    yield f'<text class="title" x="{8 - LEFT}" y="-34">{escape(panel.title)}</text>'
    for tick in up:
        level = place(0, tick)[1]
        yield f'<path class="{"grid" if tick else "axis"}" d="M0 {level}H{WIDTH}"/>'
        yield f'<text x="-8" y="{level + 4}" text-anchor="end">{tick:,g}</text>'
    for tick in across:
        yield f'<text x="{place(tick, 0)[0]}" y="{HEIGHT + 18}" text-anchor="middle">{tick:,g}</text>'
    yield f'<text x="{WIDTH / 2}" y="{HEIGHT + 35}" text-anchor="middle">{escape(panel.below)}</text>'
    for one in panel.series:
        last = max(x for x, _ in one.points)
        (left, first), (right, end) = place(0, one.start), place(last, one.start + one.slope * last)
        yield f'<path class="line colour{one.colour}{"" if one.full else " dashed"}" d="M{left} {first}L{right} {end}"/>'
    for one in panel.series:
        for point in one.points:
            yield _dot(one, *place(*point))


def _legend(series: Sequence[Series], width: float, level: float) -> Iterator[str]:
    for number, one in enumerate(series):
        at = 8 + number * (width - 8) / len(series)
        yield f'<path class="line colour{one.colour}{"" if one.full else " dashed"}" d="M{at} {level - 4}h28"/>'
        yield _dot(one, at + 14, level - 4)
        yield f'<text x="{at + 34}" y="{level}">{escape(one.name)}</text>'


def _dot(one: Series, x: float, y: float) -> str:
    return f'<circle class="dot colour{one.colour} {"full" if one.full else "hollow"}" cx="{x}" cy="{y}" r="3.5"/>'


def _ticks(largest: float) -> list[float]:
    """From 0 to at least `largest`, in four to six round steps."""
    rough = max(largest, 1e-9) / 5
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= rough)
    return [round(step * number, 10) for number in range(math.ceil(largest / step) + 1)]
