import { expect, onTestFinished, test } from 'vitest'
import { SlipwayError } from '../errors.ts'
import { createEchoApp, ECHO_STATUS, type EchoAppOptions } from '../testing/echo-app.ts'

const WORKSPACE = '/api/accounts/00000000-0000-4000-8000-000000000002/workspaces'

async function app(options: EchoAppOptions = {}) {
  const app = await createEchoApp(options)
  onTestFinished(() => app.close())
  return {
    get: (url: string, headers: Record<string, string> = {}) =>
      app.inject({ method: 'GET', url, headers: { host: 'localhost:4200', ...headers } }),
    inject: app.inject.bind(app),
  }
}

function failing(error: unknown): EchoAppOptions {
  return {
    handler: () => {
      throw error
    },
  }
}

test.for([
  ['a mistake of the caller', new SlipwayError(423, { detail: 'Locked' }, { 'retry-after': '1.5' }), 423, 'Locked'],
  ['a lost connection', Object.assign(new Error('read'), { code: 'ECONNRESET' }), 503, 'Service Unavailable'],
  [
    'a refused connection',
    new AggregateError([Object.assign(new Error(''), { code: 'ECONNREFUSED' })]),
    503,
    'Service',
  ],
  ['a database that shuts down', sqlError('57P01'), 503, 'Service Unavailable'],
  ['a lost race', sqlError('40001'), 503, 'Service Unavailable'],
  ['a duplicate', sqlError('23505'), 409, 'Data integrity conflict'],
  ['a value that cannot be stored', sqlError('22P05'), 422, 'cannot be stored'],
  ['a bug', new TypeError('secret text of a bug'), 500, '"Internal Server Error"'],
] as const)('%s is answered with its status', async ([, error, status, words]) => {
  const lines: string[] = []
  const { get } = await app({ ...failing(error), log: (line) => lines.push(line) })
  const response = await get('/api/hello')
  expect(response.statusCode).toBe(status)
  expect(response.body).toContain(words)
  expect(response.body).not.toContain('secret text')
  expect(response.headers['retry-after'] !== undefined).toBe(status === 503 || status === 423)
  expect(lines.some((line) => line.includes('"level":50') && line.includes('request_id'))).toBe(status === 500)
})

function sqlError(code: string): Error {
  return Object.assign(new Error('from the database'), { code, severity: 'ERROR' })
}

test('every answer has its request id and says what browsers must not do', async () => {
  const { get } = await app()
  const { headers } = await get('/api/health')
  expect(headers['x-request-id']).toBe('00000000-0000-4000-8000-000000000001')
  expect(headers['x-content-type-options']).toBe('nosniff')
  expect(headers['x-frame-options']).toBe('DENY')
  expect((await get('/api/nope')).headers['x-frame-options']).toBe('DENY')
  expect((await get('/api/health', { 'x-request-id': 'mine-1' })).headers['x-request-id']).toBe('mine-1')
  expect((await get('/api/health', { 'x-request-id': 'a b' })).headers['x-request-id']).not.toBe('a b')
})

test('the path of a workspace leads to the same routes', async () => {
  const seen: string[] = []
  const { get } = await app({
    handler: ({ workspace_id }) => seen.push(workspace_id),
    findWorkspace: (_account_id, workspace_id) => Promise.resolve(workspace_id === 'known' ? 'its-id' : null),
  })
  expect((await get('/api/hello')).statusCode).toBe(ECHO_STATUS)
  expect((await get(`${WORKSPACE}/known/hello`)).statusCode).toBe(ECHO_STATUS)
  const unknown = await get(`${WORKSPACE}/unknown/hello`)
  expect([unknown.statusCode, unknown.json()]).toEqual([404, { detail: 'Workspace not found' }])
  expect((await get(`${WORKSPACE}/known/flow_runs/filter`)).statusCode).toBe(405)
  expect(seen).toEqual(['00000000-0000-4000-8000-0000000000aa', 'its-id'])
})

test('where credentials are configured nothing is open without authentication', async () => {
  const { get } = await app({ env: { SLIPWAY_AUTH_STRING: 'user:a-long-password' } })
  const response = await get('/api/hello')
  expect([response.statusCode, response.json()]).toEqual([401, { exception_message: 'Unauthorized' }])
  expect((await get('/api/health')).statusCode).toBe(ECHO_STATUS)
})
