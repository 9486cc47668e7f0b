import { join, relative } from 'node:path'
import { operations } from '@slipway/contract'
import { repositoryRoot } from '../command.ts'
import { BLOCK, POOL, POOL_TYPE, saveCredentials, savePool } from '../stage/pool.ts'
import { deployTypeScript } from './deploy.ts'
import { type Scenario, made } from './scenario.ts'

const EXAMPLE = join(repositoryRoot, 'examples/hello-push')

/** Everything through the API; the flow is TypeScript and its container runs the SDK's entry point. */
export const typescriptScenario: Scenario = {
  // Its containers need this Node only, which they find anyway.
  prepare: async () => '',
  async begin({ cloud: { client, account }, display }) {
    const block_document_id = await saveCredentials(client, account.key)
    made(display, 'GCP Credentials', `block "${BLOCK}" with a new key of ${account.email}`)
    await savePool(client, block_document_id)
    made(display, 'work pool', `"${POOL}" of type ${POOL_TYPE}, its credentials are the block`)
    const deployment = await deployTypeScript(client, EXAMPLE)
    made(display, 'deployment', `"${deployment.name}" from ${relative(repositoryRoot, EXAMPLE)}/prefect.yaml`)
    const run = await client.call(operations.createFlowRunFromDeployment, {
      params: { id: deployment.id },
      body: {},
    })
    made(display, 'flow run', `"${run.name}" (${run.id})`)
    return run.id
  },
  async review({ cloud: { client }, display }, flow_run_id) {
    const taskRuns = await client.call(operations.readTaskRuns, {
      body: { flow_runs: { id: { any_: [flow_run_id] } }, sort: 'EXPECTED_START_TIME_ASC' },
    })
    const list = taskRuns.map(({ name, state }) => `${name} (${state?.name ?? 'unknown'})`).join(', ')
    made(display, 'task runs', list === '' ? 'none' : list)
  },
}
