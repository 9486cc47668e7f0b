import { addSeconds, allOperations, type Operation, SCOPES, type Scope } from '@slipway/contract'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runAccess } from '../domain/access/run-scope.ts'
import { createApiKey, revokeApiKey } from '../operations/api-keys.ts'
import { json, sql } from '../store/sql.ts'
import { insertFlow, insertFlowRun } from '../testing/factories.ts'
import { basic, insertRunCredential } from '../testing/run-credentials.ts'
import { createTestServer, type TestServer } from '../testing/server.ts'
import { addAuthentication } from './auth.ts'
import { createIdentify } from './credentials.ts'
import { mount, reply } from './mount.ts'
import { createApp } from './server.ts'

const AUTH = 'operator:a-long-password'
/** What a handler would answer: no operation uses it, so it proves that the handler was reached. */
const REACHED = 299
const NO_ID = '00000000-0000-4000-8000-000000000000'

let server: TestServer
/** Every operation of the contract in front of one handler that only answers. */
let app: FastifyInstance
const keys = new Map<Scope, string>()
const ids = {
  own: '',
  child: '',
  foreign: '',
  ownTask: '',
  childTask: '',
  foreignTask: '',
  ownArtifact: '',
  foreignArtifact: '',
}
let credential = ''

beforeAll(async () => {
  server = await createTestServer({ flags: { auth_string: AUTH } })
  const { ctx } = server
  app = createApp(ctx, {
    register: (scope) => {
      addAuthentication(scope, ctx, createIdentify({ ...ctx, timers: { after: atOnce } }))
      for (const operation of allOperations) mount(scope, operation, () => reply(REACHED, null) as never)
    },
  })
  await app.ready()
  for (const scope of SCOPES) {
    const { key } = await createApiKey(ctx, ctx.installation.default_workspace_id, {
      name: `key for ${scope}`,
      scopes: [scope],
      expires: null,
    })
    keys.set(scope, key)
  }
  const flow_id = await insertFlow(ctx)
  ids.own = await insertFlowRun(ctx, { flow_id })
  ids.child = await insertFlowRun(ctx, { flow_id })
  ids.foreign = await insertFlowRun(ctx, { flow_id })
  ids.ownTask = await insertTaskRun(ids.own)
  ids.childTask = await insertTaskRun(ids.child)
  ids.foreignTask = await insertTaskRun(ids.foreign)
  await ctx.db.query(sql`update flow_run set parent_task_run_id = ${ids.ownTask} where id = ${ids.child}`)
  ids.ownArtifact = await insertArtifact(ids.child)
  ids.foreignArtifact = await insertArtifact(ids.foreign)
  credential = await insertRunCredential(ctx, ids.own)
})

afterAll(async () => {
  await app.close()
  await server.close()
})

function atOnce(_ms: number, callback: () => void): () => void {
  callback()
  return () => {}
}

async function insertTaskRun(flow_run_id: string | null): Promise<string> {
  const { ctx } = server
  const [id, now] = [ctx.ids.uuid(), ctx.clock.now()]
  await ctx.db.query(sql`
    insert into task_run (id, workspace_id, created, updated, name, flow_run_id, task_key, dynamic_key)
    values (${id}, ${ctx.installation.default_workspace_id}, ${now}, ${now}, 'task', ${flow_run_id}, 'task', ${id})
  `)
  return id
}

async function insertArtifact(flow_run_id: string): Promise<string> {
  const { ctx } = server
  const [id, now] = [ctx.ids.uuid(), ctx.clock.now()]
  await ctx.db.query(sql`
    insert into artifact (id, workspace_id, created, updated, data, flow_run_id)
    values (${id}, ${ctx.installation.default_workspace_id}, ${now}, ${now}, ${json('text')}, ${flow_run_id})
  `)
  return id
}

interface Request {
  readonly params?: Readonly<Record<string, string>>
  readonly query?: string
  readonly body?: unknown
}

async function ask(operation: Operation, headers: Readonly<Record<string, string>>, request: Request = {}) {
  const path = operation.path.replaceAll(/\{(\w+)\}/g, (_match, name: string) => request.params?.[name] ?? NO_ID)
  const { statusCode } = await app.inject({
    method: operation.method,
    url: `/api${path}${request.query === undefined ? '' : `?${request.query}`}`,
    headers: { host: '127.0.0.1', 'content-type': 'application/json', ...headers },
    ...(['GET', 'DELETE'].includes(operation.method) ? {} : { payload: JSON.stringify(request.body ?? {}) }),
  })
  return statusCode
}

/** Let in: the handler was reached, or the request itself was looked at and found wanting. */
function isLetIn(status: number): boolean {
  return status === REACHED || status === 422
}

const OPERATIONS = allOperations.map((operation) => [operation.id, operation] as const)

test.for(OPERATIONS)('%s is refused to strangers', async ([, operation]) => {
  const expected = operation.public ? isLetIn : (status: number) => status === 401
  for (const headers of [
    {},
    basic('operator:wrong'),
    basic(`run-${ids.own}:wrong`),
    { authorization: 'Bearer slpw_wrong' },
    { authorization: 'nonsense' },
  ]) {
    const status = await ask(operation, headers)
    expect([headers, status, expected(status)]).toEqual([headers, status, true])
  }
})

test.for(OPERATIONS)('%s is open to exactly the keys whose scope contains its own', async ([, operation]) => {
  const needed = SCOPES.indexOf(operation.scope)
  for (const [index, scope] of SCOPES.entries()) {
    const status = await ask(operation, { authorization: `Bearer ${keys.get(scope) ?? ''}` })
    const isOpen = operation.public || index >= needed
    expect([scope, status, isLetIn(status)]).toEqual([scope, isOpen ? status : 403, isOpen])
  }
  expect(isLetIn(await ask(operation, basic(AUTH)))).toBe(true)
  expect(isLetIn(await ask(operation, { authorization: `Bearer ${AUTH}` }))).toBe(true)
})

/** A request about the run of the credential, and the same about another run. What a rule looks at is all here. */
function samples(): Readonly<
  Record<string, { readonly allowed: readonly Request[]; readonly refused: readonly Request[] }>
> {
  const { own, child, foreign, ownTask, childTask, foreignTask, ownArtifact, foreignArtifact } = ids
  const byId = (allowed: readonly string[], refused: readonly string[], body: unknown = {}) => ({
    allowed: allowed.map((id) => ({ params: { id, key: 'key' }, body })),
    refused: refused.map((id) => ({ params: { id, key: 'key' }, body })),
  })
  const byBody = (allowed: readonly unknown[], refused: readonly unknown[], params = {}) => ({
    allowed: allowed.map((body) => ({ params, body })),
    refused: refused.map((body) => ({ params, body })),
  })
  const ofRun = (body: unknown = {}) => byId([own, child], [foreign, NO_ID], body)
  const ofTask = (body: unknown = {}) => byId([ownTask, childTask], [foreignTask, NO_ID], body)
  const state = { state: { type: 'RUNNING' } }
  const log = (line: object) => ({ name: 'flow', level: 20, message: 'hi', timestamp: '2026-01-01T00:00:00Z', ...line })
  const list = byBody(
    [
      { flow_runs: { id: { any_: [own, child] } } },
      { flow_runs: { parent_flow_run_id: { any_: [own] } } },
      { flow_runs: { parent_task_run_id: { any_: [ownTask, NO_ID] } } },
      { task_runs: { id: { any_: [childTask] } } },
      { task_runs: { flow_run_id: { any_: [child] } } },
      { flow_runs: { id: { any_: [] } } },
    ],
    [
      {},
      { flow_runs: { name: { any_: ['mine'] } } },
      { flow_runs: { id: { any_: [own, foreign] } } },
      { flow_runs: { id: { not_any_: [own] } } },
      { flow_runs: { operator: 'or_', id: { any_: [own] }, name: { like_: '' } } },
      { task_runs: { flow_run_id: { operator: 'or_', any_: [own], is_null_: true } } },
      { task_runs: { id: { any_: [foreignTask] } } },
    ],
  )
  const v1 = (task_run_id: string) => ({ names: ['tag'], task_run_id })
  return {
    readFlowRun: ofRun(),
    readFlowRunGraph: ofRun(),
    readFlowRunGraphV2: ofRun(),
    updateFlowRun: ofRun(),
    updateFlowRunLabels: ofRun(),
    setFlowRunState: ofRun(state),
    resumeFlowRun: ofRun(),
    downloadFlowRunLogs: ofRun(),
    createFlowRunInput: ofRun({ key: 'key', value: '1' }),
    filterFlowRunInput: ofRun({ prefix: 'key' }),
    readFlowRunInput: ofRun(),
    deleteFlowRunInput: ofRun(),
    readFlowRunStates: {
      allowed: [{ query: `flow_run_id=${own}` }, { query: `flow_run_id=${child}` }],
      refused: [{ query: `flow_run_id=${foreign}` }],
    },
    createFlowRun: byBody(
      [
        { flow_id: NO_ID, parent_task_run_id: ownTask },
        { flow_id: NO_ID, parent_task_run_id: childTask },
      ],
      [{ flow_id: NO_ID }, { flow_id: NO_ID, parent_task_run_id: foreignTask }],
    ),
    createFlowRunFromDeployment: byBody(
      [{}, { parent_task_run_id: ownTask }],
      [{ parent_task_run_id: foreignTask }, { parent_task_run_id: NO_ID }],
    ),
    bulkCreateFlowRunsFromDeployment: byBody(
      [[{}, { parent_task_run_id: ownTask }]],
      [[{}, { parent_task_run_id: foreignTask }]],
    ),
    readFlowRuns: list,
    countFlowRuns: list,
    paginateFlowRuns: list,
    createTaskRun: byBody(
      [
        { flow_run_id: own, task_key: 'key', dynamic_key: '0' },
        { task_key: 'key', dynamic_key: '0', state: { type: 'SCHEDULED', state_details: { deferred: true } } },
      ],
      [{ flow_run_id: foreign, task_key: 'key', dynamic_key: '0' }],
    ),
    readTaskRun: ofTask(),
    updateTaskRun: ofTask(),
    setTaskRunState: ofTask(state),
    readTaskRunStates: {
      allowed: [{ query: `task_run_id=${childTask}` }],
      refused: [{ query: `task_run_id=${foreignTask}` }, { query: `task_run_id=${NO_ID}` }],
    },
    readTaskRuns: list,
    countTaskRuns: list,
    paginateTaskRuns: list,
    createLogs: byBody(
      [
        [log({ flow_run_id: own })],
        [log({ flow_run_id: child, task_run_id: childTask }), log({ flow_run_id: own, task_run_id: NO_ID })],
        [log({ task_run_id: ownTask })],
        [],
      ],
      [
        [log({ flow_run_id: own }), log({ flow_run_id: foreign })],
        [log({ flow_run_id: own, task_run_id: foreignTask })],
        [log({ task_run_id: foreignTask })],
        [log({ task_run_id: NO_ID })],
        [log({})],
      ],
    ),
    readLogs: byBody(
      [{ logs: { flow_run_id: { any_: [own] } } }, { logs: { task_run_id: { any_: [childTask] } } }],
      [
        {},
        { logs: { level: { ge_: 0 } } },
        { logs: { flow_run_id: { any_: [foreign] } } },
        { logs: { operator: 'or_', flow_run_id: { any_: [own] }, level: { ge_: 0 } } },
      ],
    ),
    createArtifact: byBody(
      [{}, { flow_run_id: own }, { flow_run_id: own, task_run_id: NO_ID }, { task_run_id: childTask }],
      [
        { flow_run_id: foreign },
        { flow_run_id: own, task_run_id: foreignTask },
        { task_run_id: foreignTask },
        { task_run_id: NO_ID },
      ],
    ),
    updateArtifact: byId([ownArtifact], [foreignArtifact, NO_ID]),
    incrementConcurrencyLimitsV1: byBody([v1(ownTask), v1(NO_ID)], [v1(foreignTask)]),
    decrementConcurrencyLimitsV1: byBody([v1(ownTask), v1(NO_ID)], [v1(foreignTask)]),
  }
}

const DENIED = OPERATIONS.filter(([id]) => runAccess(id) === 'denied')
const ALLOWED = OPERATIONS.filter(([id]) => runAccess(id) !== 'denied')

test.for(DENIED)('%s is refused to runs', async ([id, operation]) => {
  expect(await ask(operation, basic(credential))).toBe(403)
  expect(samples()[id]).toBeUndefined()
})

test.for(ALLOWED)('%s is open to a run about itself and the runs below it alone', async ([id, operation]) => {
  // An operation whose rule looks at nothing has no sample: see the next test.
  const { allowed, refused } = samples()[id] ?? { allowed: [], refused: [] }
  const reached = [...allowed, ...(samples()[id] === undefined ? [{}] : [])]
  for (const request of reached) {
    const status = await ask(operation, basic(credential), request)
    expect([request, status, isLetIn(status)]).toEqual([request, status, true])
  }
  for (const request of allowed)
    expect([request, await ask(operation, basic(credential), request)]).toEqual([request, REACHED])
  for (const request of refused)
    expect([request, await ask(operation, basic(credential), request)]).toEqual([request, 403])
})

test('every rule that looks at the request is tested with requests', () => {
  const free = ALLOWED.filter(([id]) => samples()[id] === undefined)
  expect(new Set(free.map(([id]) => runAccess(id))).size).toBe(1)
  expect(free.filter(([, { path }]) => /\/(?:flow|task)_runs\//.test(path))).toEqual([])
})

test('what the table does not know is denied', () => {
  expect(runAccess('deleteTheInternet')).toBe('denied')
})

test('a background task is open to read for every run, and to nothing else', async () => {
  const id = await insertTaskRun(null)
  const byName = new Map(OPERATIONS)
  const statusOf = async (name: string, body: unknown) => {
    const operation = byName.get(name)
    if (operation === undefined) throw new Error(`The contract has no ${name}`)
    return await ask(operation, basic(credential), { params: { id }, query: `task_run_id=${id}`, body })
  }
  expect(await statusOf('readTaskRun', {})).toBe(REACHED)
  expect(await statusOf('readTaskRunStates', {})).toBe(REACHED)
  expect(await statusOf('setTaskRunState', { state: { type: 'RUNNING' } })).toBe(403)
  expect(await statusOf('updateTaskRun', {})).toBe(403)
})

test('keys expire and are revoked at once, and may come as a password', async () => {
  const { ctx, clock } = server
  const workspace_id = ctx.installation.default_workspace_id
  const made = await createApiKey(ctx, workspace_id, {
    name: 'short-lived',
    scopes: ['read'],
    expires: addSeconds(clock.now(), 60),
  })
  const readFlow = new Map(OPERATIONS).get('readFlow')
  if (readFlow === undefined) throw new Error('The contract has no readFlow')
  const status = () => ask(readFlow, { authorization: `Bearer ${made.key}` })
  expect(await status()).toBe(REACHED)
  expect(await ask(readFlow, basic(`anybody:${made.key}`))).toBe(REACHED)
  clock.advance(61)
  expect(await status()).toBe(401)
  const again = await createApiKey(ctx, workspace_id, { name: 'short-lived', scopes: ['read'], expires: null })
  await revokeApiKey(ctx, workspace_id, again.id)
  expect(await ask(readFlow, { authorization: `Bearer ${again.key}` })).toBe(401)
})

test('the web interface loads without a credential; the reference asks for one, as a browser understands', async () => {
  const get = (url: string, headers: Readonly<Record<string, string>> = {}) =>
    server.app.inject({ method: 'GET', url, headers: { host: '127.0.0.1', ...headers } })
  expect((await get('/')).statusCode).toBe(200)
  expect((await get('/login')).statusCode).toBe(200)
  for (const url of ['/docs', '/openapi.json']) {
    const { statusCode, headers } = await get(url)
    expect([url, statusCode, headers['www-authenticate']]).toEqual([url, 401, 'Basic realm="Slipway"'])
    expect((await get(url, basic(AUTH))).statusCode).toBe(200)
  }
})

test('a credential opens only its own workspace', async () => {
  const headers = { host: '127.0.0.1', ...basic(credential) }
  const url = `/api/accounts/${NO_ID}/workspaces/${NO_ID}/hello`
  expect((await app.inject({ method: 'GET', url, headers })).statusCode).toBe(404)
  const elsewhere = createApp(server.ctx, {
    findWorkspace: () => Promise.resolve(NO_ID),
    register: (scope) => {
      addAuthentication(scope, server.ctx, createIdentify(server.ctx))
      for (const operation of allOperations) mount(scope, operation, () => reply(REACHED, null) as never)
    },
  })
  const answers = [
    await elsewhere.inject({ method: 'GET', url, headers }),
    await elsewhere.inject({
      method: 'GET',
      url,
      headers: { ...headers, authorization: `Bearer ${keys.get('admin') ?? ''}` },
    }),
    await elsewhere.inject({ method: 'GET', url, headers: { ...headers, ...basic(AUTH) } }),
  ]
  expect(answers.map(({ statusCode }) => statusCode)).toEqual([404, 404, REACHED])
  await elsewhere.close()
})

test('where nothing is configured everybody is let in, but not who wrongly claims to be a run', async () => {
  const open = await createTestServer()
  const run = await insertFlowRun(open.ctx, { flow_id: await insertFlow(open.ctx) })
  const own = await insertRunCredential(open.ctx, run)
  const status = async (headers: Record<string, string>) =>
    (await open.call('GET', `/flow_runs/${run}`, undefined, headers)).status
  expect(await status({})).toBe(200)
  expect(await status(basic('left:over'))).toBe(200)
  expect(await status({ authorization: 'Bearer pnu_left_over' })).toBe(200)
  expect(await status(basic(own))).toBe(200)
  expect(await status(basic(`run-${run}:wrong`))).toBe(401)
  expect((await open.call('GET', '/admin/settings', undefined, basic(own))).status).toBe(403)
  await open.close()
})
