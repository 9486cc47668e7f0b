import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createEchoApp, ECHO_STATUS } from '../testing/echo-app.ts'

const ID = '01961f6e-0000-7000-8000-000000000001'
const RUN = `/flow_runs/${ID}`

let app: FastifyInstance
beforeAll(async () => {
  app = await createEchoApp()
})
afterAll(() => app.close())

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

async function ask(method: Method, path: string, payload?: unknown, headers: Record<string, string> = {}) {
  const body = payload === undefined || typeof payload === 'string' ? payload : JSON.stringify(payload)
  return await app.inject({
    method,
    url: `/api${path}`,
    headers: { host: 'localhost:4200', 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { payload: body }),
  })
}

interface Failure {
  exception_message: string
  exception_detail: { loc: (string | number)[]; type: string; msg: string; input: unknown }[]
  request_body: unknown
}

function faultsOf(response: { json(): Failure }): string[] {
  return response
    .json()
    .exception_detail.map(({ loc, type }) => `${loc.join('.')} ${type}`)
    .toSorted()
}

// What a stock server answered to the same requests.
test.for<[Method, string, unknown, string[]]>([
  ['POST', '/flows/', { name: 'a/b' }, ['body.name string_pattern_mismatch']],
  ['POST', '/flows/', { name: null }, ['body.name string_type']],
  ['POST', '/flows/', { name: 5 }, ['body.name string_type']],
  ['POST', '/flows/', { name: 'x', extra: 1 }, ['body.extra extra_forbidden']],
  ['POST', '/flows/', { name: 'x', tags: [1] }, ['body.tags.0 string_type']],
  [
    'POST',
    '/flows/',
    { name: 'x', labels: { a: [1] } },
    ['bool bool_type', 'float float_type', 'int int_type', 'str string_type'].map((end) => `body.labels.a.${end}`),
  ],
  ['POST', '/flows/', '{', ['body.1 json_invalid']],
  ['POST', '/flows/', '[]', ['body model_attributes_type']],
  ['POST', '/flows/', '5', ['body model_attributes_type']],
  ['POST', '/flows/', undefined, ['body missing']],
  ['POST', '/work_pools/', { type: 'process' }, ['body.name missing']],
  ['POST', '/work_pools/', { name: 'n', concurrency_limit: 2.5 }, ['body.concurrency_limit int_from_float']],
  ['POST', '/work_pools/p/queues', { name: 'q', priority: 0 }, ['body.priority greater_than']],
  ['POST', '/work_pools/p/queues', { name: 'q', concurrency_limit: -1 }, ['body.concurrency_limit greater_than_equal']],
  ['POST', '/variables/', { name: 'Upper', value: 1 }, ['body.name value_error']],
  ['POST', '/variables/', { name: 'x'.repeat(256), value: 1 }, ['body.name too_long']],
  ['POST', '/variables/', { name: 'n' }, ['body.value missing']],
  ['POST', '/variables/', { name: 'n', value: 'x'.repeat(4999) }, ['body.value value_error']],
  ['POST', '/block_types/', { name: 'x', slug: 'bad_slug' }, ['body.slug value_error']],
  ['POST', '/block_documents/', { name: null, data: {}, block_type_id: ID, block_schema_id: ID }, ['body value_error']],
  ['PATCH', `/block_documents/${ID}`, { name: 'x' }, ['body.name extra_forbidden']],
  ['POST', '/flow_runs/', { flow_id: ID, parameters: [] }, ['body.parameters dict_type']],
  ['POST', '/flow_runs/', { flow_id: ID, tags: null }, ['body.tags list_type']],
  ['POST', `${RUN}/set_state`, {}, ['body.state missing']],
  ['POST', `${RUN}/set_state`, { state: {} }, ['body.state.type missing']],
  ['POST', `${RUN}/set_state`, { state: { type: 'completed' } }, ['body.state.type enum']],
  ['POST', `${RUN}/set_state`, { state: { type: 'COMPLETED', id: ID } }, ['body.state.id extra_forbidden']],
  [
    'POST',
    `${RUN}/set_state`,
    { state: { type: 'COMPLETED', state_details: null } },
    ['body.state.state_details model_attributes_type'],
  ],
  [
    'POST',
    `${RUN}/set_state`,
    { state: { type: 'SCHEDULED', state_details: { scheduled_time: 'tomorrow' } } },
    ['body.state.state_details.scheduled_time value_error'],
  ],
  [
    'POST',
    `${RUN}/set_state`,
    { state: { type: 'COMPLETED', state_details: { transition_id: 'x' } } },
    ['body.state.state_details.transition_id uuid_parsing'],
  ],
  ['PATCH', `${RUN}/labels`, [], ['body dict_type']],
  ['GET', '/flow_run_states/?flow_run_id=x', undefined, ['query.flow_run_id uuid_parsing']],
  ['GET', '/csrf-token', undefined, ['query.client missing']],
  ['POST', '/v2/concurrency_limits/leases/x/renew', {}, ['path.lease_id uuid_parsing']],
  ['POST', '/events/count-by/nope', { filter: {} }, ['path.countable enum']],
  ['POST', '/v2/concurrency_limits/increment', { names: ['a'], slots: 1, mode: 'x' }, ['body.mode literal_error']],
  ['POST', '/flow_runs/bulk_delete', { limit: 51 }, ['body.limit less_than_equal']],
  ['POST', '/flow_runs/filter', { offset: 'x' }, ['body.offset int_parsing']],
  ['POST', '/flow_runs/filter', { flow_runs: { id: { any_: ['x'] } } }, ['body.flow_runs.id.any_.0 uuid_parsing']],
  ['POST', '/logs/', { logs: [] }, ['body is_instance_of']],
  [
    'POST',
    '/logs/',
    [{ name: 'n', level: 'info', message: 'm', timestamp: '2030-01-01T00:00:00Z' }],
    ['body.0.level int_parsing'],
  ],
  ['POST', '/logs/filter', { logs: { text: { query: 'x'.repeat(201) } } }, ['body.logs.text.query string_too_long']],
  ['POST', '/events', {}, ['body list_type']],
  [
    'POST',
    '/events',
    [{ id: ID, occurred: '2030-01-01T00:00:00Z', event: 'x', resource: {} }],
    ['body.0.resource value_error'],
  ],
  ['POST', '/templates/validate', { x: 1 }, ['body string_type']],
  [
    'POST',
    '/deployments/',
    { name: 'd', flow_id: ID, schedules: [{ schedule: { interval: -5 } }] },
    [
      'RRuleSchedule.interval extra_forbidden',
      'RRuleSchedule.rrule missing',
      'function-after[validate_timezone(), CronSchedule].cron missing',
      'function-after[validate_timezone(), CronSchedule].interval extra_forbidden',
      'function-after[validate_timezone(), IntervalSchedule].interval value_error',
    ].map((end) => `body.schedules.0.schedule.${end}`),
  ],
  [
    'POST',
    '/work_pools/',
    { name: 'p', base_job_template: { job_configuration: { image: '{{ image }}' }, variables: { type: 'object' } } },
    ['body.base_job_template value_error'],
  ],
])('%s %s %j is told what is wrong', async ([method, path, body, faults]) => {
  const response = await ask(method, path, body)
  expect(response.statusCode).toBe(422)
  expect(Object.keys(response.json()).toSorted()).toEqual(['exception_detail', 'exception_message', 'request_body'])
  expect(response.json<Failure>().exception_message).toBe('Invalid request received.')
  expect(faultsOf(response)).toEqual(faults)
})

test.for<[Method, string, unknown, number, string]>([
  ['GET', '/flows/not-a-uuid', undefined, 404, 'Not Found'],
  ['PATCH', '/deployments/not-a-uuid', { tags: [] }, 404, 'Not Found'],
  ['GET', '/no/such/route', undefined, 404, 'Not Found'],
  ['POST', '//flows/', { name: 'x' }, 404, 'Not Found'],
  ['GET', '/work_pools/a%2Fb', undefined, 404, 'Not Found'],
  ['GET', '/work_pools/%00', undefined, 404, 'Not Found'],
  ['GET', '/work_pools/%zz', undefined, 404, 'Not Found'],
  ['GET', `/work_pools/${'a'.repeat(2_001)}`, undefined, 404, 'Not Found'],
  ['DELETE', '/flows/', undefined, 405, 'Method Not Allowed'],
  ['GET', '/flow_runs/filter', undefined, 405, 'Method Not Allowed'],
  ['DELETE', '/flow_runs/filter', undefined, 405, 'Method Not Allowed'],
  ['POST', '/flow_runs/paginate', { limit: 201 }, 422, 'Invalid limit: must be less than or equal to 200.'],
  ['POST', '/flow_runs/filter', { limit: -1, x: 1 }, 422, 'Invalid limit: must be greater than or equal to 0.'],
])('%s %s answers %i', async ([method, path, body, status, detail]) => {
  const response = await ask(method, path, body)
  expect(response.statusCode).toBe(status)
  expect(response.json()).toEqual({ detail })
})

test('a wrong method names the right ones', async () => {
  expect((await ask('DELETE', '/work_pools/p/queues/filter')).headers['allow']).toBeUndefined()
  expect((await ask('PUT', '/work_pools/p')).headers['allow']).toBe('GET, PATCH, DELETE')
})

test.for<[Method, string]>([
  ['GET', `/flows/${ID}`],
  ['GET', `/flows/${ID}/`],
  ['GET', '/health'],
  ['GET', '/health/'],
  ['GET', '/work_pools/my%20pool%C3%A9'],
])('%s %s reaches its route with and without a slash', async ([method, path]) => {
  expect((await ask(method, path)).statusCode).toBe(ECHO_STATUS)
})

test('an embedded body: none, null, nulls and unknown keys all mean the defaults', async () => {
  for (const body of [undefined, 'null', '{}', '\uFEFF{}', '{"limit":null,"sort":null,"offset":null,"x":1}']) {
    const response = await ask('POST', '/flow_runs/filter', body)
    expect(response.json()).toMatchObject({ body: { limit: 200, offset: 0, sort: 'ID_DESC' } })
    expect(Object.keys(response.json<{ body: object }>().body).toSorted()).toEqual(['limit', 'offset', 'sort'])
  }
})

test('an embedded body that is no object misses everything', async () => {
  const response = await ask('POST', '/work_pools/filter', '"text"')
  expect(faultsOf(response)).toEqual(['body.limit missing', 'body.offset missing', 'body.work_pools missing'])
})

test('values are coerced as Prefect does it', async () => {
  const body = {
    limit: true,
    offset: '1',
    flow_runs: {
      id: { any_: ['01961F6E00007000800000000000ABCD'] },
      start_time: { before_: '2026-11-24 02:06:26.346528+01:00', is_null_: 'no' },
    },
  }
  expect((await ask('POST', '/flow_runs/filter', body)).json()).toMatchObject({
    body: {
      limit: 1,
      offset: 1,
      flow_runs: {
        id: { any_: ['01961f6e-0000-7000-8000-00000000abcd'] },
        start_time: { before_: '2026-11-24T01:06:26.346528Z', is_null_: false },
      },
    },
  })
})

test('a patch tells null from absent', async () => {
  const cleared = await ask('PATCH', '/work_pools/p', { concurrency_limit: null })
  expect(cleared.json()).toEqual({ params: { name: 'p' }, body: { concurrency_limit: null } })
  expect((await ask('PATCH', '/work_pools/p', {})).json()).toEqual({ params: { name: 'p' }, body: {} })
})

test('a creation gets its defaults', async () => {
  const { body } = (await ask('POST', '/work_pools/', { name: 'p' })).json<{ body: unknown }>()
  expect(body).toEqual({
    name: 'p',
    description: null,
    type: 'prefect-agent',
    base_job_template: {},
    is_paused: false,
    concurrency_limit: null,
  })
})

test('of a repeated key and of a repeated query parameter the last counts', async () => {
  expect((await ask('POST', '/flows/', '{"name":"a","name":"b"}')).json()).toMatchObject({ body: { name: 'b' } })
  const twice = await ask('GET', `/block_documents/${ID}?include_secrets=x&include_secrets=true`)
  expect(twice.json()).toMatchObject({ query: { include_secrets: true } })
})

test.for([
  ['missing', undefined, ECHO_STATUS],
  ['with a charset', 'application/json; charset=utf-8', ECHO_STATUS],
  ['of a JSON dialect', 'application/vnd.api+json', ECHO_STATUS],
  ['of a form', 'application/x-www-form-urlencoded', 422],
  ['of text', 'text/plain', 422],
] as const)('a content type %s', async ([, type, status]) => {
  const response = await app.inject({
    method: 'POST',
    url: '/api/flows/',
    headers: { host: 'localhost', ...(type === undefined ? {} : { 'content-type': type }) },
    payload: Buffer.from('{"name":"x"}'),
  })
  expect(response.statusCode).toBe(status)
})

test.for([
  ['0.0.1', 400],
  ['0.7.9', 400],
  ['abc', 400],
  ['0.8', 400],
  ['0.8.0', ECHO_STATUS],
  ['0.8.4', ECHO_STATUS],
  ['0.10.0', ECHO_STATUS],
  ['1.0.0', ECHO_STATUS],
] as const)('the API version %s answers %i', async ([version, status]) => {
  const headers = { 'x-prefect-api-version': version }
  expect((await ask('GET', `/flows/${ID}`, undefined, headers)).statusCode).toBe(status)
  expect((await ask('GET', '/health', undefined, headers)).statusCode).toBe(ECHO_STATUS)
})
