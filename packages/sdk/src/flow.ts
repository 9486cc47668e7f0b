import { callFlow, callSubflow } from './call-flow.ts'
import { readConfig } from './config.ts'
import { defineFlow, type FlowDefinition, type FlowOptions } from './flow-definition.ts'
import { createHost } from './host.ts'
import { findEngineContext } from './run-context.ts'
import { createSession } from './session.ts'

/** By this the entry point knows a flow among the exports of a module, whichever copy of the SDK made it. */
const DEFINITION = Symbol.for('@slipway/sdk flow definition 1')

/**
 * A function whose runs are recorded. Called with `SLIPWAY_API_URL` set it creates a flow run on that server and reports
 * to it; without, it runs the same way and only prints. Called in a flow it becomes a sub-flow.
 */
export interface Flow<A extends readonly [object?], R> {
  (...args: A): Promise<R>
  readonly [DEFINITION]: FlowDefinition<R>
}

/**
 * Makes a flow of a function that takes at most one argument: the object of its parameters.
 *
 * @example
 * export const greet = flow({ name: 'greet', retries: 2 }, async ({ name }: { name: string }) => {
 *   getLogger().info('Hello %s', name)
 * })
 * await greet({ name: 'world' })
 */
export function flow<A extends readonly [object?], R>(
  options: FlowOptions,
  fn: (...args: A) => R | Promise<R>,
): Flow<A, R> {
  // Parameters come as JSON from the server; that they fit the function's own type is the deployment's schema to say.
  const definition = defineFlow(options, (parameters) => fn(...([parameters] as unknown as A)))
  const call = async (...args: A): Promise<R> => {
    const parameters = args[0] ?? {}
    const parent = findEngineContext()
    if (parent !== null) return await callSubflow(parent, definition, parameters)
    const host = createHost()
    return await callFlow(createSession(host, readConfig(host.env)), definition, parameters)
  }
  return Object.assign(call, { [DEFINITION]: definition } as const)
}

export function findFlowDefinition(value: unknown): FlowDefinition<unknown> | null {
  if (typeof value !== 'function' || !(DEFINITION in value)) return null
  return value[DEFINITION] as FlowDefinition<unknown> // Only `flow` writes this key.
}
