"""Where bars, lines and words stand in a chart of 400 by 220 units; how they look, the style sheet says."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

WIDTH, HEIGHT = 400, 220
LEFT, RIGHT, TOP, BOTTOM = 40, 8, 12, 24
INNER_WIDTH, INNER_HEIGHT = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
MOST_WORDS = 6  # under the axis
ROW = 34  # the height of a horizontal bar with its words


class Box(NamedTuple):
    x: float
    y: float
    width: float
    height: float
    kind: str  # a class of the style sheet
    title: str


class Words(NamedTuple):
    x: float
    y: float
    text: str


class Chart(NamedTuple):
    height: float
    boxes: Sequence[Box] = ()
    lines: Sequence[str] = ()  # paths
    dots: Sequence[Words] = ()  # single points of a line, with their titles
    values: Sequence[Words] = ()  # along the upright axis
    words: Sequence[Words] = ()  # along the level axis
    width: float = WIDTH
    left: float = LEFT


def stacked_bars(
    labels: Sequence[str], kinds: Sequence[str], bars: Sequence[Sequence[int]]
) -> Chart:
    """`bars` holds a number for each kind."""
    top = nice_top(max((sum(bar) for bar in bars), default=0))
    place = INNER_WIDTH / max(len(bars), 1)
    boxes = []
    for position, (label, bar) in enumerate(zip(labels, bars, strict=True)):
        below = 0
        for kind, number in zip(kinds, bar, strict=True):
            height = INNER_HEIGHT * number / top
            y = TOP + INNER_HEIGHT - INNER_HEIGHT * below / top - height
            if number:
                title = f"{label}: {number:,} {kind}"
                boxes.append(
                    _box(LEFT + place * (position + 0.1), y, place * 0.8, height, kind, title)
                )
            below += number
    return Chart(HEIGHT, boxes=boxes, values=_values(top), words=_words(labels))


def line(labels: Sequence[str], numbers: Sequence[float | None], top: float, unit: str) -> Chart:
    """With a gap where there is no number."""
    place = INNER_WIDTH / max(len(numbers), 1)
    points = [
        None if number is None else (round(LEFT + place * (n + 0.5), 1), _y(number, top))
        for n, number in enumerate(numbers)
    ]
    dots = [
        Words(point[0], point[1], f"{label}: {number:.0f} {unit}")
        for label, number, point in zip(labels, numbers, points, strict=True)
        if point is not None and number is not None
    ]
    paths = ["M" + " L".join(f"{x} {y}" for x, y in run) for run in _runs(points) if len(run) > 1]
    return Chart(HEIGHT, lines=paths, dots=dots, values=_values(top), words=_words(labels))


def steps(labels: Sequence[str], numbers: Sequence[int]) -> Chart:
    top = nice_top(max(numbers, default=0))
    place = INNER_WIDTH / max(len(numbers), 1)
    path = f"M{LEFT} {_y(numbers[0] if numbers else 0, top)}"
    for position, number in enumerate(numbers):
        path += f" V{_y(number, top)} H{round(LEFT + place * (position + 1), 1)}"
    return Chart(HEIGHT, lines=[path], values=_values(top), words=_words(labels))


def level_bars(bars: Sequence[tuple[str, int]]) -> Chart:
    """Each under its words, the number behind it."""
    most = max((number for _, number in bars), default=1)
    room = WIDTH - 70
    boxes = [
        _box(0, ROW * n + 18, room * number / most, 10, "refused", f"{text}: {number:,}")
        for n, (text, number) in enumerate(bars)
    ]
    values = [
        Words(box.width + 6, box.y + 9, f"{number:,}")
        for box, (_, number) in zip(boxes, bars, strict=True)
    ]
    words = [Words(0, ROW * n + 12, text) for n, (text, _) in enumerate(bars)]
    return Chart(ROW * len(bars) + 4, boxes=boxes, values=values, words=words, left=0)


def nice_top(most: float) -> int:
    """The end of an axis: 1, 2, 4, 5 or 10 times a power of ten, with room above."""
    if most <= 4:
        return 4
    power = 10 ** math.floor(math.log10(most))
    return int(next(step * power for step in (1, 2, 4, 5, 10) if step * power >= most))


def _values(top: float) -> list[Words]:
    return [
        Words(LEFT - 5, _y(top * quarter / 4, top), _short(top * quarter / 4))
        for quarter in range(5)
    ]


def _short(number: float) -> str:
    return f"{number / 1000:g}k" if number >= 10_000 else f"{number:g}"


def _words(labels: Sequence[str]) -> list[Words]:
    place = INNER_WIDTH / max(len(labels), 1)
    every = max(1, math.ceil(len(labels) / MOST_WORDS))
    shown = [(n, label) for n, label in enumerate(labels) if n % every == 0]
    return [Words(round(LEFT + place * (n + 0.5), 1), HEIGHT - 8, label) for n, label in shown]


def _runs(points: Sequence[tuple[float, float] | None]) -> list[list[tuple[float, float]]]:
    runs: list[list[tuple[float, float]]] = [[]]
    for point in points:
        if point is None:
            runs.append([])
        else:
            runs[-1].append(point)
    return runs


def _y(number: float, top: float) -> float:
    return round(TOP + INNER_HEIGHT * (1 - number / top), 1)


def _box(x: float, y: float, width: float, height: float, kind: str, title: str) -> Box:
    return Box(round(x, 1), round(y, 1), round(width, 1), round(height, 1), kind, title)
