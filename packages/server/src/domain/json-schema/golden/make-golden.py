"""Asks the validator of an installed Prefect 3.8 what it says about random schemas and values.

    python make-golden.py > python-validator.jsonl

One case a line: the value, the schema, the options, the best error and the first error.
Schemas are small on purpose; recursion is left to hand-written tests.
"""

import json
import random

import jsonschema
from prefect.utilities.schema_tools import ValidationError, validate

random.seed(20260101)
TYPES = ["string", "integer", "number", "boolean", "object", "array", "null"]
TEXTS = ["", "a", "abc", "it's", 'q"', "é\n", "x@y", "\U0001f44d ok", "ABC123"]
NUMBERS = [0, 1, 2, 5, 9, -3, 1.0, 2.5, 0.1, 1e20, 1e-7, -0.5, 2.0, 100000.0]
BROKEN = [{"type": "bogus"}, {"minimum": "x"}, {"required": "a"}, {"enum": 1}, {"pattern": "("}, {"type": []}]


def value(depth=0):
    kind = random.randrange(9)
    if kind == 0:
        return random.choice([None, True, False])
    if kind in (1, 2, 3):
        return random.choice(NUMBERS)
    if kind in (4, 5) or depth > 1:
        return random.choice(TEXTS)
    if kind in (6, 7):
        return [value(depth + 1) for _ in range(random.randrange(4))]
    return {random.choice(["a", "b", "c", "a b", "é"]): value(depth + 1) for _ in range(random.randrange(3))}


def some(depth):
    return schema(depth + 1)


KEYWORDS = {
    "type": lambda d: random.choice([*TYPES, ["string", "null"], ["integer", "string"]]),
    "enum": lambda d: [value(2), value(2)],
    "const": lambda d: value(2),
    "minimum": lambda d: random.choice([1, 2.5]),
    "maximum": lambda d: random.choice([1, 8, 0.5]),
    "exclusiveMinimum": lambda d: 1,
    "exclusiveMaximum": lambda d: 1.5,
    "multipleOf": lambda d: random.choice([2, 0.5, 3]),
    "minLength": lambda d: random.choice([1, 2]),
    "maxLength": lambda d: random.choice([0, 1, 3]),
    "pattern": lambda d: random.choice(["^a", "b$", "[0-9]+", "x|y"]),
    "properties": lambda d: {k: some(d) for k in random.sample("abc", 2)},
    "required": lambda d: random.sample("abc", 2),
    "additionalProperties": lambda d: False,
    "patternProperties": lambda d: {"^a": some(d)},
    "propertyNames": lambda d: {"maxLength": 1},
    "dependentRequired": lambda d: {"a": ["b", "c"]},
    "items": lambda d: random.choice([some(d), False]),
    "prefixItems": lambda d: [some(d)],
    "contains": lambda d: some(d),
    "anyOf": lambda d: [some(d), some(d)],
    "oneOf": lambda d: [some(d), some(d)],
    "allOf": lambda d: [some(d)],
    "not": lambda d: some(d),
    "if": lambda d: some(d),
    "then": lambda d: some(d),
    "else": lambda d: some(d),
    "uniqueItems": lambda d: True,
    "minItems": lambda d: random.choice([1, 2]),
    "maxItems": lambda d: random.choice([0, 1]),
    "minProperties": lambda d: random.choice([1, 2]),
    "maxProperties": lambda d: random.choice([0, 1]),
    "unevaluatedProperties": lambda d: False,
    "default": lambda d: value(2),
    "$ref": lambda d: random.choice(["#/definitions/X", "#/definitions/Y"]),
}


def schema(depth=0):
    if depth > 2:
        return {"type": random.choice(TYPES)}
    names = random.sample(sorted(KEYWORDS), random.choice([1, 1, 2]))
    if random.random() < 0.5:
        names.append("type")
    return {name: KEYWORDS[name](depth) for name in names}


def outcome(ask):
    try:
        return ask()
    except ValidationError as error:
        return str(error)
    except jsonschema.SchemaError as error:
        return f"Invalid schema: {error.message}"


while True:
    properties = {k: schema(1) for k in random.sample("abcd", random.randrange(1, 4))}
    if random.random() < 0.06:
        properties["a"] = random.choice(BROKEN)
    elif random.random() < 0.05:
        properties["b"] = {"type": "array", "items": [{"type": "string"}, {"type": "integer"}]}
    document = {"type": "object", "properties": properties}
    if random.random() < 0.4:
        document["required"] = random.sample("abcd", 1)
    if "#/definitions" in json.dumps(properties):
        document["definitions"] = {"X": {"type": random.choice(TYPES)}, "Y": {"title": "Y", "block_type_slug": "y", "type": "object"}}
    given = {k: value(1) for k in random.sample(["a", "b", "c", "a b"], random.randrange(1, 4))}
    options = dict(
        preprocess=random.random() < 0.8,
        ignore_required=random.random() < 0.3,
        allow_none_with_default=random.random() < 0.5,
    )
    best = outcome(lambda: validate(given, document, raise_on_error=True, **options) and None or "valid")
    first = None
    if not best.startswith("Invalid schema"):
        first = outcome(lambda: next((e.message for e in validate(given, document, **options)), "valid"))
    if best == "valid" and random.random() < 0.8:
        continue
    print(json.dumps(dict(value=given, schema=document, **options, best=best, first=first), ensure_ascii=False))
    schema.count = getattr(schema, "count", 0) + 1
    if schema.count == 400:
        break
