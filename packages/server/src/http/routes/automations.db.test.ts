import { randomUUID } from 'node:crypto'
import type { Automation, Trigger } from '@slipway/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sql } from '../../store/sql.ts'
import { createTestServer, type TestServer } from '../../testing/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await createTestServer()
})
afterAll(() => server.close())

const NOBODY = '00000000-0000-4000-8000-000000000000'
const trigger = { type: 'event', posture: 'Reactive', threshold: 1, within: 0, expect: ['x'] }

function create(name: string, rest: object = {}) {
  const body = { name, trigger, actions: [{ type: 'do-nothing' }], ...rest }
  return server.call<Automation>('POST', '/automations/', body)
}

async function names(automations: object, rest: object = {}): Promise<readonly string[]> {
  const { body } = await server.call<Automation[]>('POST', '/automations/filter', { automations, ...rest })
  return body.map(({ name }) => name)
}

function idsOf(given: Trigger): readonly (string | undefined)[] {
  return [given.id, ...('triggers' in given ? given.triggers.flatMap(idsOf) : [])]
}

test('an automation is created, read, switched, replaced and deleted', async () => {
  const { status, body } = await create('first', { description: 'd', tags: ['b', 'a'] })
  expect(status).toBe(201)
  expect(body).toMatchObject({ enabled: true, trigger: { match: {}, for_each: [] }, actions_on_resolve: [] })
  const path = `/automations/${body.id}`
  expect((await server.call('GET', path)).body).toEqual(body)
  expect((await server.call('PATCH', path, { enabled: false })).status).toBe(204)
  expect((await server.call('PATCH', path, {})).status).toBe(204)
  const replacement = { name: 'second', trigger: body.trigger, actions: [{ type: 'cancel-flow-run' }] }
  expect((await server.call('PUT', path, replacement)).status).toBe(204)
  const replaced = (await server.call<Automation>('GET', path)).body
  expect(replaced).toMatchObject({
    name: 'second',
    description: 'd',
    enabled: false,
    tags: ['b', 'a'],
    actions: [{ type: 'cancel-flow-run' }],
  })
  expect(replaced.trigger.id).not.toBe(body.trigger.id)
  expect((await server.call('DELETE', path)).status).toBe(204)
  const gone = { status: 404, body: { exception_message: 'Automation not found' } }
  expect(await server.call('GET', path)).toEqual(gone)
  expect(await server.call('DELETE', path)).toEqual(gone)
  expect(await server.call('PATCH', path, { enabled: true })).toEqual(gone)
  expect(await server.call('PUT', path, replacement)).toEqual(gone)
  const events = await server.database.db.query<{ event: string }>(
    sql`select event from event where resource_id = ${`prefect.automation.${body.id}`} order by seq`,
  )
  expect(events.map(({ event }) => event.split('.').at(-1))).toEqual([
    'created',
    'updated',
    'updated',
    'updated',
    'deleted',
  ])
})

test('every trigger, however deep, has an id of its own', async () => {
  const sequence = { type: 'sequence', within: 5, triggers: [trigger, { ...trigger, id: NOBODY }] }
  const compound = { type: 'compound', require: 'any', within: null, triggers: [trigger, sequence] }
  const { body } = await create('deep', { trigger: compound })
  const ids = idsOf(body.trigger)
  expect(ids).toHaveLength(5)
  expect(new Set(ids).size).toBe(5)
  expect(ids).not.toContain(NOBODY)
})

test('automations are found by what they belong to and what they act on', async () => {
  const flow = (await server.call<{ id: string }>('POST', '/flows/', { name: 'f' })).body
  const deployment = (await server.call<{ id: string }>('POST', '/deployments/', { name: 'd', flow_id: flow.id })).body
  const resource = `prefect.deployment.${deployment.id}`
  await create('owned', { owner_resource: resource })
  await create('acting', {
    actions: [{ type: 'run-deployment', source: 'selected', deployment_id: deployment.id }],
    actions_on_trigger: [{ type: 'pause-work-pool', source: 'selected', work_pool_id: NOBODY }],
  })
  const related = async (to: string) =>
    (await server.call<Automation[]>('GET', `/automations/related-to/${to}`)).body.map(({ name }) => name)
  expect(await related(resource)).toEqual(['acting', 'owned'])
  expect(await related(`prefect.work-pool.${NOBODY}`)).toEqual(['acting'])
  expect(await server.call('DELETE', `/automations/owned-by/${resource}`)).toEqual({ status: 202, body: null })
  expect(await server.call('DELETE', `/automations/owned-by/${resource}`)).toEqual({ status: 202, body: null })
  expect(await related(resource)).toEqual(['acting'])
  const missing = await create('missing', { actions: [{ type: 'run-deployment', deployment_id: randomUUID() }] })
  expect(missing).toEqual({ status: 404, body: { detail: 'Deployment not found.' } })
})

test('automations are filtered, sorted and counted', async () => {
  await create('list-a', { tags: ['x', 'y'] })
  await create('list-b', { tags: ['y'] })
  const mine = { name: { any_: ['list-a', 'list-b'] } }
  expect(await names(mine)).toEqual(['list-a', 'list-b'])
  expect(await names(mine, { sort: 'CREATED_DESC' })).toEqual(['list-b', 'list-a'])
  expect(await names({ ...mine, tags: { all_: ['x'] } })).toEqual(['list-a'])
  expect(await names({ ...mine, tags: { any_: ['x', 'y'] } }, { limit: 1, offset: 1 })).toEqual(['list-b'])
  expect((await server.call('POST', '/automations/count', { automations: mine })).body).toBe(2)
})

test.for([
  ['a parameter', { type: 'run-deployment', source: 'inferred', parameters: { a: '{{' } }],
  [
    'a declared template',
    {
      type: 'run-deployment',
      source: 'inferred',
      parameters: { a: { b: { __prefect_kind: 'jinja', template: '{{' } } },
    },
  ],
  ['a subject', { type: 'send-notification', block_document_id: NOBODY, subject: '{{', body: 'b' }],
  ['a body', { type: 'send-notification', block_document_id: NOBODY, body: '{% for a in b %}' }],
  ['a payload', { type: 'call-webhook', block_document_id: NOBODY, payload: '{{ 1 + }}' }],
] as const)('%s that cannot be rendered is refused at once', async ([, action]) => {
  expect((await create('unreadable', { actions: [action] })).status).toBe(422)
})

test.for([
  ['hello {{ flow.name }}', 204],
  ['', 204],
  ['{% if a %}x{% endif %}', 204],
  ['{% for a in b %}', 422],
  ['{{', 422],
  ['{% for a in b %}{% for a in b %}{% for a in b %}{% endfor %}{% endfor %}{% endfor %}', 422],
] as const)('template %j: %i', async ([template, expected]) => {
  const { status, body } = await server.call<unknown>('POST', '/templates/validate', template)
  expect(status).toBe(expected)
  const problem: unknown = { error: { line: null, message: expect.any(String), source: template } }
  const problems = new Map<number, unknown>([[422, problem]])
  expect(body).toEqual(problems.get(expected) ?? '')
  expect((await server.call('POST', '/automations/templates/validate', template)).status).toBe(expected)
})
