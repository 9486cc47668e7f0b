import { allOperations, type Operation } from '@slipway/contract'
import type { FastifyInstance } from 'fastify'
import { pino } from 'pino'
import { loadConfig } from '../config.ts'
import type { EdgeContext } from '../context.ts'
import { mount, reply } from '../http/mount.ts'
import type { RouteRequest } from '../http/request.ts'
import { createApp, type AppParts } from '../http/server.ts'

/** What every route of an echo app answers with; no operation uses the status. */
export const ECHO_STATUS = 299

export interface EchoAppOptions extends Partial<AppParts> {
  readonly env?: Readonly<Record<string, string>>
  readonly handler?: (request: RouteRequest<Operation>) => unknown
  /** Gets the lines that the server logs. */
  readonly log?: (line: string) => void
}

/** The whole contract in front of one handler: shows what the HTTP layer does before any route of ours. */
export async function createEchoApp(options: EchoAppOptions = {}): Promise<FastifyInstance> {
  const { env = {}, handler = ({ params, query, body }) => ({ params, query, body }), log = () => {} } = options
  // The HTTP layer itself uses nothing else of the context.
  const ctx = {
    config: loadConfig({ env }),
    log: pino({ level: 'debug' }, { write: log }),
    ids: { uuid: () => '00000000-0000-4000-8000-000000000001' },
    installation: { install_id: 'abcd', default_workspace_id: '00000000-0000-4000-8000-0000000000aa' },
  } as unknown as EdgeContext
  const app = createApp(ctx, {
    register: (scope) => {
      for (const operation of allOperations) {
        mount(scope, operation, (request) => reply(ECHO_STATUS, handler(request)) as never)
      }
    },
    ...options,
  })
  await app.ready()
  return app
}
