import { startCloudRunEmulator } from '@slipway/emulators'
import {
  type CloudHarness,
  createCloudRunProvider,
  describeProvider,
  type SubmitFailure,
} from '@slipway/server/testing'
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

describeProvider('Cloud Run', async (): Promise<CloudHarness> => {
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
      job_body: {
        launchStage: 'BETA',
        template: {
          template: { containers: [{ image: 'acme/flows:1', resources: { limits: { cpu: '1', memory: '512Mi' } } }] },
        },
      },
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
  }
})
