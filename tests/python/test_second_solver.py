"""Questions of the prover, as SMT-LIB 2, put to another solver: cvc5 shares no code with Z3."""

from pathlib import Path

import pytest
import stateroom

cvc5 = pytest.importorskip("cvc5")
MILLISECONDS = "120000"


def answer(path: Path) -> str:
    solver = cvc5.Solver(cvc5.TermManager())
    solver.setOption("tlimit-per", MILLISECONDS)
    parser = cvc5.InputParser(solver)
    parser.setFileInput(cvc5.InputLanguage.SMT_LIB_2_6, str(path))
    symbols, said = parser.getSymbolManager(), ""
    while not (command := parser.nextCommand()).isNull():
        said += command.invoke(solver, symbols)
    return said.strip()


def agree(folder: Path, name: str, version: str, files: slice) -> set[str]:
    stateroom.prove(name, version, smt2=str(folder))
    answers = set()
    for path in sorted(folder.glob("*.smt2"))[files]:
        with path.open() as file:
            status = file.readline()
        said = answer(path)
        assert status == f"(set-info :status {said})\n", path.name
        answers.add(said)
    return answers


@pytest.mark.long
def test_cvc5_says_the_same_of_a_proof(tmp_path):
    # The first question asks whether the hypotheses hold together, the others are the proof.
    assert agree(tmp_path, "creators-keep-power", "12", slice(0, 2)) == {"sat", "unsat"}


# Not closed-selection: of its proof cvc5 says nothing in two minutes.
@pytest.mark.long
@pytest.mark.parametrize(
    ("name", "version"),
    [("same-rules:7", "6"), ("same-rules:9", "8"), ("depth-free", "12"), ("peers", "12")],
)
def test_cvc5_says_the_same_of_every_question(name, version, tmp_path):
    assert "unsat" in agree(tmp_path, name, version, slice(None))
