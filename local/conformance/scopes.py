"""Which tokens may call which operation: each operation with no token, with each other scope, and with its own."""

from urllib.parse import quote

SCOPES = ["switchboard/read", "switchboard/send", "switchboard/call", "switchboard/admin"]
REFUSALS = {401: '{"message":"Unauthorized"}', 403: '{"message":"Forbidden"}'}


def operations(document, values):
    """Requests that would work: method, path, scope and body of each operation that asks for one."""
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if "security" not in operation:
                continue
            [scope] = operation["security"][0]["oauth2"]
            body = next(iter(operation.get("requestBody", {}).get("content", {}).values()), {})
            examples = [body.get("example"), *(it["value"] for it in body.get("examples", {}).values())]
            yield method.upper(), filled(path, values), scope, next(filter(None, examples), None)


def filled(path, values):
    kind = path.split("/")[2]
    known = values[kind][0] if kind in values else ""
    others = {
        "number": values["numbers"][0],
        "email": "conny@example.com",
        "id": known if kind == "conferences" else values["calls"][0],
        "call_sid": values["participants"][0],
    }
    for name, value in ({"sid": known} | others).items():
        path = path.replace(f"{{{name}}}", quote(value, safe="@"))
    return path


def check(stack, document, values):
    """Problems: who got further than their token allows, what was written, who was refused."""
    problems = []
    tokens = {scope: stack.token(scope) for scope in SCOPES}
    before = stack.items()
    asked = list(operations(document, values))
    for method, path, scope, body in asked:
        others = {f"only {other}": (token, 403) for other, token in tokens.items() if other != scope}
        for who, (token, status) in {"no token": (None, 401), "no JWT": ("x", 401), **others}.items():
            answer = stack.ask(method, path, token, json=body)
            if (answer.status_code, answer.text) != (status, REFUSALS[status]):
                problems.append(f"{method} {path} with {who}: {answer.status_code} {answer.text}")
    after = stack.items()
    for item in set(before) ^ set(after):
        problems.append(f"{'gone' if item in before else 'written'}: {item}")
    # What goes last takes nothing from the others: the whole after its parts.
    for method, path, scope, body in sorted(asked, key=lambda it: (it[0] == "DELETE", -len(it[1]))):
        answer = stack.ask(method, path, tokens[scope], json=body)
        if not answer.ok:
            problems.append(f"{method} {path} with {scope}: {answer.status_code} {answer.text}")
    return problems
