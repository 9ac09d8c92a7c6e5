"""The classifier of the guide passes the checks of aeon, for whoever has installed that by hand."""

from importlib import import_module

import pytest

from tests.documents import pages

checking = pytest.importorskip("aeon.testing.estimator_checking")
GUIDE = pages.ROOT / "docs" / "guide" / "scikit-learn.md"


@pytest.mark.filterwarnings("ignore")
def test_the_checks_of_aeon(tmp_path, monkeypatch):
    block = next(each for each in pages.read(GUIDE).blocks if "BaseClassifier" in each.text)
    (tmp_path / "guide_in_aeon.py").write_text(block.text)
    monkeypatch.syspath_prepend(tmp_path)
    model = import_module("guide_in_aeon").GruClassifier(epochs=3)
    found = checking.check_estimator(model, raise_exceptions=False)
    assert len(found) > 20
    assert {name: said for name, said in found.items() if said != "PASSED"} == {}
