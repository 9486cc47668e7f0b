import { describe, expect, test } from 'vitest'
import { hydrate, variablesToHydrate } from './hydrate.ts'
import { renderJinja } from './jinja.ts'

const variables = new Map<string, unknown>([['v', { k: 1 }]])

test.for([
  [{ p: { __prefect_kind: 'jinja', template: 'a{{ 1 + 1 }}' } }, { p: 'a2' }],
  [{ p: { __prefect_kind: 'json', value: { __prefect_kind: 'jinja', template: '3' } } }, { p: 3 }],
  [{ p: { __prefect_kind: 'none', value: 5 } }, { p: 5 }],
  [{ p: { __prefect_kind: 'none', value: { x: { __prefect_kind: 'json', value: '[1]' } } } }, { p: { x: [1] } }],
  [{ p: { __prefect_kind: 'json' } }, {}],
  [{ p: [{ __prefect_kind: 'json', value: '1' }, { __prefect_kind: 'json' }] }, { p: [1] }],
  [{ p: { __prefect_kind: 'workspace_variable', variable_name: 'v' } }, { p: { k: 1 } }],
  [
    { p: { __prefect_kind: 'workspace_variable', variable_name: { __prefect_kind: 'jinja', template: '{{ "v" }}' } } },
    { p: { k: 1 } },
  ],
  [{ p: { __prefect_kind: 'unheard of', value: 7 } }, { p: 7 }],
  [{ p: { __prefect_kind: null } }, { p: null }],
  [{ __prefect_kind: 'json' }, {}],
  [{ a: { b: [1, 'x', null] } }, { a: { b: [1, 'x', null] } }],
] as const)('%j', ([parameters, value]) => {
  expect(hydrate(parameters, variables)).toEqual({ kind: 'hydrated', value })
})

test.for([
  [{ __prefect_kind: 'workspace_variable', variable_name: 'nope' }, "Variable 'nope' not found in workspace."],
  [{ __prefect_kind: 'none' }, "Missing 'value' key in __prefect object"],
  [{ __prefect_kind: 'jinja' }, "Missing 'template' key in __prefect object"],
] as const)('%j fails', ([p, message]) => {
  expect(hydrate({ p }, variables)).toEqual({ kind: 'failed', message })
})

test('bad JSON and bad templates say what they are', () => {
  expect(hydrate({ p: { __prefect_kind: 'json', value: '{' } }, variables)).toMatchObject({
    message: expect.stringContaining('Invalid JSON: ') as string,
  })
  expect(hydrate({ p: { __prefect_kind: 'jinja', template: '{{ 1 + }}' } }, variables)).toMatchObject({
    message: expect.stringContaining('Invalid jinja: ') as string,
  })
})

test('the variables that are needed are known before', () => {
  expect(variablesToHydrate({ a: [{ __prefect_kind: 'workspace_variable', variable_name: 'x' }], b: 1 })).toEqual(
    new Set(['x']),
  )
  expect(
    variablesToHydrate({
      a: { __prefect_kind: 'workspace_variable', variable_name: { __prefect_kind: 'none', value: 'x' } },
    }),
  ).toBeNull()
})

describe('jinja', () => {
  test.for([
    ['plain', 'plain'],
    ["{{ 'x'|upper }}-{{ missing }}-{{ missing|default('d') }}", 'X--d'],
    ['{% if 1 > 2 %}a{% else %}b{% endif %}', 'b'],
    ['{% for i in range(3) %}{{ i }},{% endfor %}', '0,1,2,'],
    ["{{ [1, 2]|join('-') }}", '1-2'],
    ["{{ 'a b'.split()|length }}", '2'],
    ['{{ 7 // 2 }} {{ 10 % 3 }} {{ 2 * 3 }}', '3 1 6'],
    ["{{ ''.constructor }}", ''],
    ['{{ __proto__ }}{{ constructor }}', ''],
    ['{{ 1 if true else 2 }}', '1'],
    ['{{ 4 is even }}', 'true'],
  ] as const)('%s', ([template, text]) => {
    expect(renderJinja(template, {})).toEqual({ kind: 'rendered', text })
  })

  test.for([
    "{{ ''.constructor.constructor('return process')() }}",
    '{{ range(100000)|length }}',
    "{% set x = 'a' %}{{ x }}",
    '{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}',
    '{% for a in range(9) %}{% for b in range(9) %}{% for c in range(9) %}{% endfor %}{% endfor %}{% endfor %}',
    "{{ 'x'|tojson|tojson|tojson|tojson }}",
    "{{ 'aaaa'.replace('a','aaaa').replace('a','aaaa').replace('a','aaaa') }}",
    "{{ strftime_now('%Y') }}",
    '{{ now() }}',
    `{{ ${'('.repeat(1900)}1${')'.repeat(1900)} }}`,
    `{{ 1 }}${'x'.repeat(5000)}`,
    '{% if 1 %}never closed',
  ])('refused: %s', (template) => {
    expect(renderJinja(template, {}).kind).toBe('failed')
  })
})
