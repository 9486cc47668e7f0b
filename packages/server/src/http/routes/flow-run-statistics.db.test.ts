import { addSeconds, type FlowRunResponse, type Graph, type HistoryResponse, type TaskRun } from '@slipway/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { insertFlow } from '../../testing/factories.ts'
import { createTestServer, type TestServer } from '../../testing/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await createTestServer()
})
afterAll(() => server.close())

const createRun = async (body: object) => (await server.call<FlowRunResponse>('POST', '/flow_runs/', body)).body
const createTask = async (body: object) =>
  (await server.call<TaskRun>('POST', '/task_runs/', { task_key: 't', state: { type: 'COMPLETED' }, ...body })).body

test('history counts runs by interval and state', async () => {
  const flow_id = await insertFlow(server.ctx)
  const start = '2026-01-01T00:00:00.000000Z'
  for (const seconds of [0, 3_599, 3_600, 90_000]) {
    const scheduled_time = addSeconds(start, seconds)
    await createRun({ flow_id, state: { type: 'SCHEDULED', state_details: { scheduled_time } } })
  }
  const history = await server.call<HistoryResponse[]>('POST', '/flow_runs/history', {
    flows: { id: { any_: [flow_id] } },
    history_start: start,
    history_end: addSeconds(start, 9_000),
    history_interval_seconds: 3_600,
  })
  const summary = history.body.map((each) => [each.interval_start, each.states.map(({ count_runs }) => count_runs)])
  expect(summary).toEqual([
    ['2026-01-01T00:00:00.000000Z', [2]],
    ['2026-01-01T01:00:00.000000Z', [1]],
    ['2026-01-01T02:00:00.000000Z', []],
  ])
  expect(history.body[0]?.states[0]?.sum_estimated_lateness).toBeGreaterThan(0)
})

test('an interval below a second is refused, one that ends before it begins is empty', async () => {
  const body = { history_start: '2026-01-02T00:00:00Z', history_end: '2026-01-01T00:00:00Z' }
  expect((await server.call('POST', '/task_runs/history', { ...body, history_interval_seconds: 0.5 })).body).toEqual({
    detail: 'History interval must not be less than 1 second.',
  })
  expect((await server.call('POST', '/task_runs/history', { ...body, history_interval_seconds: 60 })).body).toEqual([])
})

test('lateness is the average over the runs that match', async () => {
  const flow_id = await insertFlow(server.ctx)
  const filter = { flows: { id: { any_: [flow_id] } } }
  expect((await server.call('POST', '/flow_runs/lateness', filter)).body).toBeNull()
  const now = server.clock.now()
  for (const late of [100, 300]) {
    const state_details = { scheduled_time: addSeconds(now, -late) }
    await createRun({ flow_id, state: { type: 'SCHEDULED', state_details } })
  }
  expect((await server.call<number>('POST', '/flow_runs/lateness', filter)).body).toBeCloseTo(200, 1)
})

test('the graph shows tasks, subflows, who gave what to whom, and artifacts', async () => {
  const flow_id = await insertFlow(server.ctx, 'graph')
  const run = await createRun({ flow_id, state: { type: 'RUNNING' } })
  const task = (dynamic_key: string, body: object = {}) => createTask({ flow_run_id: run.id, dynamic_key, ...body })
  const first = await task('0', { name: 'first' })
  const from = (id: string) => [{ input_type: 'task_run', id }]
  const second = await task('1', { name: 'second', task_inputs: { x: from(first.id), y: from(first.id) } })
  const inner = await task('2', { name: 'inner', task_inputs: { __parents__: from(second.id) } })
  const placeholder = await task('3', { name: 'placeholder', task_inputs: { z: from(second.id) } })
  const child = await createRun({ flow_id, name: 'child', parent_task_run_id: placeholder.id })
  const artifact = { key: 'k', type: 'markdown', data: 'x', flow_run_id: run.id, task_run_id: first.id }
  await server.call('POST', '/artifacts/', artifact)
  await server.call('POST', '/artifacts/', { ...artifact, task_run_id: null, type: 'progress', data: 5 })

  const { body: graph } = await server.call<Graph>('GET', `/flow_runs/${run.id}/graph-v2`)

  expect(graph.root_node_ids).toEqual([first.id, inner.id])
  const nodes = Object.fromEntries((graph.nodes as [string, Record<string, unknown>][]).map(([id, node]) => [id, node]))
  expect(nodes[first.id]).toMatchObject({
    kind: 'task-run',
    label: 'first',
    children: [{ id: second.id }],
    artifacts: [{ type: 'markdown', is_latest: false, data: null }],
  })
  expect(nodes[second.id]).toMatchObject({ parents: [{ id: first.id }], children: [{ id: child.id }] })
  expect(nodes[inner.id]).toMatchObject({ parents: [], encapsulating: [{ id: second.id }] })
  expect(nodes[child.id]).toMatchObject({ kind: 'flow-run', label: 'graph / child', parents: [{ id: second.id }] })
  expect(graph.artifacts).toMatchObject([{ type: 'progress', is_latest: true, data: 5 }])
  expect(graph.states.map(({ type }) => type)).toEqual(['RUNNING'])

  const later = encodeURIComponent(addSeconds(server.clock.now(), 60))
  const { body: news } = await server.call<Graph>('GET', `/flow_runs/${run.id}/graph-v2?since=${later}`)
  expect(news.nodes.map(([id]) => id)).toEqual([child.id])

  const { body: older } = await server.call<{ name: string; upstream_dependencies: unknown[] }[]>(
    'GET',
    `/flow_runs/${run.id}/graph`,
  )
  expect(older.find(({ name }) => name === 'second')?.upstream_dependencies).toEqual(from(first.id))
  expect((await server.call('GET', `/flow_runs/${server.ctx.ids.uuid()}/graph-v2`)).status).toBe(404)
  expect((await server.call('GET', `/flow_runs/${server.ctx.ids.uuid()}/graph`)).status).toBe(404)
})
