import { expect, test } from 'vitest'
import { parametersComplaint } from './parameters.ts'

test.for([
  ['nothing', {}, null],
  ['a good template', { a: '{{ event.id }}', n: 1 }, null],
  ['text in a list is no template', { a: { b: ['{{'] } }, null],
  ['a broken template', { fine: 'x', a: '{{' }, 'a: '],
  ['one that is declared', { a: [{ __prefect_kind: 'jinja', template: '{% for x in y %}' }] }, 'a: '],
  [
    'too many loops in each other',
    { a: '{% for x in y %}{% for x in y %}{% for x in y %}{% endfor %}{% endfor %}{% endfor %}' },
    'depth of 3',
  ],
] as const)('%s', ([, parameters, part]) => {
  const complaint = parametersComplaint(parameters)
  expect(complaint === null).toBe(part === null)
  expect(complaint ?? '').toContain(part ?? '')
})
