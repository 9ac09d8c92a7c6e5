"""Numbers and tables as text."""


def number(value):
    """Return a number with three digits that count."""
    return f"{value:,.0f}" if value >= 100 else f"{value:#.3g}"


def markdown(head, lines):
    """Return a table of a line of names and lines of cells, "" if there are no lines."""
    rows = [head, ["---"] * len(head), *lines] if lines else []
    return "".join("| " + " | ".join(map(str, row)) + " |\n" for row in rows)


def titled(parts):
    """Return tables under their titles, without those that are empty."""
    return "\n".join(f"{title}\n\n{table}" for title, table in parts.items() if table)
