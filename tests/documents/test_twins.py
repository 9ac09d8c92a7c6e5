"""Pages run side by side, and one in Chinese goes on where it parts from its twin."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.documents import pages, runner, test_blocks

ONCE = "```sh\necho run >> runs\n```\n"
COUNTED = '```sh\ntest "$(wc -l < runs)" -eq {}\n```\n'


@pytest.fixture
def pair(tmp_path, monkeypatch):
    """Return what writes a page and its twin, runs those asked for and gives their futures."""
    english, chinese = tmp_path / "docs", tmp_path / "docs" / "zh"
    chinese.mkdir(parents=True)
    monkeypatch.setattr(test_blocks, "ENGLISH", english)
    monkeypatch.setattr(test_blocks, "CHINESE", chinese)
    paths = [english / "a.md", chinese / "a.md"]
    monkeypatch.setattr(pages, "paths", lambda: paths)
    monkeypatch.setattr(runner, "prepare", lambda page, folder, model: None)
    folder = tmp_path / "runs"
    folder.mkdir()

    def run(*texts, asked=slice(None)):
        for path, text in zip(paths, texts, strict=True):
            path.write_text(text, encoding="utf-8")
        with ThreadPoolExecutor(max_workers=2) as pool:
            futures = test_blocks.start(paths[asked], folder, pool)
        return [future.exception() for future in futures.values()]

    return run


def test_what_twins_share_is_run_once(pair):
    own = "```sh\necho en >> runs\n```\n" + COUNTED.format(2)
    assert pair(ONCE + own, ONCE + COUNTED.format(1)) == [None, None]


def test_twins_that_are_alike_are_one_run(pair):
    text = ONCE + COUNTED.format(1)
    assert pair(text, text) == [None, None]


def test_a_page_in_chinese_runs_by_itself(pair):
    assert pair(ONCE, ONCE + COUNTED.format(1), asked=slice(1, None)) == [None]


def test_what_is_wrong_after_the_twins_part_is_found(pair):
    english, chinese = pair(ONCE + COUNTED.format(1), ONCE + COUNTED.format(2))
    assert english is None
    assert "zh/a.md:4: ends with 1, not 0" in str(chinese)


def test_what_is_wrong_in_english_does_not_speak_for_chinese(pair):
    english, chinese = pair(ONCE + COUNTED.format(5), ONCE + COUNTED.format(1))
    assert "docs/a.md:4: ends with 1, not 0" in str(english)
    assert chinese is None


def test_what_is_wrong_in_both_is_found_in_both(pair):
    text = ONCE + COUNTED.format(5)
    assert all("ends with 1" in str(error) for error in pair(text, text))
