import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ConfigurationError } from './errors.ts'
import { findFlowDefinition } from './flow.ts'
import type { FlowDefinition } from './flow-definition.ts'
import type { DeploymentRecord } from './wire.ts'

/** Imports the module that a deployment names and finds its flow there. `directory` is where relative paths start. */
export async function loadFlow(deployment: DeploymentRecord, directory: string): Promise<FlowDefinition<unknown>> {
  const { file, name } = parseEntrypoint(deployment)
  const path = resolve(directory, deployment.path ?? '.', file)
  const module: Readonly<Record<string, unknown>> = await import(pathToFileURL(path).href)
  const definition = findFlowDefinition(module[name])
  if (definition !== null) return definition
  const flows = Object.keys(module)
    .filter((key) => findFlowDefinition(module[key]) !== null)
    .toSorted()
  const hint = flows.length === 0 ? 'it exports no flow' : `it exports the flows ${flows.join(', ')}`
  throw new ConfigurationError(`${file} has no flow "${name}": ${hint}`)
}

function parseEntrypoint({ name, entrypoint }: DeploymentRecord): { file: string; name: string } {
  const colon = entrypoint?.lastIndexOf(':') ?? -1
  if (entrypoint === null || colon < 1 || colon === entrypoint.length - 1) {
    throw new ConfigurationError(
      `The deployment "${name}" needs an entrypoint like "flows/hello.ts:hello", not ${JSON.stringify(entrypoint)}`,
    )
  }
  const file = entrypoint.slice(0, colon)
  if (file.endsWith('.py')) {
    throw new ConfigurationError(`The entrypoint "${entrypoint}" is Python; run it with "prefect flow-run execute"`)
  }
  return { file, name: entrypoint.slice(colon + 1) }
}

/** The directory in which the flow is to be run, after the deployment's pull steps; code is in the image already. */
export function applyPullSteps(deployment: DeploymentRecord, start: string): string {
  let directory = start
  for (const step of deployment.pull_steps ?? []) {
    for (const [name, inputs] of Object.entries(step)) {
      if (name.split('.').at(-1) !== 'set_working_directory') {
        throw new ConfigurationError(
          `The pull step "${name}" is not supported in a TypeScript container; put the code into its image`,
        )
      }
      directory = resolve(directory, readDirectory(name, inputs))
    }
  }
  return directory
}

function readDirectory(step: string, inputs: unknown): string {
  if (typeof inputs === 'object' && inputs !== null && 'directory' in inputs && typeof inputs.directory === 'string')
    return inputs.directory
  throw new ConfigurationError(`The pull step "${step}" needs a directory`)
}
