from pathlib import Path

from app.session.troubles import UNEXPECTED_SUMMARY, trouble_of
from core.errors import OutputError


def raised(error: Exception) -> Exception:
    try:
        raise error
    except Exception as caught:
        return caught


def test_a_typed_error_speaks_for_itself():
    trouble = trouble_of(raised(OutputError("The disk is full.", "Make room.")))
    assert (trouble.summary, trouble.remedy) == ("The disk is full.", "Make room.")
    assert "OutputError" in trouble.details


def test_an_unexpected_error_is_explained_without_jargon():
    trouble = trouble_of(raised(ZeroDivisionError("division by zero")))
    assert trouble.summary == UNEXPECTED_SUMMARY
    assert "ZeroDivisionError" not in trouble.summary + trouble.remedy
    assert "ZeroDivisionError" in trouble.details


def test_details_name_no_home_folder():
    trouble = trouble_of(raised(ValueError(f"cannot read {Path.home() / 'aunt.jpg'}")))
    assert str(Path.home()) not in trouble.details
    assert "aunt" not in trouble.details
