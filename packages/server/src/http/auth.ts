import type { Operation } from '@slipway/contract'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Caller, EdgeContext } from '../context.ts'
import { runAccess } from '../domain/access/run-scope.ts'
import { problem } from '../errors.ts'
import { checkRunTargets } from '../operations/check-run-targets.ts'
import { credentialOf, type Identify } from './credentials.ts'
import { unauthorized } from './problem.ts'
import type { Read } from './reader.ts'

/** Before anything else is looked at: who asks, and whether he may ask this at all. */
export function addAuthentication(app: FastifyInstance, ctx: EdgeContext, identify: Identify): void {
  app.addHook('onRequest', async (request) => {
    const { operation, isPage = false, isSocket = false } = request.routeOptions.config
    // Sockets authenticate by their first frame.
    if (isPage || isSocket || operation?.public === true) return
    const identity = await identify(request, credentialOf(request))
    if (identity === null) throw unauthorized()
    request.caller = identity.caller
    request.credential_workspace_id = identity.workspace_id
    checkScope(identity.caller, operation)
  })
  app.addHook('preValidation', async (request) => {
    const { credential_workspace_id, workspace_id } = request
    if (credential_workspace_id !== null && credential_workspace_id !== workspace_id)
      throw problem(404, 'Workspace not found')
  })
  app.decorate('checkAccess', (request: FastifyRequest, operation: Operation, given: Read) =>
    checkRun(ctx, request, operation, given),
  )
}

function checkScope(caller: Caller, operation: Operation | undefined): void {
  // The reference is read in a browser, which then asks for the credential.
  const invitation = operation === undefined ? { 'www-authenticate': 'Basic realm="Slipway"' } : {}
  if (caller.scopes.size === 0) throw unauthorized(invitation)
  if (operation === undefined) return
  if (caller.kind === 'run') {
    if (runAccess(operation.id) === 'denied') throw forbidden('The credential of a run does not allow this.')
  } else if (!caller.scopes.has(operation.scope)) {
    throw forbidden(`This needs the scope "${operation.scope}", which the credential does not have.`)
  }
}

/** What a run may ask depends on what it asks about: that is known when the request has been read. */
async function checkRun(ctx: EdgeContext, request: FastifyRequest, operation: Operation, given: Read): Promise<void> {
  const { caller, workspace_id } = request
  if (caller.kind !== 'run' || caller.run === null || operation.public) return
  const rule = runAccess(operation.id)
  const targets = rule === 'denied' ? null : rule(given)
  const { flow_run_id } = caller.run
  if (targets === null || !(await checkRunTargets(ctx.db, { workspace_id, flow_run_id }, targets)))
    throw forbidden('The credential of a run allows only what is about that run.')
}

function forbidden(detail: string): Error {
  return problem(403, detail)
}
