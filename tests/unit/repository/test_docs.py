"""What the documents name exists: files behind relative links, and verbs of the command."""

import re
import subprocess
from pathlib import Path

import pytest

from carservices.cli.main import verbs

ROOT = Path(__file__).parents[3]
LINK = re.compile(r"\]\((?!\w+:|#)([^)#\s]+)")
VERB = re.compile(r"(?:^|[`/ ])carservices ([a-z]+)\b", re.MULTILINE)
CODE = re.compile(r"```\w*\n(.*?)```|`([^`\n]+)`", re.DOTALL)
DOCUMENTS = subprocess.run(
    ["git", "ls-files", "*.md"], cwd=ROOT, capture_output=True, text=True, check=True
).stdout.splitlines()


@pytest.mark.parametrize("name", DOCUMENTS)
def test_links_lead_somewhere(name):
    document = ROOT / name
    links = LINK.findall(document.read_text(encoding="utf-8"))
    assert [link for link in links if not (document.parent / link).exists()] == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_verbs_exist(name):
    code = "\n".join(map("".join, CODE.findall((ROOT / name).read_text(encoding="utf-8"))))
    assert set(VERB.findall(code)) <= verbs().keys()
