"""The tables as text, and the short one of docs/comparison.md as Markdown."""


def number(value):
    return f"{value:.0f}" if value >= 1000 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def ratio(figure):
    return f"{number(figure['median'])} ({number(figure['min'])}-{number(figure['max'])})"


def judged(limits):
    return "; ".join(f"{one['figure']} {number(one['measured'])} {one['kind']} {one['bound']:g}: {'ok' if one['ok'] else 'MISSED'}"
                     for one in limits)


HEADS = ("", "runs", "wall ms", "peer", "ratio (min-max)", "cpu ms", "peer", "ratio (min-max)", "peak MB", "peer", "limits")
RATE_HEADS = ("", "runs", "GB/s (min-max)", "of memcpy", "limits")


def cells(row):
    ours, peer = row["ours"], row["peer"]
    name = row["name"]
    if "rate" in row:
        rate = row["rate"]
        name += f" ({number(rate['ours']['median'])} {rate['of']}/s to {number(rate['peer']['median'])})"
    return (name, str(row["runs"]), number(ours["wall_ms"]["median"]), number(peer["wall_ms"]["median"]), ratio(row["wall_ratio"]),
            number(ours["cpu_ms"]["median"]), number(peer["cpu_ms"]["median"]), ratio(row["cpu_ratio"]),
            number(ours["peak_mb"]["max"]), number(peer["peak_mb"]["max"]), judged(row["limits"]))


def rate_cells(row):
    return (row["name"], str(row["runs"]), ratio(row["gb_per_s"]), number(row["of_memcpy"]), judged(row["limits"]))


def print_table(table, out):
    """Columns as wide as they must be: words to the left, figures to the right."""
    if not table["rows"] and not table["notes"]:
        return
    print(f"\n{table['title']}", file=out)
    rates = any("gb_per_s" in row for row in table["rows"])
    lines = [RATE_HEADS if rates else HEADS, *map(rate_cells if rates else cells, table["rows"])]
    widths = [max(map(len, column)) for column in zip(*lines)]
    if table["rows"]:
        for line in lines:
            figures = "  ".join(cell.rjust(width) for cell, width in zip(line[1:-1], widths[1:-1]))
            print(f"  {line[0].ljust(widths[0])}  {figures}  {line[-1]}".rstrip(), file=out)
    for note in table["notes"]:
        print(f"  {note}", file=out)
    out.flush()


def machine_line(machine):
    return f"{machine['date']}; {machine['cores']} cores of {machine['cpu']}; Linux {machine['kernel']}; libcurl {machine['libcurl']}"


def limits_line(tables):
    kept = [limit["ok"] for table in tables for row in table["rows"] for limit in row["limits"]]
    return f"Limits: {kept.count(True)} kept, {kept.count(False)} missed."


def markdown(report):
    """The rows that say most, one line each, for docs/comparison.md."""
    lines = [f"{machine_line(report['machine'])}. Ratio: limn's figure by its peer's in the same run, median (min-max).", "",
             "| | wall ms | peer | ratio | CPU ratio | peak MB |", "|---|---|---|---|---|---|"]
    for table in report["tables"]:
        for row in table["rows"]:
            if row["short"]:
                _, _, wall, peer, wall_ratio, _, _, cpu_ratio, peak, _, _ = cells(row)
                lines.append(f"| {row['short']} | {wall} | {peer} | {wall_ratio} | {cpu_ratio} | {peak} |")
    return "\n".join(lines)
