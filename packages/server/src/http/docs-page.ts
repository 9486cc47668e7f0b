import type { OpenApiDocument } from '@slipway/contract'

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json | undefined }
type Node = { readonly [key: string]: Json | undefined }

/**
 * The reference as one page without scripts: links, `<details>` and the browser's own search, which opens what it finds.
 * It loads nothing from anywhere, so it can be read behind any firewall.
 */
export function renderDocsPage({ info, paths, components }: OpenApiDocument): string {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  )
  const tags = [...new Set(operations.map(({ operation }) => firstTag(operation)))]
  const groups = tags.map((tag) => {
    const items = operations.filter(({ operation }) => firstTag(operation) === tag)
    return `<section><h2 id="${anchor(tag)}">${escape(tag)}</h2>${items.map(operationBlock).join('')}</section>`
  })
  const answers = Object.entries(components.responses).map(([name, answer]) => answerRow([name, answer]))
  const schemas = Object.entries(components.schemas).map(([name, schema]) =>
    block({ id: `schema-${name}`, title: `<code>${escape(name)}</code>`, body: shape(schema) }),
  )
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escape(info.title)} API</title>
<style>${DOCS_STYLE}</style>
</head>
<body>
<nav aria-label="Contents"><strong>${escape(info.title)} API</strong> ${escape(info.version)}
<ul>${tags.map((tag) => `<li><a href="#${anchor(tag)}">${escape(tag)}</a></li>`).join('')}<li><a href="#refusals">Refusals</a></li><li><a href="#schemas">Schemas</a></li></ul>
<a href="/openapi.json">openapi.json</a></nav>
<main><h1>API reference</h1><p>${escape(info.description)}</p>${groups.join('\n')}
<section><h2 id="refusals">Refusals</h2><table>${answers.join('')}</table></section>
<section><h2 id="schemas">Schemas</h2>${schemas.join('\n')}</section></main>
</body>
</html>
`
}

interface Entry {
  readonly path: string
  readonly method: string
  readonly operation: Node
}

function operationBlock({ path, method, operation }: Entry): string {
  const id = text(operation['operationId'])
  const title =
    `<b class="${method}">${method.toUpperCase()}</b> <code>/api${escape(path)}</code> ` +
    `<span>${escape(text(operation['summary']))}</span>`
  const parameters = list(operation['parameters']).map((parameter) =>
    row(text(parameter['name']), { schema: node(parameter['schema']), required: parameter['required'] === true }),
  )
  const body = node(firstContent(node(operation['requestBody'])))
  const all = Object.entries(node(operation['responses']))
  const answers = all.filter(([, answer]) => node(answer)['$ref'] === undefined)
  const refusals = all.filter(([, answer]) => node(answer)['$ref'] !== undefined).map(([status]) => status)
  const parts = [
    `<p>Operation <code>${escape(id)}</code>, needs the scope <code>${escape(text(operation['x-scope']))}</code>.</p>`,
    parameters.length > 0 ? `<h4>Parameters</h4><table>${parameters.join('')}</table>` : '',
    Object.keys(body).length > 0 ? `<h4>Body</h4>${shape(body)}` : '',
    `<h4>Answers</h4><table>${answers.map(answerRow).join('')}</table>`,
    refusals.length > 0 ? `<p>Or a <a href="#refusals">refusal</a>: ${refusals.map(code).join(' ')}</p>` : '',
  ]
  return block({ id: `operation-${id}`, title, body: parts.join('') })
}

function code(status: string): string {
  return `<code>${escape(status)}</code>`
}

function answerRow([status, answer]: [string, Json | undefined]): string {
  const { description } = node(answer)
  const content = firstContent(node(answer))
  const type = content === undefined ? 'no body' : typeOf(node(content))
  return `<tr><th>${code(status)}</th><td>${type}</td><td>${escape(text(description))}</td></tr>`
}

/** The id is inside, so that following a link to it opens the block. */
function block({ id, title, body }: { id: string; title: string; body: string }): string {
  return `<details><summary>${title}</summary><div id="${escape(id)}">${body}</div></details>`
}

function shape(schema: Node): string {
  const properties = Object.entries(node(schema['properties']))
  if (properties.length === 0) return `<p>${typeOf(schema)}</p>`
  const required = new Set(strings(schema['required']))
  const closed = schema['additionalProperties'] === false ? '<p>Other keys are refused.</p>' : ''
  const rows = properties.map(([key, property]) => row(key, { schema: node(property), required: required.has(key) }))
  return `<table>${rows.join('')}</table>${closed}`
}

function row(name: string, { schema, required }: { schema: Node; required: boolean }): string {
  const fallback =
    schema['default'] === undefined ? '' : ` default <code>${escape(JSON.stringify(schema['default']))}</code>`
  return `<tr><th><code>${escape(name)}</code>${required ? ' <i>required</i>' : ''}</th><td>${typeOf(schema)}${fallback}</td></tr>`
}

function typeOf(schema: Node): string {
  const reference = schema['$ref']
  if (typeof reference === 'string') {
    const name = reference.slice(reference.lastIndexOf('/') + 1)
    return `<a href="#schema-${escape(name)}">${escape(name)}</a>`
  }
  const branches = list(schema['anyOf'])
  if (branches.length > 0) return branches.map(typeOf).join(' or ')
  const words = strings(schema['enum'])
  if (words.length > 0) return words.map((word) => `<code>${escape(word)}</code>`).join(' ')
  if (schema['const'] !== undefined) return `<code>${escape(text(schema['const']))}</code>`
  if (schema['type'] === 'array') return `list of ${typeOf(node(schema['items']))}`
  const values = schema['additionalProperties']
  if (typeof values === 'object') return `map of ${typeOf(node(values))}`
  return `${escape(schema['type'] === undefined ? 'any JSON' : text(schema['type']))}${limits(schema)}`
}

const LIMITS = ['format', 'pattern', 'minimum', 'exclusiveMinimum', 'maximum', 'minLength', 'maxLength', 'maxItems']

function limits(schema: Node): string {
  const told = LIMITS.filter((limit) => schema[limit] !== undefined)
  return told.map((limit) => ` <small>${limit} <code>${escape(text(schema[limit]))}</code></small>`).join('')
}

function firstContent(of: Node): Json | undefined {
  const [media] = Object.values(node(of['content']))
  return node(media)['schema']
}

function firstTag(operation: Node): string {
  return strings(operation['tags'])[0] ?? 'Other'
}

function node(value: Json | undefined): Node {
  return typeof value === 'object' && value !== null && !isList(value) ? value : {}
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value)
}

function list(value: Json | undefined): readonly Node[] {
  return value !== undefined && isList(value) ? value.map(node) : []
}

function strings(value: Json | undefined): readonly string[] {
  return value !== undefined && isList(value) ? value.map(text) : []
}

function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? null)
}

function anchor(tag: string): string {
  return `tag-${tag.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}`
}

function escape(raw: string): string {
  return raw.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}

export const DOCS_STYLE = `
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif }
body { margin: 0; display: grid; grid-template-columns: 14rem minmax(0, 1fr) }
nav { position: sticky; top: 0; height: 100vh; overflow: auto; box-sizing: border-box; padding: 1.5rem 1rem }
nav ul { list-style: none; padding: 0 }
main { padding: 1rem 2rem 6rem; max-width: 60rem }
details { border-top: 1px solid color-mix(in srgb, currentColor 20%, transparent); padding: .4rem 0 }
details > div { padding: 0 0 1rem 1.2rem; scroll-margin-top: 3rem }
summary { cursor: pointer; overflow-wrap: anywhere }
summary span { opacity: .75 }
summary b { display: inline-block; min-width: 4.5rem }
.get { color: light-dark(#0a6b3d, #5fd39a) } .post { color: light-dark(#0b5cad, #7db8ff) }
.put, .patch { color: light-dark(#8a5a00, #f0c060) } .delete { color: light-dark(#b02a2a, #ff9c9c) }
table { border-collapse: collapse } th { text-align: left; font-weight: normal; padding-right: 2rem }
td, th { vertical-align: top; padding-block: .2rem; overflow-wrap: anywhere }
h4 { margin: .8rem 0 .2rem } i, small { opacity: .75 } code { font-size: .93em }
@media (max-width: 45rem) { body { display: block } nav { position: static; height: auto } }
`
