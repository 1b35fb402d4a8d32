"""Certificates of bounded proofs: accepted as they are written, refused after any change that matters."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
import stateroom
from stateroom.cli import app
from typer.testing import CliRunner

ROOT = Path(__file__).parents[2]
FORKS = ["honest-clock", "no-revocation", "honest-auth-events"]


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("proof") / "authorised"
    answer = stateroom.prove_bounded("authorised-result", "12", events=3, hypotheses=FORKS, certificate=folder)
    assert answer.verdict == "proved"
    return folder


@pytest.fixture
def folder(written, tmp_path):
    return shutil.copytree(written, tmp_path / "copy")


def refused(folder, because):
    found = stateroom.check_certificate(folder)
    assert not found.accepted
    assert because in found.wrong


def test_a_certificate_is_accepted_as_it_was_written(written):
    found = stateroom.check_certificate(written)
    assert found.accepted, found.wrong
    # One event; two in a row or side by side; three but for three side by side.
    assert (found.property, found.version, found.events, found.shapes) == ("authorised-result", "12", 3, 1 + 2 + 4)
    assert found.steps > 1000
    done = subprocess.run(
        [Path(sys.executable).with_name("stateroom"), "certificate", "check", str(written), "--json"],
        capture_output=True,
        text=True,
    )
    line = json.loads(done.stdout)
    jsonschema.validate(line, json.loads((Path(stateroom.__file__).parent / "schemas/certificate.json").read_text()))
    assert (done.returncode, line["accepted"]) == (0, True)


def test_a_folder_of_certificates_is_checked_whole(written, tmp_path):
    for name in ("one", "two"):
        shutil.copytree(written, tmp_path / name)
    result = CliRunner().invoke(app, ["certificate", "check", str(tmp_path)])
    assert (result.exit_code, result.output.count("accepted")) == (0, 2)
    (tmp_path / "two" / "certificate.txt").write_text("stateroom-certificate/1\n")
    assert CliRunner().invoke(app, ["certificate", "check", str(tmp_path)]).exit_code == 1


def test_the_checker_stands_alone(written, tmp_path):
    program = tmp_path / "check_certificate"
    sources = [ROOT / "certificate/check.cpp", ROOT / "certificate/main.cpp"]
    subprocess.run(["g++", "-std=c++20", "-O1", f"-I{ROOT}", *sources, "-o", program], check=True)
    assert subprocess.run([program, written]).returncode == 0
    (written.parent / "empty").mkdir()
    assert subprocess.run([program, written.parent / "empty"]).returncode == 1


def test_a_shape_that_is_left_out_is_missed(folder):
    listing = folder / "certificate.txt"
    lines = listing.read_text().splitlines()
    listing.write_text("\n".join(line for line in lines if not line.startswith("shape 3-0002")) + "\n")
    refused(folder, "not every shape is proved")


def test_a_greater_bound_is_not_believed(folder):
    listing = folder / "certificate.txt"
    listing.write_text(listing.read_text().replace("events 3\n", "events 4\n"))
    refused(folder, "of histories of 4 events not every shape")


def test_hypotheses_decide_which_shapes_are_wanted(folder):
    listing = folder / "certificate.txt"
    listing.write_text(listing.read_text().replace("hypothesis honest-auth-events\n", ""))
    refused(folder, "not every shape is proved")


def test_a_proof_that_is_cut_off_is_refused(folder):
    proof = folder / "3-0003.drat"
    proof.write_bytes(proof.read_bytes()[: proof.stat().st_size // 2])
    refused(folder, "3-0003.drat")


def test_a_contradiction_that_is_only_said_is_refused(folder):
    (folder / "3-0001.drat").write_bytes(b"a\0")
    refused(folder, "step 1 does not follow")


def test_the_proof_of_another_shape_is_refused(folder):
    shutil.copy(folder / "3-0000.drat", folder / "3-0003.drat")
    refused(folder, "3-0003.drat")


def test_clauses_without_the_question_are_refused(folder):
    # The last clause but one says that the history keeps to the terms, the last that the property is violated.
    problem = folder / "2-0001.cnf"
    lines = problem.read_text().splitlines()
    head = next(number for number, line in enumerate(lines) if line.startswith("p cnf"))
    count = int(lines[head].split()[3])
    lines[head] = " ".join([*lines[head].split()[:3], str(count - 1)])
    problem.write_text("\n".join(lines[:-1]) + "\n")
    refused(folder, "2-0001.drat")


def test_a_step_that_does_not_follow_is_refused(folder):
    proof = folder / "3-0003.drat"
    proof.write_bytes(b"a\x04\0" + proof.read_bytes())  # variable 2 is true, of which nothing is known
    refused(folder, "step 1 does not follow")
