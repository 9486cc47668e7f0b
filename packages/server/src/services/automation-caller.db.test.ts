import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Automation, BlockDocument, BlockSchema, BlockType, JsonObject, ReceivedEvent } from '@slipway/contract'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { sql } from '../store/sql.ts'
import { createTestServer, type TestServer } from '../testing/server.ts'
import { createAutomationCaller } from './automation-caller.ts'
import { createAutomationRunner } from './automation-runner.ts'

interface Received {
  readonly url: string
  readonly key: string
  readonly authorization: string | undefined
  readonly body: string
}

const received: Received[] = []
let status = 200
const outside = createServer((request, response) => {
  let body = ''
  request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk))
  request.on('end', () => {
    const { url = '', headers } = request
    received.push({ url, key: String(headers['idempotency-key']), authorization: headers.authorization, body })
    response.writeHead(status, { 'x-answer': 'yes' }).end('thank you')
  })
})
const { promise: listening, resolve: isListening } = Promise.withResolvers<null>()
outside.listen(0, '127.0.0.1', () => isListening(null))
await listening
const address = `http://127.0.0.1:${(outside.address() as AddressInfo).port}`

const server: TestServer = await createTestServer({ flags: { allow_private_webhooks: true } })
const guarded: TestServer = await createTestServer()
afterAll(async () => {
  outside.close()
  await Promise.all([server.close(), guarded.close()])
})
beforeEach(() => {
  received.length = 0
  status = 200
})

async function block(on: TestServer, slug: string, data: JsonObject): Promise<string> {
  const types = await on.call<BlockType[]>('POST', '/block_types/filter', { block_types: { slug: { any_: [slug] } } })
  const type = types.body[0] ?? (await on.call<BlockType>('POST', '/block_types/', { name: slug, slug })).body
  const fields = {
    title: slug,
    type: 'object',
    block_type_slug: slug,
    properties: {},
    secret_fields: ['url', 'headers.*'],
  }
  const schema = await on.call<BlockSchema>('POST', '/block_schemas/', { block_type_id: type.id, fields, version: '1' })
  const name = `b-${on.ctx.ids.uuid()}`
  const body = { name, data, block_type_id: type.id, block_schema_id: schema.body.id }
  return (await on.call<BlockDocument>('POST', '/block_documents/', body)).body.id
}

/** One event, and what came of the automation's only action. */
async function act(on: TestServer, action: object): Promise<{ outcome: ReceivedEvent; invocation: string }> {
  const event = `harbour.${on.ctx.ids.uuid()}`
  const trigger = { type: 'event', expect: [event], posture: 'Reactive', threshold: 1, within: 0 }
  const name = 'watch'
  const automation = (await on.call<Automation>('POST', '/automations/', { name, trigger, actions: [action] })).body
  await emit(on, event)
  const [runner, caller] = [createAutomationRunner(() => {}), createAutomationCaller(() => {})]
  while ((await runner.runOnce(on.ctx)) === 'more');
  await caller.runOnce(on.ctx)
  await caller.drain()
  const [outcome, ...others] = await on.ctx.db.query<ReceivedEvent>(sql`
    select id, occurred, received, event, resource, related, payload, follows
    from event
    where resource_id = ${`prefect.automation.${automation.id}`}
      and event in ('prefect.automation.action.executed', 'prefect.automation.action.failed')
    order by seq
    limit 10
  `)
  if (outcome === undefined) throw new Error('No outcome was told')
  expect(others).toEqual([])
  const { invocation } = outcome.payload
  return { outcome, invocation: typeof invocation === 'string' ? invocation : '' }
}

async function emit(on: TestServer, event: string): Promise<void> {
  const resource = { 'prefect.resource.id': 'ship.1', 'prefect.resource.name': 'Ada' }
  const occurred = on.ctx.clock.now()
  const body = [{ id: on.ctx.ids.uuid7(), event, occurred, resource, related: [], payload: {}, follows: null }]
  await on.call('POST', '/events', body)
}

test('a webhook is called with what its template says, and its answer is told', async () => {
  const id = await block(server, 'webhook', {
    url: `${address}/secret-path`,
    headers: { authorization: 'Bearer hush' },
  })
  const payload = '{"ship": "{{ event.resource.name }}"}'
  const { outcome, invocation } = await act(server, { type: 'call-webhook', block_document_id: id, payload })
  expect(received).toEqual([
    { url: '/secret-path', key: invocation, authorization: 'Bearer hush', body: '{"ship": "Ada"}' },
  ])
  expect(outcome.event).toBe('prefect.automation.action.executed')
  expect(outcome.payload).toMatchObject({ status_code: 200, response_body: 'thank you', action_type: 'call-webhook' })
  expect(outcome.payload['response_headers']).toMatchObject({ 'x-answer': 'yes' })
  expect(outcome.related[0]).toMatchObject({
    'prefect.resource.id': `prefect.block-document.${id}`,
    'prefect.resource.role': 'block',
  })
  expect(JSON.stringify(outcome)).not.toMatch(/hush|secret-path/)
})

test('a webhook that answers an error was called all the same', async () => {
  status = 500
  const id = await block(server, 'webhook', { url: address })
  const { outcome } = await act(server, { type: 'call-webhook', block_document_id: id })
  expect(outcome).toMatchObject({ event: 'prefect.automation.action.executed', payload: { status_code: 500 } })
})

test('a notification is sent; one that is not taken has failed', async () => {
  const id = await block(server, 'slack-webhook', { url: `${address}/slack` })
  const action = {
    type: 'send-notification',
    block_document_id: id,
    subject: '{{ automation.name }}',
    body: '{{ event.resource.name }} is here: {{ automation|ui_url }}',
  }
  const { outcome } = await act(server, action)
  expect(outcome.event).toBe('prefect.automation.action.executed')
  expect(JSON.parse(received[0]?.body ?? '')).toEqual({
    text: expect.stringMatching(/^\*watch\*\nAda is here: http:\/\/.*\/automations\/automation\/[0-9a-f-]{36}$/),
  })
  status = 403
  const { outcome: second } = await act(server, action)
  expect(second.event).toBe('prefect.automation.action.failed')
  expect(second.payload).toMatchObject({
    reason: 'Notification failed: answered 403',
    notification_log: 'Answered 403: thank you',
  })
})

test.for<readonly [string, string, JsonObject, object, string]>([
  ['another block', 'login', {}, { type: 'call-webhook' }, 'The referenced block was not a webhook block'],
  ['no such kind of notification', 'pigeon', {}, { type: 'send-notification', body: 'x' }, 'cannot be notified'],
  [
    'nobody listens',
    'webhook',
    { url: 'http://127.0.0.1:1/hush' },
    { type: 'call-webhook' },
    'Webhook call failed: The call failed: ECONNREFUSED',
  ],
  [
    'a text that cannot be rendered',
    'webhook',
    { url: 'http://127.0.0.1:1' },
    { type: 'call-webhook', payload: '{{ event.id + 1 - "x" }}' },
    'Template rendering failed',
  ],
])('%s: it fails with a reason', async ([, slug, data, action, reason]) => {
  const id = await block(server, slug, data)
  const { outcome } = await act(server, { ...action, block_document_id: id })
  expect(outcome.event).toBe('prefect.automation.action.failed')
  expect(outcome.payload['reason']).toContain(reason)
  expect(JSON.stringify(outcome)).not.toContain('hush')
})

test('private addresses are refused unless the operator allows them, and by a block that forbids them', async () => {
  const data = { url: `${address}/hush` }
  const id = await block(guarded, 'webhook', data)
  const { outcome } = await act(guarded, { type: 'call-webhook', block_document_id: id })
  expect(outcome.payload['reason']).toContain('private, loopback or link-local')
  const strict = await block(server, 'webhook', { ...data, allow_private_urls: false })
  const { outcome: second } = await act(server, { type: 'call-webhook', block_document_id: strict })
  expect(second.payload['reason']).toContain('private, loopback or link-local')
  expect(received).toEqual([])
})

test('a call whose server died is made once more, and then given up', async () => {
  const id = await block(server, 'webhook', { url: address })
  const event = `harbour.${server.ctx.ids.uuid()}`
  const trigger = { type: 'event', expect: [event], posture: 'Reactive', threshold: 1, within: 0 }
  const actions = [{ type: 'call-webhook', block_document_id: id }]
  await server.call('POST', '/automations/', { name: 'dying', trigger, actions })
  await emit(server, event)
  const runner = createAutomationRunner(() => {})
  while ((await runner.runOnce(server.ctx)) === 'more');
  // What a server that died leaves behind: the call is reserved and nothing is told.
  const die = async () => {
    await server.ctx.db.query(sql`
      update automation_action
      set tries = tries + 1, not_before = not_before + interval '60 seconds'
      where is_call
    `)
    server.clock.advance(61)
  }
  const caller = createAutomationCaller(() => {})
  await die()
  await caller.runOnce(server.ctx)
  await caller.drain()
  expect(received).toHaveLength(1)
  await emit(server, event)
  while ((await runner.runOnce(server.ctx)) === 'more');
  await die()
  await die()
  await caller.runOnce(server.ctx)
  await caller.drain()
  expect(received).toHaveLength(1)
  const [left] = await server.ctx.db.query<{ count: number }>(sql`select count(*) as count from automation_action`)
  expect(left?.count).toBe(0)
})
