import type { Checks, Operation } from '@slipway/contract'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { unauthorized } from './problem.ts'
import { createReader, type Read } from './reader.ts'
import { isReply, type Handler, jsonTextOf, type RouteRequest } from './request.ts'
import type { RouteTable } from './route-table.ts'

export { preparedJson, reply } from './request.ts'
export type { Handler } from './request.ts'

export const PREFIXES = ['/api', '/api/accounts/:account_id/workspaces/:workspace_id']

declare module 'fastify' {
  interface FastifyInstance {
    readonly routeTable: RouteTable
    readonly requestChecks: Checks
    /** Throws when the caller may not ask this about what it is about; absent where nobody authenticates. */
    readonly checkAccess?: (request: FastifyRequest, operation: Operation, given: Read) => Promise<void>
  }
}

/**
 * Serves one operation of the contract below `/api`, and once more below the path of a workspace.
 * The handler gets what the contract promises; everything else is answered before it is called.
 */
export function mount<O extends Operation>(app: FastifyInstance, operation: O, handler: Handler<O>): void {
  const read = createReader(operation, { table: app.routeTable, checks: app.requestChecks })
  const path = operation.path.replaceAll(/\{(\w+)\}/g, ':$1')
  for (const prefix of PREFIXES) {
    app.route({
      method: operation.method,
      url: `${prefix}${path}`,
      bodyLimit: operation.maxBodyBytes,
      config: { operation },
      async handler(request, answer) {
        const { workspace_id, caller } = request
        // Authentication comes first and says more; without it nothing is open by mistake.
        if (!operation.public && caller.scopes.size === 0) throw unauthorized()
        const given = read(request)
        await app.checkAccess?.(request, operation, given)
        // The reader has validated against the schemas that these types are inferred from.
        const asked = { ...given, workspace_id, caller, request } as RouteRequest<O>
        return send(operation, answer, await handler(asked))
      },
    })
  }
  app.routeTable.add(operation)
}

function send({ status, response, mediaType }: Operation, answer: FastifyReply, result: unknown): FastifyReply {
  const given = isReply(result) ? result : { status, body: result, headers: {} }
  answer.code(given.status).headers(given.headers)
  if (given.status === 204 || (response === undefined && given.body === undefined)) return answer.send()
  if (mediaType !== 'application/json') return answer.type(`${mediaType}; charset=utf-8`).send(given.body)
  return answer.type('application/json').send(jsonTextOf(given.body))
}
