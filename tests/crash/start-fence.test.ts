import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Api, api } from '../support/api.ts'
import { createRun, makeDeployment, makePool, readRun, readStates } from '../support/cloud-run-pool.ts'
import type { Emulator } from '../support/emulator.ts'
import { eventually } from '../support/eventually.ts'
import { createStage } from '../support/stage.ts'

/** A container that tells its credential and then says nothing to the API. */
const CONFIDING = `node -e 'console.log("AUTH " + process.env.PREFECT_API_AUTH_STRING); setInterval(() => {}, 1000)'`

const stage = createStage()
let emulator: Emulator
let apiUrl: string
let client: Api
let deployment_id: string
beforeAll(async () => {
  emulator = await stage.emulator()
  apiUrl = (await stage.slipway({ settings: emulator.settings })).apiUrl
  client = api(apiUrl)
  await makePool(client, { key: emulator.key })
  deployment_id = (await makeDeployment(client, { job_variables: { command: CONFIDING } })).id
})
afterAll(async () => {
  await stage.close()
})

interface Answer {
  readonly status: string
  readonly details: { readonly reason?: string }
}

/** A run whose container was started, and what a process with that container's credential may do. */
async function submittedRun() {
  const { id } = await createRun(client, deployment_id)
  const auth = await eventually(
    async () =>
      (await emulator.executions())
        .flatMap(({ log }) => log.map(({ text }) => /^AUTH (.*)$/.exec(text)?.[1]))
        .find((found) => found?.startsWith(`run-${id}:`)),
    { what: 'the container to tell its credential' },
  )
  const process = api(apiUrl, auth)
  const propose = (type: string, transition_id: string) =>
    process.post<Answer>(`/flow_runs/${id}/set_state`, { state: { type, state_details: { transition_id } } })
  return { id, auth, propose }
}

test('of two processes of one submission the first is accepted, the other one is told to stop', async () => {
  const { id, propose } = await submittedRun()
  const [first, second] = [randomUUID(), randomUUID()]
  expect(await propose('RUNNING', first)).toMatchObject({ status: 'ACCEPT' })
  expect(await propose('RUNNING', second)).toMatchObject({
    status: 'ABORT',
    details: { reason: expect.stringContaining('already started by another process') },
  })
  // A lost answer: the same process asks again, and goes on with the state that is there.
  expect(await propose('RUNNING', first)).toMatchObject({ status: 'REJECT' })
  expect((await readStates(client, id)).filter(({ type }) => type === 'RUNNING')).toHaveLength(1)
  expect(await propose('COMPLETED', randomUUID())).toMatchObject({ status: 'ACCEPT' })
  expect(await propose('RUNNING', second)).toMatchObject({ status: 'ABORT' })
  expect((await readRun(client, id)).state_type).toBe('COMPLETED')
})

test('of eight processes at once exactly one is accepted', async () => {
  for (let round = 0; round < 3; round += 1) {
    const { id, propose } = await submittedRun()
    const answers = await Promise.all(Array.from({ length: 8 }, () => propose('RUNNING', randomUUID())))
    const count = (status: string) => answers.filter((answer) => answer.status === status).length
    expect([count('ACCEPT'), count('ABORT')]).toEqual([1, 7])
    expect((await readStates(client, id)).filter(({ type }) => type === 'RUNNING')).toHaveLength(1)
    expect((await readRun(client, id)).run_count).toBe(1)
  }
})

test('a credential of one run moves no other run', async () => {
  const one = await submittedRun()
  const other = await submittedRun()
  const answer = await api(apiUrl, one.auth).call('POST', `/flow_runs/${other.id}/set_state`, {
    state: { type: 'RUNNING' },
  })
  expect(answer.status).toBe(403)
  expect((await readRun(client, other.id)).state_type).toBe('PENDING')
  const wrong = await api(apiUrl, `run-${one.id}:not-the-token`).call('GET', `/flow_runs/${one.id}`)
  expect(wrong.status).toBe(401)
})
