"""What the README files name is there: links, folders, make targets, libraries."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]


def pages() -> list[Path]:
    """All Markdown files of the repository."""
    listed = subprocess.run(["git", "ls-files", "*.md"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).exists()]


def test_links_lead_somewhere():
    broken = []
    for page in pages():
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text()):
            if not re.match(r"\w+:", target) and not (page.parent / target).exists():
                broken.append(f"{page.relative_to(ROOT)}: {target}")
    assert not broken


def test_the_make_targets_that_are_named_exist():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {
        (page.relative_to(ROOT).as_posix(), target)
        for page in pages()
        for target in re.findall(r"(?:`|^    )make ([a-z-]+)", page.read_text(), re.MULTILINE)
    }
    assert {target for _, target in named} >= {"test", "help"}
    assert not [pair for pair in named if pair[1] not in targets]


def test_every_folder_has_a_readme_and_stands_in_the_map():
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    folders = {name.split("/")[0] for name in listed.splitlines() if "/" in name} - {".ci"}
    assert not [folder for folder in sorted(folders) if not (ROOT / folder / "README.md").exists()]
    readme = (ROOT / "README.md").read_text()
    assert not [folder for folder in sorted(folders) if f"]({folder})" not in readme]


def test_the_readme_says_what_each_python_package_is_for():
    direct = (ROOT / "requirements.txt").read_text().split("# What those bring along")[0]
    readme = (ROOT / "README.md").read_text().lower()
    assert not [name for name in re.findall(r"^([\w-]+)==", direct, re.MULTILINE) if name.lower() not in readme]
