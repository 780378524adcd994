"""Report: the outcome of a check in the forms that people and programs read.

Place in the flow: findings -> **report**. Nothing is judged or counted here: a module a form, ``forms`` is their table.
"""

from gongfu.report.forms import FORMS, Form, written
from gongfu.report.grouping import FEW, MANY
from gongfu.report.json_form import as_json
from gongfu.report.text import as_text

__all__ = ["FEW", "FORMS", "MANY", "Form", "as_json", "as_text", "written"]
