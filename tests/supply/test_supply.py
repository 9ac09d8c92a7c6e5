"""What may be installed and what is packed is told from what is meant; the record is whole."""

import subprocess
import sys
import tarfile
import zipfile

import pytest

from tests.supply import contents, installed, lowest

TRACKED = {"grucli/a.py", "docs/man/grucli.1", "tests/t.py", ".ci/run", "README.md"}


def test_the_lowest_versions_are_those_of_the_project():
    pins = lowest.pins({"dependencies": ["numpy>=1.26", "rich>=13.8"]})
    assert pins == ["numpy==1.26", "rich==13.8"]
    names = [pin.partition("==")[0] for pin in lowest.pins(lowest.project())]
    assert {"numpy", "pydantic", "pyyaml", "rich", "typer", "onnx"} <= set(names)
    assert "pytest" not in names


@pytest.mark.parametrize("dependency", ["numpy", "numpy>=1,<2", "numpy>=1; python_version>'3'"])
def test_a_dependency_without_one_bound_is_refused(dependency):
    with pytest.raises(ValueError, match="is not NAME>=VERSION"):
        lowest.pins({"dependencies": [dependency]})


def test_packages_hold_what_is_tracked():
    assert contents.of_wheel(TRACKED, "1.0") == {
        "grucli/a.py",
        "grucli-1.0.data/data/share/man/man1/grucli.1",
        *(f"grucli-1.0.dist-info/{name}" for name in contents.METADATA),
    }
    sdist = contents.of_sdist(TRACKED, "1.0")
    assert {"grucli-1.0/tests/t.py", "grucli-1.0/PKG-INFO"} < sdist
    assert "grucli-1.0/.ci/run" not in sdist


def pack(folder, wheel, sdist):
    """Write packages of these names, without content."""
    with zipfile.ZipFile(folder / "grucli-1.0-py3-none-any.whl", "w") as archive:
        for name in wheel:
            archive.writestr(name, "")
    with tarfile.open(folder / "grucli-1.0.tar.gz", "w:gz") as archive:
        for name in sdist:
            archive.addfile(tarfile.TarInfo(name))


def test_each_stray_and_each_missing_file_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(contents, "tracked", lambda: TRACKED)
    wheel, sdist = contents.of_wheel(TRACKED, "1.0"), contents.of_sdist(TRACKED, "1.0")
    pack(tmp_path, sorted(wheel), sorted(sdist))
    assert contents.differences(tmp_path) == []
    pack(tmp_path, [*sorted(wheel - {"grucli/a.py"}), "tests/t.py"], [*sorted(sdist), "x.pem"])
    assert contents.differences(tmp_path) == [
        "grucli-1.0-py3-none-any.whl: tests/t.py is not meant to be in it",
        "grucli-1.0-py3-none-any.whl: grucli/a.py is missing",
        "grucli-1.0.tar.gz: x.pem is not meant to be in it",
    ]
    (tmp_path / "grucli-1.0.tar.gz").unlink()
    with pytest.raises(ValueError, match="one wheel and one sdist"):
        contents.differences(tmp_path)


def test_what_needs_what_is_read_without_extras_and_windows():
    listed = [
        "Typing_Extensions>=4.6; python_version < '4'",
        "email-validator; extra == 'email'",
        'colorama; platform_system == "Windows"',
    ]
    assert installed.required(listed) == ["typing-extensions"]


def test_this_environment_has_what_the_record_names():
    """Others are here beside them, at other versions: names and who needs them must agree."""
    recorded = installed.recorded()
    assert {name for name, each in recorded.items() if "grucli" in each.needed_by} == set(
        installed.required(lowest.project()["dependencies"])
    )
    found = installed.found()
    assert set(found) == set(recorded)
    assert all(each.size > 1000 and each.licence != "not stated" for each in found.values())


def test_what_changes_in_an_install_is_told():
    recorded = installed.recorded()
    assert installed.differences(recorded, recorded) == []
    changed = {name: each for name, each in recorded.items() if name != "rich"}
    numpy = installed.Package(version="9", licence="other", size=10**9, needed_by=("grucli",))
    lines = installed.differences({**changed, "numpy": numpy, "new": numpy}, recorded)
    assert lines[0] == "new is new: other"
    assert lines[1] == "rich is gone"
    assert lines[2].startswith("numpy: the licence is other, recorded was BSD-3-Clause")
    assert lines[3].startswith("all together 20")
    assert len(lines) == 4


def test_the_command_ends_with_1_where_something_differs(tmp_path):
    def run(*words):
        command = [sys.executable, "-m", "tests.supply", *words]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    lines = run("lowest").stdout.splitlines()
    assert lines == lowest.pins(lowest.project())
    pack(tmp_path, ["grucli/stray.txt"], [])
    done = run("contents", str(tmp_path))
    assert done.returncode == 1
    assert "grucli/stray.txt is not meant to be in it" in done.stdout
