/** The control port: what a test or an operator may do to the emulator, and what it has seen. Loopback only. */
import type { CloudRun } from './cloud-run/server.ts'
import { CONTROL_ACTIONS, type ControlAction, ControlProblem } from './control-actions.ts'
import { type HttpReply, type HttpRequest, jsonReply } from './http.ts'
import { type JsonObject, isObject } from './json.ts'

/** Answers every control request; what is wrong with one is told in a sentence. */
export function createControl(cloudRun: CloudRun): (request: HttpRequest) => Promise<HttpReply> {
  return async (request) => {
    const action = findAction(request)
    if (action === null) {
      const known = Object.keys(CONTROL_ACTIONS).join(', ')
      return jsonReply(404, { error: `No control action ${request.method} ${request.path}; there are ${known}` })
    }
    try {
      return jsonReply(200, await action(cloudRun, readBody(request), request.query))
    } catch (error) {
      if (!(error instanceof ControlProblem)) throw error
      return jsonReply(400, { error: error.message })
    }
  }
}

function findAction(request: HttpRequest): ControlAction | null {
  const key = `${request.method} ${request.path}`
  return Object.hasOwn(CONTROL_ACTIONS, key) ? (CONTROL_ACTIONS[key] ?? null) : null
}

function readBody(request: HttpRequest): JsonObject {
  if (request.body === '') return {}
  try {
    const parsed: unknown = JSON.parse(request.body)
    if (isObject(parsed)) return parsed
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  throw new ControlProblem('The body must be a JSON object')
}
