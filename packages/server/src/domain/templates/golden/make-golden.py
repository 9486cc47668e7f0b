"""Asks the worker of an installed Prefect 3.8 what it makes of job templates.

    python make-golden.py > python-worker.jsonl

One case a line: template, deployment's and run's variables, and the configuration a worker would use, or null where
the worker raises. Blocks and variables come from a fixed table, see BLOCKS and VARIABLES.
"""

import asyncio
import json
import random
import types

from prefect.exceptions import ObjectNotFound
from prefect.workers.base import BaseJobConfiguration

random.seed(20260102)
BLOCKS = {
    "secret/token": {"value": "s3cret"},
    "json/deep": {"value": {"a": {"b": [1, {"c": 2}]}, "value": "inner"}},
    "gcp-credentials/main": {"project": "p", "service_account_info": {"k": "v"}},
    "number/n": {"value": 5},
    "odd/values": {"values": 1, "value": 2},
}
IDS = {"11111111-1111-4111-8111-111111111111": BLOCKS["gcp-credentials/main"]}
VARIABLES = {"name": "x", "number": 7, "object": {"a": [1]}, "float": 1.5, "yes": True}


class Client:
    async def read_block_document_by_name(self, name, block_type_slug):
        data = BLOCKS.get(f"{block_type_slug}/{name}")
        if data is None:
            raise ObjectNotFound(http_exc=Exception())
        return types.SimpleNamespace(data=data)

    async def read_block_document(self, id):
        if id not in IDS:
            raise ObjectNotFound(http_exc=Exception())
        return types.SimpleNamespace(data=IDS[id])

    async def read_variable_by_name(self, name):
        return types.SimpleNamespace(value=VARIABLES[name]) if name in VARIABLES else None


class Configuration(BaseJobConfiguration):
    """Keeps the dictionary and checks nothing."""

    def __new__(cls, **values):
        return values


NAMES = ["a", "b", "c.d", "c.e[0]", "c.e[-1]", "c.e[9]", "missing", "a.x"]
BLOCK_NAMES = ["secret.token", "secret.token.value", "json.deep", "json.deep.a.b[1].c", "json.deep.value", "json.deep.a", "gcp-credentials.main",
               "gcp-credentials.main.project", "number.n", "odd.values", "odd.values.values", "secret.none", "json.deep.zzz"]


def placeholder():
    kind = random.randrange(10)
    name = random.choice(NAMES)
    if kind > 7:
        name = "prefect.variables." + random.choice([*VARIABLES, "unknown"])
    elif kind == 7:
        name = "prefect.blocks." + random.choice(BLOCK_NAMES)
    elif kind == 6:
        name = "$NOT_SET_ANYWHERE"
    return "{{" + random.choice(["", " ", "  "]) + name + random.choice(["", " "]) + "}}"


def text():
    if random.random() < 0.6:
        return placeholder()
    return random.choice(["x-", "", "a b "]) + placeholder() + random.choice(["", "-", placeholder()])


def node(depth=0):
    kind = random.randrange(8)
    if kind < 4 or depth > 2:
        return text()
    if kind == 4:
        return random.choice([1, 2.5, True, None, "plain", "{{ a b }}"])
    if kind == 5:
        return [node(depth + 1) for _ in range(random.randrange(3))]
    if kind == 6:
        return {random.choice("pqr"): node(depth + 1) for _ in range(2)}
    return {"$ref": {"block_document_id": random.choice([*IDS, "22222222-2222-4222-8222-222222222222"])}, "also": 1}


def variables():
    pool = {
        "a": [1, "t", "é'", 2.0, True, None, [1, "x"], {"x": {"y": 1}}, "{{ prefect.variables.number }}"],
        "b": ["B", 0, ""],
        "c": [{"d": "D", "e": [1, 2]}, {"d": None}],
        "c.d": ["dotted", {"z": 1}],
        "c.e": [[9]],
        "a.x": ["nested"],
        "env": [{"A": "1"}, {"B": 2, "C": None}, {}],
        "env.DOT": ["dot", 3],
    }
    chosen = random.sample(sorted(pool), random.randrange(4))
    return {key: random.choice(pool[key]) for key in chosen}


async def render(template, deployment, run):
    merged = json.loads(json.dumps(deployment))
    run = json.loads(json.dumps(run))
    if isinstance(merged.get("env"), dict):
        merged["env"].update(run.pop("env", {}))
    merged.update(run)
    return await Configuration.from_template_and_values(template, merged, client=Client())


def main():
    for _ in range(300):
        properties = {key: {"type": "string"} for key in ("a", "b", "c", "env")}
        for key, value in variables().items():
            if "." not in key:
                properties[key]["default"] = value
        configuration = {key: node() for key in random.sample("uvwxyz", 2)}
        env = random.choice(["{{ env }}", {"T": "{{ b }}"}, None])
        if env is not None:
            configuration["env"] = env
        template = {"job_configuration": configuration, "variables": {"type": "object", "properties": properties}}
        deployment, run = variables(), variables()
        try:
            expected = asyncio.run(render(template, deployment, run))
        except (ValueError, ObjectNotFound, TypeError):
            expected = None
        print(json.dumps(dict(template=template, deployment=deployment, run=run, expected=expected), ensure_ascii=False))


main()
