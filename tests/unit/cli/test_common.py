"""What all verbs of the command line share."""

import json

from carservices.cli.common import show_json


def test_bytes_are_shown_in_hexadecimal_digits(capsys):
    show_json([[0x7E8, b"\x62\xf1\x90"]])
    assert json.loads(capsys.readouterr().out) == [[0x7E8, "62f190"]]
