/** The actions of the control port, by method and path. */
import { createPublicKey } from 'node:crypto'
import { emptyState, isTerminal, shortName } from './cloud-run/resources.ts'
import type { CloudRun } from './cloud-run/server.ts'
import type { Fault } from './faults.ts'
import { type Json, type JsonObject, isObject, numberOf, textOf, textsOf } from './json.ts'

export type ControlAction = (cloudRun: CloudRun, body: JsonObject, query: URLSearchParams) => unknown

/** The caller's mistake. */
export class ControlProblem extends Error {
  override readonly name = 'ControlProblem'
}

export const CONTROL_ACTIONS: Readonly<Record<string, ControlAction>> = {
  'GET /_control/health': ({ runtime }) => ({
    status: 'ok',
    now: runtime.clock.timestamp(),
    clock_offset_ms: runtime.clock.offsetMs,
  }),
  'GET /_control/counters': ({ runtime }) => runtime.state.counters,

  'GET /_control/requests': ({ requests }, _body, query) => {
    const method = query.get('method')
    const match = query.get('match')
    const limit = query.get('limit')
    return {
      requests: requests.list({
        ...(method === null ? {} : { method }),
        ...(match === null ? {} : { match: pattern(match) }),
        ...(limit === null ? {} : { limit: Number(limit) }),
      }),
    }
  },
  'DELETE /_control/requests': ({ requests }) => {
    requests.clear()
    return {}
  },

  /** Forgets jobs, executions, faults, counters and settings; accounts stay unless `accounts` is true. */
  'POST /_control/reset': async ({ runtime, lifecycle, faults, requests, quotas, auth }, body) => {
    const { state, clock } = runtime
    const executions = Object.values(state.executions)
    const fresh = emptyState()
    const kept =
      body['accounts'] === true
        ? {}
        : { service_accounts: state.service_accounts, access_tokens: state.access_tokens, projects: state.projects }
    const settings = { ...fresh.settings, auth: state.settings.auth }
    Object.assign(state, fresh, kept, { settings })
    faults.clear()
    requests.clear()
    quotas.reset()
    auth.forget()
    clock.setOffset(0)
    runtime.changed()
    for (const execution of executions) lifecycle.force(execution, { action: 'kill' })
    await Promise.all(executions.map((execution) => lifecycle.discard(execution)))
    return {}
  },

  'GET /_control/service-accounts': ({ runtime }) => ({
    service_accounts: Object.values(runtime.state.service_accounts),
  }),
  'POST /_control/service-accounts': ({ runtime, auth }, body) => {
    const public_key_pem = required(body, 'public_key_pem')
    const permissions = body['permissions'] ?? null
    if (permissions !== null && !Array.isArray(permissions))
      throw new ControlProblem('permissions must be a list or null')
    const account = {
      email: required(body, 'email'),
      project_id: required(body, 'project_id'),
      private_key_id: required(body, 'private_key_id'),
      public_key_pem: checkedKey(public_key_pem),
      permissions: permissions === null ? null : textsOf(body, 'permissions'),
      is_disabled: body['is_disabled'] === true,
    }
    runtime.state.service_accounts[account.email] = account
    auth.forget()
    runtime.changed()
    return account
  },
  'DELETE /_control/service-accounts': ({ runtime, auth }, body) => {
    delete runtime.state.service_accounts[required(body, 'email')]
    auth.forget()
    runtime.changed()
    return {}
  },

  'GET /_control/faults': ({ faults }) => ({ faults: faults.list() }),
  'POST /_control/faults': ({ faults }, body) => faults.add(readFault(body)),
  'DELETE /_control/faults': ({ faults }) => {
    faults.clear()
    return {}
  },

  'GET /_control/settings': ({ runtime }) => runtime.state.settings,
  /** Changes the settings that are named; quotas, latency and delays are settings. */
  'POST /_control/settings': ({ runtime, quotas }, body) => {
    const { settings } = runtime.state
    for (const [key, value] of Object.entries(body)) {
      if (!Object.hasOwn(settings, key))
        throw new ControlProblem(`No setting ${key}; there are ${Object.keys(settings).join(', ')}`)
      checkSetting(key, settings[key as keyof typeof settings], value) // the line above proves that it is a key
    }
    Object.assign(settings, body)
    quotas.reset()
    runtime.changed()
    return settings
  },

  /** An image that is not listed is known. */
  'POST /_control/images': ({ runtime }, body) => {
    runtime.state.images[required(body, 'image')] = oneOf(body, 'status', [
      'known',
      'missing',
      'denied',
      'unauthorized',
    ])
    runtime.changed()
    return runtime.state.images
  },

  'POST /_control/secrets': ({ runtime }, body) => {
    const name = `${required(body, 'project_id')}/${required(body, 'secret')}`
    const value = required(body, 'value')
    runtime.state.secrets[name] = {
      ...runtime.state.secrets[name],
      [textOf(body, 'version') ?? '1']: value,
      latest: value,
    }
    runtime.changed()
    return {}
  },

  /** Once one project is listed, those that are not do not exist. */
  'POST /_control/projects': ({ runtime }, body) => {
    const project_id = required(body, 'project_id')
    const project_number = textOf(body, 'project_number') ?? '123456789012'
    runtime.state.projects[project_id] = { project_number, disabled_services: textsOf(body, 'disabled_services') }
    runtime.changed()
    return runtime.state.projects[project_id]
  },

  'GET /_control/executions': ({ runtime }) => ({
    executions: Object.values(runtime.state.executions).map(({ name, status, message, tasks, log }) => ({
      name,
      status,
      message,
      tasks: tasks.map(({ index, status, retried, handle, last_attempt }) => ({
        index,
        status,
        retried,
        handle,
        last_attempt,
      })),
      log: log.map(({ stream, text }) => ({ stream, text })),
    })),
  }),
  /** Ends a running execution: complete, fail (exit_code, message), kill (SIGKILL) or preempt (lost and started again). */
  'POST /_control/executions': ({ runtime, lifecycle }, body) => {
    const name = required(body, 'name')
    const execution = Object.values(runtime.state.executions).find(
      (candidate) => candidate.name === name || shortName(candidate.name) === name,
    )
    if (execution === undefined) throw new ControlProblem(`There is no execution ${name}`)
    if (isTerminal(execution.status)) throw new ControlProblem(`The execution ${name} has ended already`)
    const action = oneOf(body, 'action', ['complete', 'fail', 'kill', 'preempt'])
    const exit_code = numberOf(body, 'exit_code')
    const message = textOf(body, 'message')
    lifecycle.force(execution, {
      action,
      ...(exit_code === undefined ? {} : { exit_code }),
      ...(message === undefined ? {} : { message }),
    })
    return {}
  },

  /** `offset_ms` sets the distance to real time, `advance_ms` adds to it. */
  'POST /_control/clock': ({ runtime }, body) => {
    const { clock } = runtime
    clock.setOffset((numberOf(body, 'offset_ms') ?? clock.offsetMs) + (numberOf(body, 'advance_ms') ?? 0))
    return { now: clock.timestamp(), clock_offset_ms: clock.offsetMs }
  },
}

function required(body: JsonObject, key: string): string {
  const value = textOf(body, key)
  if (value === undefined || value === '') throw new ControlProblem(`${key} is required`)
  return value
}

function oneOf<Value extends string>(body: JsonObject, key: string, values: readonly Value[]): Value {
  const found = values.find((value) => value === body[key])
  if (found === undefined) throw new ControlProblem(`${key} must be one of ${values.join(', ')}`)
  return found
}

function checkedKey(pem: string): string {
  try {
    createPublicKey(pem)
    return pem
  } catch (error) {
    throw new ControlProblem('public_key_pem is not a public key', { cause: error })
  }
}

function pattern(text: string): string {
  try {
    return new RegExp(text).source
  } catch (error) {
    throw new ControlProblem(`match is not a regular expression: ${text}`, { cause: error })
  }
}

function checkSetting(key: string, present: Json, value: Json): void {
  if (key === 'auth') oneOf({ auth: value }, 'auth', ['on', 'off'])
  else if (key === 'token_needs_launch_stage') oneOf({ [key]: value }, key, ['GA', 'BETA', 'ALPHA'])
  else if (typeof present === 'boolean' && typeof value !== 'boolean')
    throw new ControlProblem(`${key} must be true or false`)
  else if (typeof present === 'number' && !(typeof value === 'number' && value >= 0))
    throw new ControlProblem(`${key} must be a number, 0 or more`)
  else if (present === null && value !== null && typeof value !== 'number')
    throw new ControlProblem(`${key} must be a number or null`)
}

function readFault(body: JsonObject): Fault {
  const known = ['method', 'match', 'when', 'status', 'body', 'is_executed', 'times']
  const unknown = Object.keys(body).find((key) => !known.includes(key))
  if (unknown !== undefined) throw new ControlProblem(`A fault has no ${unknown}; it has ${known.join(', ')}`)
  const method = textOf(body, 'method')
  const match = textOf(body, 'match')
  const status = numberOf(body, 'status')
  const times = numberOf(body, 'times')
  return {
    when: oneOf(body, 'when', ['before', 'after', 'hang', 'reset', 'html', 'truncate']),
    ...(method === undefined || method === '*' ? {} : { method }),
    ...(match === undefined ? {} : { match: pattern(match) }),
    ...(status === undefined ? {} : { status }),
    ...(times === undefined ? {} : { times }),
    ...(isObject(body['body']) || typeof body['body'] === 'string' ? { body: body['body'] } : {}),
    ...(typeof body['is_executed'] === 'boolean' ? { is_executed: body['is_executed'] } : {}),
  }
}
