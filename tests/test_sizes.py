"""The sizes that CI prints are counted rightly."""

from tests import sizes

SOURCE = '''
def short():
    """Say what it does."""
    return 1


class Kept:
    def long(
        self,
        value,
    ):
        """Say what it does.

        In several lines.
        """
        def inner():
            """Say it alone."""

        return (
            value,
            inner,
        )
'''


def test_a_function_counts_without_its_head_and_docstring():
    found = {each.place: each.lines for each in sizes.functions(SOURCE, "x.py")}
    assert found == {"x.py:2 short": 1, "x.py:8 long": 7, "x.py:16 inner": 0}


def test_all_rooms_totals_and_the_longest_are_printed(capsys):
    sizes.main()
    printed = capsys.readouterr().out.splitlines()
    counted = {
        line.split()[0]: int(line.split()[3].replace(",", ""))
        for line in printed
        if " files " in line
    }
    rooms = [name for name in counted if name.startswith("grucli")]
    assert {"grucli", "grucli/engine", "grucli/cli", "package", "engine", "tests"} <= set(counted)
    assert sum(counted[name] for name in rooms) == counted["package"]
    assert counted["engine"] == counted["grucli/engine"]
    longest = [int(line.split()[2]) for line in printed if line.startswith("long module")]
    assert longest == sorted(longest, reverse=True)
    assert len(longest) == len([line for line in printed if line.startswith("long function")]) == 5
