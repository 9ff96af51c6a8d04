"""What limn may send to a client of the Model Context Protocol, in each of its revisions: written for limn after the published
schemas (modelcontextprotocol/modelcontextprotocol, schema/REVISION/schema.json; tasks: its SEP-2663), and narrower than those:
only members that limn has, and none that a revision does not know."""

import functools

import jsonschema

MODERN = "2026-07-28"
LEGACY = ("2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05")
REVISIONS = (MODERN, *LEGACY)

STRING = {"type": "string"}
WORDS = {"type": "string", "minLength": 1}
NUMBER = {"type": "number"}
BOOLEAN = {"type": "boolean"}
COUNT = {"type": "integer", "minimum": 0}
ID = {"type": ["string", "integer"]}
TIME = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"}


def an_object(required, optional=None):
    return {"type": "object", "properties": {**required, **(optional or {})}, "required": list(required), "additionalProperties": False}


def an_array(items, **more):
    return {"type": "array", "items": items, **more}


def one_of(*words):
    return {"enum": list(words)}


SERVER = an_object({"name": {"const": "limn"}, "version": WORDS})
META = an_object({"io.modelcontextprotocol/serverInfo": SERVER})
JSON_SCHEMA = {"type": "object", "properties": {"type": {"const": "object"}}, "required": ["type"]}
FORM = an_object({"type": {"const": "object"},
                  "properties": {"type": "object", "minProperties": 1, "additionalProperties": an_object({"type": {"const": "boolean"}}, {"title": WORDS, "default": BOOLEAN})},
                  "required": an_array(STRING)})
FRESHNESS = {"ttlMs": COUNT, "cacheScope": one_of("public", "private")}


def _knows_structure(revision):
    return revision >= "2025-06-18"


def _result(revision, members, optional=None, kind="complete"):
    """The `result` of an answer."""
    if revision != MODERN:
        return an_object(members, optional)
    return an_object({"resultType": {"const": kind}, **members, "_meta": META}, optional)


def _question(revision):
    """Params of elicitation/create."""
    mode = {"mode": {"const": "form"}} if revision >= "2025-11-25" else {}
    return an_object({**mode, "message": WORDS, "requestedSchema": FORM})


def _tool(revision):
    members = {"name": {"type": "string", "pattern": "^[A-Za-z0-9_.-]{1,128}$"}, "description": WORDS, "inputSchema": JSON_SCHEMA}
    optional = {}
    if _knows_structure(revision):
        members["title"] = WORDS
        optional["outputSchema"] = JSON_SCHEMA
    if revision >= "2025-03-26":
        hints = ("readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint")
        members["annotations"] = an_object({"title": WORDS, **dict.fromkeys(hints, BOOLEAN)})
    return an_object(members, optional)


def _call_members(revision):
    blocks = [an_object({"type": {"const": "text"}, "text": WORDS}),
              an_object({"type": {"const": "image"}, "data": {"type": "string", "pattern": "^[A-Za-z0-9+/]+=*$"}, "mimeType": {"const": "image/jpeg"},
                         "annotations": an_object({"audience": an_array(one_of("user", "assistant"))})})]
    if _knows_structure(revision):
        blocks.append(an_object({"type": {"const": "resource_link"}, "uri": {"type": "string", "pattern": "^file:///[A-Za-z0-9._~/%-]+$"}, "name": WORDS, "mimeType": WORDS}))
    members = {"content": {"type": "array", "minItems": 1, "prefixItems": [blocks[0]], "items": {"oneOf": blocks}}, "isError": BOOLEAN}
    return members, {"structuredContent": {"type": "object"}} if _knows_structure(revision) else {}


def _task(states=None):
    members = {"taskId": WORDS, "status": one_of(*(states or ("working", "completed", "failed", "cancelled"))), "createdAt": TIME, "lastUpdatedAt": TIME, "ttlMs": COUNT}
    return members, {"statusMessage": WORDS, "pollIntervalMs": {"type": "integer", "minimum": 1}}


def _whole_task():
    """What tasks/get tells, by its state."""
    members, optional = _task(("working", "cancelled"))
    standing = _result(MODERN, members, optional)
    members, optional = _task(("completed",))
    result = an_object({"resultType": {"const": "complete"}, **_call_members(MODERN)[0]}, _call_members(MODERN)[1])
    completed = _result(MODERN, {**members, "result": result}, optional)
    members, optional = _task(("failed",))
    failed = _result(MODERN, {**members, "error": an_object({"code": {"type": "integer"}, "message": WORDS})}, optional)
    return {"oneOf": [standing, completed, failed]}


def _results(revision):
    """By the method that is answered."""
    call = _result(revision, *_call_members(revision))
    listed = {"tools": an_array(_tool(revision), minItems=1)}
    if revision != MODERN:
        return {"initialize": an_object({"protocolVersion": one_of(*LEGACY), "capabilities": an_object({"tools": an_object({})}), "serverInfo": SERVER, "instructions": WORDS}),
                "ping": an_object({}),
                "tools/list": an_object(listed),
                "tools/call": call}
    capabilities = an_object({"tools": an_object({}), "extensions": an_object({"io.modelcontextprotocol/tasks": an_object({})})})
    request = an_object({"method": {"const": "elicitation/create"}, "params": _question(revision)})
    question = {"inputRequests": {"type": "object", "minProperties": 1, "additionalProperties": request}, "requestState": WORDS}
    return {"server/discover": _result(revision, {"supportedVersions": an_array(WORDS, minItems=1, contains={"const": MODERN}), "capabilities": capabilities, "instructions": WORDS, **FRESHNESS}),
            "tools/list": _result(revision, {**listed, **FRESHNESS}),
            "tools/call": {"oneOf": [call, _result(revision, question, kind="input_required"), _result(revision, *_task(), kind="task")]},
            "tasks/get": _whole_task(),
            "tasks/update": _result(revision, {}),
            "tasks/cancel": _result(revision, {})}


def _error(revision):
    """With the data of those that have some. An id that could not be read is left out: null is none in any revision."""
    codes = [an_object({"code": one_of(-32700, -32600, -32601, -32602, -32603), "message": WORDS})]
    if revision == MODERN:
        codes += [an_object({"code": {"const": -32021}, "message": WORDS, "data": an_object({"requiredCapabilities": {"type": "object", "minProperties": 1}})}),
                  an_object({"code": {"const": -32022}, "message": WORDS, "data": an_object({"supported": an_array(WORDS, minItems=1), "requested": STRING})})]
    return an_object({"jsonrpc": {"const": "2.0"}, "error": {"oneOf": codes}}, {"id": ID})


def _notifications(revision):
    optional = {"total": NUMBER} if revision == "2024-11-05" else {"total": NUMBER, "message": WORDS}
    every = {"notifications/progress": an_object({"progressToken": ID, "progress": NUMBER}, optional)}
    if _knows_structure(revision) and revision != MODERN:
        every["notifications/cancelled"] = an_object({"requestId": ID})
    return every


@functools.lru_cache(maxsize=None)
def _validator(revision, kind, name):
    if kind == "error":
        schema = _error(revision)
    elif kind == "result":
        schema = an_object({"jsonrpc": {"const": "2.0"}, "id": ID, "result": _results(revision).get(name, False)})
    elif kind == "notification":
        schema = an_object({"jsonrpc": {"const": "2.0"}, "method": {"const": name}, "params": _notifications(revision).get(name, False)})
    else:  # a request: the question to a legacy client, whose only one it is
        params = _question(revision) if name == "elicitation/create" and _knows_structure(revision) and revision != MODERN else False
        schema = an_object({"jsonrpc": {"const": "2.0"}, "id": ID, "method": {"const": name}, "params": params})
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def faults(message, revision, method=None):
    """What is wrong with a message of limn's; `method`: of the request that it answers. An array is a batch of answers, of
    one method each way in `method`, by id."""
    if isinstance(message, list):
        if revision != "2025-03-26" or not message:
            return [f"{revision} has no such batch"]
        return [fault for each in message for fault in faults(each, revision, (method or {}).get(each.get("id")))]
    if "method" in message:
        kind, name = "request" if "id" in message else "notification", message["method"]
    else:
        kind, name = "error" if "error" in message else "result", method
    return [f"{'/'.join(map(str, error.absolute_path)) or '.'}: {error.message[:500]}" for error in _validator(revision, kind, name).iter_errors(message)]
