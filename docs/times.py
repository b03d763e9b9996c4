#!/usr/bin/env python3
"""Draws where the time of a decode step goes: per layer, per token of context, per thread.

    docs/times.py build/release/fusebox build/assets/SmolLM2-135M-Instruct.Q4_1.gguf

Measures with `fusebox bench --roofline` (a minute; nothing else may run) and writes docs/times.svg.
--data FILE keeps what was measured, or draws it again if it is there.
"""

import argparse
import json
import subprocess
from pathlib import Path

DEPTHS = [0, 512, 1024, 1536, 2048]
SHOWN_DEPTH = 512  # in the bars
WIDTH, CHART = 900, 188  # the width of the picture, the height of its lower chart
INK, FAINT, GRID = "#24292f", "#6e7781", "#d8dee4"
COLOURS = {"gate, up, down": "#2f6db5", "q, k, v, o": "#6ba3dc", "attention": "#e08a1e", "everything else": "#b8bec6",
           "head": "#7b4fa3", "between kernels": "#e4e7eb"}
THREAD_COLOURS = ["#a1433f", "#2f6db5", "#3d8a55", "#7b4fa3"]


def measure(program, model, threads):
    runs = []
    for count in threads:
        for depth in DEPTHS:
            command = [program, "bench", model, "--roofline", "--program", "decode", "--json", "--threads", str(count),
                       "--depth", str(depth)]
            runs.append(json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout))
    return runs


def kind(row, layers):
    """What a kernel is for, by its name and sizes."""
    if row["kernel"].startswith("attention"):
        return "attention"
    sizes = row["sizes"].split()[0].split("x")
    if row["kernel"].startswith(("block_dot", "dot")) and len(sizes) == 3:
        if row["times"] < layers:
            return "head"
        depth, columns = int(sizes[1]), int(sizes[2])
        return "gate, up, down" if max(depth, columns) > 2 * min(depth, columns) and columns >= 512 else "q, k, v, o"
    return "everything else"


def split(step):
    """The milliseconds of each kind in one step."""
    layers = max(row["times"] for row in step["kernels"] if row["kernel"].startswith("attention"))
    parts = dict.fromkeys(COLOURS, 0.0)
    for row in step["kernels"]:
        parts[kind(row, layers)] += row["ms"]
    parts["between kernels"] = step["between_ms"]
    return parts, int(layers)


def text(x, y, words, size=13, anchor="start", colour=INK, weight="normal"):
    return (f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" fill="{colour}" '
            f'font-weight="{weight}">{words}</text>')


def line(x1, y1, x2, y2, colour=GRID, dash="", width=1):
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    return (f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}" '
            f'stroke-width="{width}"{dashes}/>')


def step_for(most, marks):
    """A round distance of marks on an axis up to `most`."""
    for distance in (0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500):
        if most / distance <= marks:
            return distance
    return most


def bars(runs, top):
    """A bar for each number of threads: the kinds of kernels, side by side."""
    chosen = [run for run in runs if run["depth"] == SHOWN_DEPTH]
    out = [text(40, top, f"One decode step after {SHOWN_DEPTH:,} tokens, by what its kernels do", 15, weight="600")]
    left, right = 120, WIDTH - 40
    most = max(run["programs"][0]["step_ms"] for run in chosen) * 1.02
    scale = (right - left) / most
    bottom = top + 24 + 46 * len(chosen)
    distance = step_for(most, 10)
    for i in range(int(most / distance) + 1):
        x = left + i * distance * scale
        out += [line(x, top + 16, x, bottom), text(x, bottom + 16, f"{i * distance:g}", 11, "middle", FAINT)]
    out.append(text(right, bottom + 32, "milliseconds", 11, "end", FAINT))
    for number, run in enumerate(chosen):
        y, x = top + 24 + 46 * number, left
        threads = run["threads"]
        out.append(text(left - 10, y + 21, f"{threads} thread{'s' if threads > 1 else ''}", 13, "end"))
        parts, layers = split(run["programs"][0])
        for name, ms in parts.items():
            width = ms * scale
            out.append(f'<rect x="{x:.1f}" y="{y}" width="{max(width, 0.5):.1f}" height="34" fill="{COLOURS[name]}">'
                       f"<title>{name}: {ms:.3f} ms</title></rect>")
            if width > 34:
                ink = INK if name in ("everything else", "between kernels") else "#ffffff"
                out.append(text(x + width / 2, y + 21, f"{ms:.2f}", 12, "middle", ink))
            x += width
    x = left
    for name, colour in COLOURS.items():
        out.append(f'<rect x="{x}" y="{bottom + 42}" width="12" height="12" fill="{colour}"/>')
        out.append(text(x + 17, bottom + 53, name, 12))
        x += 40 + 7 * len(name)
    parts, layers = split(chosen[-1]["programs"][0])
    per_layer = sum(ms for name, ms in parts.items() if name not in ("head", "between kernels")) / layers
    out.append(text(40, bottom + 80, f"{layers} layers of {1000 * per_layer:.0f} µs each with {chosen[-1]['threads']} "
                    f"threads, and the head's {parts['head']:.2f} ms, once.", 13, colour=FAINT))
    return out, bottom + 80


def lines(runs, top):
    """Milliseconds per token against the tokens before it, for each number of threads."""
    out = [text(40, top, "A token's time against the context before it", 15, weight="600")]
    left, right, bottom = 80, WIDTH - 150, top + CHART
    high = top + 18
    most = max(run["programs"][0]["step_ms"] for run in runs) * 1.08
    across, up = (right - left) / max(DEPTHS), (bottom - high) / most
    distance = step_for(most, 6)
    for i in range(int(most / distance) + 1):
        y = bottom - i * distance * up
        out += [line(left, y, right, y), text(left - 8, y + 4, f"{i * distance:g} ms", 11, "end", FAINT)]
    for depth in DEPTHS:
        out.append(text(left + depth * across, bottom + 17, f"{depth:,}", 11, "middle", FAINT))
    out.append(text(right, bottom + 34, "tokens of context", 11, "end", FAINT))
    for number, threads in enumerate(sorted({run["threads"] for run in runs})):
        colour = THREAD_COLOURS[number % len(THREAD_COLOURS)]
        own = sorted((run for run in runs if run["threads"] == threads), key=lambda run: run["depth"])
        for key, dash, width in (("step_ms", "", 2.5), ("least_ms", "2 4", 1.5)):
            points = [(left + run["depth"] * across, bottom - run["programs"][0][key] * up) for run in own]
            path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
            dashes = f' stroke-dasharray="{dash}"' if dash else ""
            out.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="{width}"{dashes}/>')
            if not dash:
                out += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>' for x, y in points]
            words = f"{threads} thread{'s' if threads > 1 else ''}" if not dash else "  the machine's peaks"
            out.append(text(points[-1][0] + 10, points[-1][1] + 4, words, 12 if not dash else 11, colour=colour))
    return out, bottom


def draw(runs):
    run = runs[0]
    peaks = {each["threads"]: each["peaks"] for each in runs}
    roofs = " · ".join(f"{threads} thread{'s' if threads > 1 else ''}: {each['memory_gb_s']:.0f} GB/s, "
                       f"{each['int8_gop_s']:.0f} int8 Gop/s" for threads, each in sorted(peaks.items()))
    head = [text(40, 34, f"{run['model']} on {run['processor']}", 17, weight="600"),
            text(40, 54, f"{run['dtype']} weights as in the file · {roofs}", 12, colour=FAINT)]
    first, end = bars(runs, 92)
    second, end = lines(runs, end + 34)
    height = end + 50
    body = "\n".join(head + first + second)
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
            f'font-family="system-ui, -apple-system, Segoe UI, sans-serif">\n'
            f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>\n{body}\n</svg>\n')


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", help="the fusebox program")
    parser.add_argument("model")
    parser.add_argument("--threads", default="1,2", help="numbers of threads (default: 1,2)")
    parser.add_argument("--data", type=Path, help="a file that keeps what was measured")
    parser.add_argument("-o", "--output", type=Path, default=Path(__file__).with_suffix(".svg"))
    given = parser.parse_args()
    if given.data and given.data.exists():
        runs = json.loads(given.data.read_text())
    else:
        runs = measure(given.program, given.model, [int(word) for word in given.threads.split(",")])
        if given.data:
            given.data.write_text(json.dumps(runs))
    given.output.write_text(draw(runs))


if __name__ == "__main__":
    main()
