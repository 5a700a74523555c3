"""Webhooks of events/ with other forms, signed anew."""

import base64
from urllib.parse import parse_qsl

import sam_environment  # noqa: F401, where events/ are
import generate


def form_of(event: dict) -> dict[str, str]:
    """What Twilio posts; nothing for an event that is no form."""
    if not event.get("isBase64Encoded"):
        return {}
    return dict(parse_qsl(base64.b64decode(event["body"]).decode(), keep_blank_values=True))


def signed(event: dict, form: dict[str, str], query: str | None = None, **more) -> dict:
    """The event with this form, and this query if one is given."""
    query = event["rawQueryString"] if query is None else query
    return generate.webhook(event["rawPath"], form, query, **more)
