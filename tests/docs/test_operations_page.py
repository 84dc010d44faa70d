"""docs/operations.md lists every variable that the processes read, with its default, and no other."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import fields

import pytest

from docs.pages import SOURCE, page, rows

SECTIONS = ("Required", "Store", "Tokens", "Limits and times", "Webhooks", "Processes and development")
READERS = ("server/celery.py", "contrib/accounts/management/commands/ensure_demo_users.py")
VARIABLE = re.compile(r"MEDIADOCK_[A-Z0-9_]+")


@pytest.fixture(scope="module")
def documented() -> dict[str, str]:
    """Default by variable."""
    return {row[0]: row[1] for section in SECTIONS for row in rows(page("operations.md"), under=section)}


def test_every_variable_that_is_read_is_on_the_page_and_no_other(documented: dict[str, str]) -> None:
    assert set(documented) == {variable for variable, _ in variables_read()}


def test_the_documented_defaults_are_those_of_the_settings(documented: dict[str, str]) -> None:
    read = dict(variables_read())
    assert {name: documented[name] for name, default in read.items() if default} == {
        name: default for name, default in read.items() if default
    }


def test_the_documented_limits_are_those_of_the_engine(documented: dict[str, str]) -> None:
    from mediadock.auth.conf import AuthSettings
    from mediadock.uploads.conf import MediadockSettings
    from mediadock.webhooks.conf import WebhookSettings

    settings = (*fields(MediadockSettings), *fields(AuthSettings), *fields(WebhookSettings))
    defaults = {field.name: str(field.default) for field in settings}
    limits = {f"MEDIADOCK_{variable}": defaults[name] for name, variable in _numbers()}
    assert limits == {name: documented[name] for name in limits}


def test_every_check_of_the_doctor_is_on_the_page_in_its_order_and_no_other() -> None:
    catalogue = (SOURCE / "local/doctor/catalogue.py").read_text()
    asked = ["settings", *re.findall(r'^    Check\("([a-z-]+)"', catalogue, re.MULTILINE)]
    assert [row[0] for row in rows(page("howto/doctor.md"), under="Doctor")] == asked


def variables_read() -> Iterator[tuple[str, str]]:
    """Each variable of the settings and of the other readers, with the default that stands beside it."""
    for reader in READERS:
        source = (SOURCE / reader).read_text()
        yield from ((name, "") for name in VARIABLE.findall(source))
    yield from ((f"MEDIADOCK_{name}", "") for _, name in _numbers())
    for node in ast.walk(_settings()):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("_env", "_list"):
            texts = [argument.value for argument in node.args if isinstance(argument, ast.Constant)]
            if texts:
                yield f"MEDIADOCK_{texts[0]}", "".join(texts[1:2])


def _numbers() -> list[tuple[str, str]]:
    """The pairs (setting, variable) of the whole numbers."""
    return [
        (name.value, variable.value)
        for node in ast.walk(_settings())
        if isinstance(node, ast.Tuple)
        for name, variable in [node.elts if len(node.elts) == 2 else (node, node)]
        if isinstance(name, ast.Constant) and isinstance(variable, ast.Constant) and str(variable.value).isupper()
    ]


def _settings() -> ast.Module:
    return ast.parse((SOURCE / "server/settings.py").read_text())


def test_the_table_of_metrics_is_that_of_the_code() -> None:
    from mediadock.telemetry.metrics import METRICS

    told = {tuple(row) for row in rows(page("operations.md"), under="Metrics")}
    assert told == {(metric.name, metric.kind, "`, `".join(metric.labels), metric.meaning) for metric in METRICS}
