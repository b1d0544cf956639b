"""The form of every message a kernel may send: jupyter_kernel_test's schemas, and those of the protocol's newer parts.

Source: Jupyter messaging documentation, version 5.5.
"""
from __future__ import annotations

import re
from typing import Any

from jsonschema import Draft4Validator, ValidationError
from jupyter_kernel_test import msgspec_v5

DATE = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$")
_COMM = {"comm_id": {"type": "string"}, "data": {"type": "object"}}
_BUNDLE = {
    "type": "object",
    "properties": {"status": {"const": "ok"}, "data": msgspec_v5.mime_data, "metadata": {"type": "object"}},
    "required": ["status", "data", "metadata"],
}

# Absent from msgspec_v5, or older there than the protocol.
NEWER: dict[str, dict[str, Any]] = {
    "iopub_welcome": {"properties": {"subscription": {"type": "string"}}},
    "comm_open": {"properties": {**_COMM, "target_name": {"type": "string"}}},
    "comm_msg": {"properties": _COMM},
    "comm_close": {"properties": _COMM},
    "input_request": {"properties": {"prompt": {"type": "string"}, "password": {"type": "boolean"}}},
}
ERROR_KEYS = {"ename", "evalue", "traceback"}
# Which channel a type belongs to; every other type is a reply and comes where it was asked.
IOPUB = {
    "iopub_welcome",
    "status",
    "execute_input",
    "execute_result",
    "stream",
    "display_data",
    "update_display_data",
    "error",
    "clear_output",
    "comm_open",
    "comm_msg",
    "comm_close",
}


def check(record: Any) -> None:
    """Raises ValidationError when a recorded message is not of the form the protocol gives its type."""
    message, msg_type = record.message, record.type
    if not DATE.match(str(record.raw.get("date"))):
        raise ValidationError(f"date must be ISO 8601 with a time zone, got {record.raw.get('date')!r}")
    expected = {"iopub"} if msg_type in IOPUB else {"stdin"} if msg_type == "input_request" else {"shell", "control"}
    if msg_type == "shutdown_reply":
        expected |= {"iopub"}  # a kernel may tell its other clients as well
    if record.channel not in expected:
        raise ValidationError(f"{msg_type} must come on {expected}, got {record.channel}")
    unasked = msg_type == "iopub_welcome" or message["content"].get("execution_state") == "starting"
    if not unasked and not record.parent:
        raise ValidationError(f"{msg_type} must name its parent")
    if msg_type in NEWER:
        msgspec_v5.msg_structure_validator.validate(message)
        fragment = NEWER[msg_type]
        Draft4Validator({"type": "object", **fragment, "required": sorted(fragment["properties"])}).validate(message["content"])
    elif message["content"].get("status") == "aborted":
        # msgspec_v5 knows this status only by the name it never had on the wire.
        msgspec_v5.msg_structure_validator.validate(message)
    else:
        msgspec_v5.validate_message(message)
    if msg_type == "execute_reply":
        _check_execute_reply(message["content"])
    if msg_type in ("display_data", "update_display_data", "execute_result") and "transient" in message["content"]:
        if not isinstance(message["content"]["transient"], dict):
            raise ValidationError("transient must be an object")


def _check_execute_reply(content: dict[str, Any]) -> None:
    if content["status"] != "aborted" and not isinstance(content.get("execution_count"), int):
        raise ValidationError(f"execute_reply must have an execution_count, got {content.get('execution_count')!r}")
    if content["status"] == "error" and not ERROR_KEYS <= set(content):
        raise ValidationError(f"an error reply must have {sorted(ERROR_KEYS)}")
    for name, answer in (content.get("user_expressions") or {}).items():
        if answer.get("status") == "ok":
            Draft4Validator(_BUNDLE).validate(answer)
        elif not ERROR_KEYS <= set(answer):
            raise ValidationError(f"user expression {name} must have data or an error, got {answer}")
