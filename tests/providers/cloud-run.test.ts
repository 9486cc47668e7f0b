import { randomUUID } from 'node:crypto'
import { startCloudRunEmulator } from '@slipway/emulators'
import {
  type CloudHarness,
  createCloudRunProvider,
  describeProvider,
  type SubmitFailure,
} from '@slipway/server/testing'
import { describe, expect, test } from 'vitest'
import { controlOf } from '../support/control.ts'
import { makeServiceAccount } from '../support/service-account.ts'

const FAULTS: Readonly<Record<SubmitFailure, object>> = {
  throttled: { when: 'before', status: 429 },
  'unavailable-before': { when: 'before', status: 503 },
  'unavailable-after': { when: 'after', status: 503 },
  'reset-after': { when: 'reset' },
  'hang-after': { when: 'hang' },
  'html-after': { when: 'html', status: 502 },
  'truncated-after': { when: 'truncate' },
}

describeProvider('Cloud Run', openCloud)

function jobBody(launchStage: string) {
  const container = { image: 'acme/flows:1', resources: { limits: { cpu: '1', memory: '512Mi' } } }
  return { launchStage, template: { template: { containers: [container] } } }
}

async function openCloud(): Promise<CloudHarness & { readonly control: ReturnType<typeof controlOf> }> {
  const emulator = await startCloudRunEmulator({ engine: 'none' })
  const control = controlOf(emulator.controlUrl)
  const account = makeServiceAccount()
  const register = (change: object = {}) =>
    control.post('service-accounts', {
      email: account.email,
      project_id: account.key.project_id,
      private_key_id: account.key.private_key_id,
      public_key_pem: account.public_key_pem,
      ...change,
    })
  return {
    provider: createCloudRunProvider({ run: emulator.url, logging: emulator.url }),
    pool_type: 'cloud-run:push',
    credentials: { service_account_info: account.key },
    configuration: {
      region: 'europe-west1',
      timeout: 600,
      job_body: jobBody('BETA'),
    },
    starts: () => control.processStarts(),
    failNextSubmit: async (how) => {
      await control.post('faults', { method: 'POST', match: '/jobs\\?', times: 1, ...FAULTS[how] })
    },
    revokePermission: async () => {
      await register({ permissions: ['run.jobs.get', 'run.jobs.list'] })
    },
    revokeKey: async () => {
      await register({ private_key_id: '0'.repeat(40) })
    },
    finish: async (request, exit_code) => {
      const name = `${request.resource_name}-a1`
      await control.post(
        'executions',
        exit_code === 0 ? { name, action: 'complete' } : { name, action: 'fail', exit_code },
      )
    },
    reset: async () => {
      await control.post('reset', {})
      await register()
    },
    close: () => emulator.close(),
    control,
  }
}

describe('Cloud Run without execution tokens', () => {
  test.for([
    ['BETA', 'GA', 1],
    ['ALPHA', 'BETA', 0],
  ] as const)(
    'a project where they need %s, for a job of stage %s, still starts one container',
    async ([needed, stage, tokens]) => {
      const cloud = await openCloud()
      try {
        await cloud.reset()
        await cloud.control.post('settings', { token_needs_launch_stage: needed })
        const rendered = cloud.provider.render({
          pool_type: 'cloud-run:push',
          identity: { install_id: '7f3c', flow_run_id: randomUUID(), attempt_no: 1, submission_id: randomUUID() },
          configuration: { ...cloud.configuration, job_body: jobBody(stage) },
          credentials: cloud.credentials,
          env: {},
          labels: {},
          command: ['sleep', '60'],
          run_name: 'amber-otter',
        })
        if (rendered.kind !== 'rendered') throw new Error(rendered.fault.message)
        const call = { credentials: cloud.credentials, signal: AbortSignal.timeout(5_000) }
        expect(await cloud.provider.submit(call, rendered.request)).toMatchObject({ kind: 'accepted' })
        expect(await cloud.provider.submit(call, rendered.request)).toMatchObject({ kind: 'accepted', adopted: true })
        await expect.poll(() => cloud.starts()).toBe(1)
        const runs = (await cloud.control.get('requests?method=POST&match=%3Arun')) as {
          readonly requests: readonly unknown[]
        }
        expect(runs.requests).toHaveLength(1 - tokens)
      } finally {
        await cloud.close()
      }
    },
  )
})
