import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createEchoApp, ECHO_STATUS } from '../testing/echo-app.ts'

const ID = '01961f6e-0000-7000-8000-000000000001'

let app: FastifyInstance
beforeAll(async () => {
  app = await createEchoApp()
})
afterAll(() => app.close())

async function post(path: string, payload: string | Buffer) {
  return await app.inject({
    method: 'POST',
    url: `/api${path}`,
    headers: { host: 'localhost', 'content-type': 'application/json' },
    payload,
  })
}

function artifact(data: string): string {
  return `{"key":"k","data":${data}}`
}

test.for([
  ['1.0'],
  ['-0.0'],
  ['1e400'],
  ['12345678901234567890123'],
  ['{"z":1,"a":{"b":[1.50,"\\u00e9",null]}}'],
  ['{"__proto__":{"x":1},"constructor":1}'],
] as const)('opaque JSON leaves as it came: %s', async ([data]) => {
  const response = await post('/artifacts/', artifact(data))
  expect(response.statusCode).toBe(ECHO_STATUS)
  expect(response.body).toContain(`"data":${data.replace('\\u00e9', 'é')}`)
})

test('typed numbers are plain numbers however they are written', async () => {
  const response = await post('/work_pools/', '{"name":"p","concurrency_limit":3.0,"base_job_template":{}}')
  expect(response.json()).toMatchObject({ body: { concurrency_limit: 3 } })
})

test.for([
  ['NUL in text', '/flows/', '{"name":"a\\u0000"}', ['body', 'name']],
  ['NUL in a key', '/artifacts/', artifact('{"a":{"\\u0000":1}}'), ['body', 'data', 'a']],
  ['half a surrogate pair', '/artifacts/', artifact('["\\ud800"]'), ['body', 'data', 0]],
] as const)('%s is refused where it is', async ([, path, body, loc]) => {
  const response = await post(path, body)
  expect(response.statusCode).toBe(422)
  expect(response.json()).toMatchObject({ exception_detail: [{ type: 'string_unicode', loc }] })
})

test('a whole surrogate pair is fine, and so is an escaped backslash before u0000', async () => {
  expect((await post('/artifacts/', artifact('"\\ud83d\\ude00 \\\\u0000"'))).statusCode).toBe(ECHO_STATUS)
})

test.for([
  ['an integer beyond 32 bits', '/flow_runs/filter', '{"offset":99999999999}', 422],
  ['an endless number', '/flow_runs/filter', '{"offset":1e999}', 422],
  ['a year that nobody has', '/logs/', '[{"name":"n","level":1,"message":"m","timestamp":"99999-01-01"}]', 422],
  ['a date from a huge number', '/logs/', '[{"name":"n","level":1,"message":"m","timestamp":1e300}]', 422],
  ['deep arrays', '/artifacts/', artifact('['.repeat(100_000) + ']'.repeat(100_000)), 422],
  ['deep objects', '/artifacts/', artifact('{"a":'.repeat(100_000) + '1' + '}'.repeat(100_000)), 422],
  ['brackets within text', '/artifacts/', artifact(JSON.stringify('["'.repeat(5_000))), ECHO_STATUS],
  ['inherited names as keys', '/flows/', '{"name":"x","toString":1}', 422],
  ['an own __proto__', '/flows/', '{"__proto__":{"name":"x"}}', 422],
  ['a body that is not UTF-8', '/flows/', Buffer.from([0x7b, 0xff, 0x7d]), 400],
] as const)('%s is answered, not crashed on', async ([, path, body, status]) => {
  expect((await post(path, body)).statusCode).toBe(status)
})

test('a map keeps a label called __proto__ as a label', async () => {
  const response = await post('/flows/', '{"name":"x","labels":{"__proto__":"y"}}')
  expect(response.body).toContain('"labels":{"__proto__":"y"}')
})

test('bodies have the limit of their operation', async () => {
  const text = JSON.stringify({ name: 'x', tags: ['t'.repeat(1_048_576)] })
  const refused = await post('/flows/', text)
  expect(refused.statusCode).toBe(413)
  expect(refused.json()).toEqual({
    detail: 'The request body is too large: at most 1048576 bytes are accepted here.',
  })
  expect((await post('/artifacts/', artifact(JSON.stringify('x'.repeat(10_000_000))))).statusCode).toBe(ECHO_STATUS)
})

test('parameters of a flow run have a limit of their own', async () => {
  const body = (size: number) => JSON.stringify({ flow_id: ID, parameters: { a: 'x'.repeat(size) } })
  const refused = await post('/flow_runs/', body(524_288))
  expect(refused.statusCode).toBe(422)
  expect(refused.json()).toMatchObject({ exception_detail: [{ type: 'value_error', loc: ['body', 'parameters'] }] })
  expect((await post('/flow_runs/', body(524_200))).statusCode).toBe(ECHO_STATUS)
})

test('nothing of a body that may hold secrets is sent back', async () => {
  const response = await post('/block_documents/', '{"name":"x","data":{"token":"hunter2"},"block_type_id":"hunter2"}')
  expect(response.statusCode).toBe(422)
  expect(response.body).not.toContain('hunter2')
  expect(response.json()).toMatchObject({ request_body: null })
})

test('the error about a large body is small', async () => {
  const lines = Array.from({ length: 5_000 }, () => ({ message: 'x'.repeat(200) }))
  const response = await post('/logs/', JSON.stringify(lines))
  expect(response.statusCode).toBe(422)
  expect(response.body.length).toBeLessThan(50_000)
})
