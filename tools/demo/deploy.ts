// Deploys the TypeScript flow of an example from its prefect.yaml, as "prefect deploy" does for a Python one.
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { operations } from '@slipway/contract'
import { findFlowDefinition } from '../../packages/sdk/src/flow.ts'
import { repositoryRoot } from '../command.ts'
import type { Client } from '../stage/client.ts'
import { type DeploymentEntry, readPrefectYaml } from './prefect-yaml.ts'

export interface Deployed {
  readonly id: string
  /** `flow/deployment` */
  readonly name: string
}

/** Deploys the first entry of the folder's prefect.yaml. */
export async function deployTypeScript(client: Client, folder: string): Promise<Deployed> {
  const [entry] = readPrefectYaml(await readFile(join(folder, 'prefect.yaml'), 'utf8'))
  if (entry === undefined) throw new Error(`${folder}/prefect.yaml lists no deployment`)
  const flowName = await findFlowName(folder, entry)
  const flow = await client.call(operations.createFlow, { body: { name: flowName } })
  const { name, entrypoint, description, tags, parameters, work_pool_name, job_variables } = entry
  const deployment = await client.call(operations.createDeployment, {
    body: {
      name,
      flow_id: flow.id,
      entrypoint,
      path: folder,
      description,
      tags: [...tags],
      parameters,
      work_pool_name,
      job_variables: { ...job_variables, command: containerCommand() },
    },
  })
  return { id: deployment.id, name: `${flowName}/${name}` }
}

async function findFlowName(folder: string, { entrypoint }: DeploymentEntry): Promise<string> {
  const colon = entrypoint.lastIndexOf(':')
  const file = resolve(folder, entrypoint.slice(0, colon))
  const module = (await import(file)) as Readonly<Record<string, unknown>>
  const found = findFlowDefinition(module[entrypoint.slice(colon + 1)])
  if (found === null) throw new Error(`There is no flow at ${entrypoint} in ${folder}`)
  return found.name
}

/** An image would bring Node and the SDK along; the emulator runs processes of this machine, so they are named here. */
function containerCommand(): string {
  const entrypoint = join(repositoryRoot, 'packages/sdk/src/entrypoint.ts')
  return [process.execPath, '--conditions=source', entrypoint].map(quoted).join(' ')
}

/** For the POSIX shell words that a command is split into. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}
