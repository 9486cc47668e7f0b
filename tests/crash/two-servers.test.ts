import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Slipway } from '../support/slipway.ts'
import { embeddedUrl, freePort } from '../support/stage.ts'
import { arm, createFaultStage, type FaultStage, onceEach, waitUntilKilled } from './fault-stage.ts'

let stage: FaultStage
let survivor: Slipway
/** Both servers are reached under the survivor's address. */
let settings: Readonly<Record<string, string>>

beforeAll(async () => {
  stage = await createFaultStage()
  const port = await freePort()
  settings = {
    database_url: await embeddedUrl(stage.dataDir),
    public_api_url: `http://127.0.0.1:${port}/api`,
  }
  // The first server leaves its PostgreSQL to the two that share it from now on.
  await stage.server().kill()
  await stage.restart({ settings })
  survivor = await stage.start({ port, settings })
})
afterAll(async () => {
  await stage.close()
})

test.for(['claim.after-commit', 'submission.before-call', 'submission.after-call', 'submission.recorded'] as const)(
  'of two servers one dies at %s; the other one finishes its work',
  async (probe) => {
    const dying = stage.server()
    const fault = { probe, hit: 1, with_postgres: false }
    await arm(dying, fault)
    // Stopped meanwhile, so that it is surely the other one that takes the run.
    process.kill(survivor.pid, 'SIGSTOP')
    const order = stage.order(1)
    try {
      await waitUntilKilled(dying, fault)
    } finally {
      process.kill(survivor.pid, 'SIGCONT')
    }
    const ids = await order.settle(survivor.apiUrl)
    expect(await stage.outcome(ids, survivor.apiUrl)).toEqual(onceEach(1))
    await stage.restart({ settings })
  },
)

test('two servers share twelve runs, each of which is started once', async () => {
  const ids = await stage.order(12).settle()
  expect(new Set(ids).size).toBe(12)
  expect(await stage.outcome(ids)).toEqual(onceEach(12))
})
