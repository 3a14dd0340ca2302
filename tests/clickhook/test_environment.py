"""What is taken from the environment, and the sentences about what is not."""

from __future__ import annotations

import pytest

from clickhook.environment import Environment


def read(method: str, *arguments, **variables: str):
    environment = Environment(variables)
    return getattr(environment, method)("NAME", *arguments), environment.problems


@pytest.mark.parametrize("value", ["7", " 7 ", '"7"', "'7'", "7\n", "007"])
def test_spaces_and_quotation_marks_around_a_number_are_dropped(value):
    assert read("whole_number", 5, 1, 9, NAME=value) == (7, [])


@pytest.mark.parametrize(
    "value",
    [
        "0",
        "10",
        "-1",
        "",
        " ",
        '""',
        "1e0",
        "0x1",
        "1.0",
        "1_0",
        "+1",
        "inf",
        "nan",
        "None",
        "1 2",
        "\u0661",
        "9" * 5000,
        '"7',
    ],
)
def test_anything_else_is_a_problem_with_a_name(value):
    number, (problem,) = read("whole_number", 5, 1, 9, NAME=value)
    assert number == 5
    assert problem.startswith("NAME ")
    assert problem.endswith("a whole number from 1 to 9, in digits.")
    assert len(problem) < 100


@pytest.mark.parametrize(("value", "number"), [("0.5", 0.5), ("2", 2.0), (" 1.25 ", 1.25)])
def test_a_number_may_have_a_fraction(value, number):
    assert read("number", 1.0, 0.5, 2, NAME=value) == (number, [])


@pytest.mark.parametrize("value", ["0.49", "2.01", "0", "-1", "inf", "nan", "1e0", "1,5", ".5", ""])
def test_a_number_outside_of_its_bounds_is_a_problem(value):
    number, problems = read("number", 1.0, 0.5, 2, NAME=value)
    assert (number, len(problems)) == (1.0, 1)


def test_what_is_not_set_has_its_default():
    assert read("whole_number", 5, 1, 9) == (5, [])
    assert read("text", "default") == ("default", [])


def test_a_word_is_taken_in_any_case():
    assert read("choice", "INFO", ["INFO", "DEBUG"], NAME="debug") == ("DEBUG", [])
    assert read("choice", "INFO", ["INFO", "DEBUG"], NAME="loud")[1] == [
        "NAME is LOUD; it takes INFO, DEBUG."
    ]


@pytest.mark.parametrize("value", ["", " ", '""'])
def test_an_empty_path_is_a_problem(value, tmp_path):
    path, problems = read("path", tmp_path, NAME=value)
    assert (path, len(problems)) == (tmp_path, 1)


def test_a_value_that_may_be_a_secret_is_not_repeated():
    secret = "postgresql://hook:S3cretPw@h/d"
    assert "S3cret" not in str(read("whole_number", 5, 1, 9, NAME=secret)[1])
    assert "S3CRET" not in str(read("choice", "INFO", ["INFO"], NAME=secret)[1])


def test_a_file_may_hold_the_value(tmp_path):
    file = tmp_path / "value"
    file.write_text("from-a-file\n")
    assert read("text", NAME_FILE=str(file), NAME="from-the-variable") == ("from-a-file", [])
    assert read("text", NAME_FILE=f'"{file}"') == ("from-a-file", [])


def test_a_file_that_cannot_be_read_is_a_problem(tmp_path):
    (tmp_path / "binary").write_bytes(b"\xff")
    (tmp_path / "long").write_bytes(b"x" * 100_000)
    for name, sentence in {
        "none": "cannot be read: No such file or directory.",
        ".": "cannot be read: Is a directory.",
        "binary": "does not name a short text file.",
        "long": "does not name a short text file.",
        "\0": "does not name a short text file.",
    }.items():
        assert read("text", NAME_FILE=f"{tmp_path}/{name}")[1] == [f"NAME_FILE {sentence}"]


def test_an_unknown_name_is_told_with_the_nearest_known_one():
    environment = Environment({"CLICKHOOK_PUBLIK_URL": "x", "CLICKHOOK_Z": "x", "OTHER": "x"})
    environment.text("CLICKHOOK_PUBLIC_URL")
    assert environment.unknown_names() == [
        "CLICKHOOK_PUBLIK_URL is not known here; is CLICKHOOK_PUBLIC_URL meant?",
        "CLICKHOOK_Z is not known here.",
    ]


def test_every_problem_is_kept():
    environment = Environment({"ONE": "x", "TWO": "y"})
    environment.whole_number("ONE", 1, 1, 9)
    environment.number("TWO", 1, 1, 9)
    assert [problem.split()[0] for problem in environment.problems] == ["ONE", "TWO"]
