/** Every call: what it costs, which permission it needs, who answers it. */
import type { JsonObject } from '../json.ts'
import { isObject, objectOf } from '../json.ts'
import { type Caller, requirePermission } from './auth.ts'
import { GoogleError } from './errors.ts'
import type { Executions } from './executions.ts'
import type { Jobs } from './jobs.ts'
import type { Operations } from './operations.ts'
import type { Bucket } from './quotas.ts'

export interface Rpc {
  readonly bucket: Bucket
  readonly permission: string
  /** The message of the answer, for encoding. */
  readonly response: string
  handle(request: JsonObject, caller: Caller, resource: string): JsonObject | Promise<JsonObject>
}

const RUN = 'google.cloud.run.v2'
const OPERATION = 'google.longrunning.Operation'

export interface ApiParts {
  readonly jobs: Jobs
  readonly executions: Executions
  readonly operations: Operations
}

export function buildApi({ jobs, executions, operations }: ApiParts): ReadonlyMap<string, Rpc> {
  const table: Readonly<Record<string, Rpc>> = {
    CreateJob: {
      bucket: 'writes',
      permission: 'run.jobs.create',
      response: OPERATION,
      handle(request, caller, resource) {
        requireActAs(request, caller, resource)
        return jobs.create(request, caller.email)
      },
    },
    GetJob: {
      bucket: 'reads',
      permission: 'run.jobs.get',
      response: `${RUN}.Job`,
      handle: (request) => jobs.get(request),
    },
    ListJobs: {
      bucket: 'reads',
      permission: 'run.jobs.list',
      response: `${RUN}.ListJobsResponse`,
      handle: (request) => jobs.list(request),
    },
    UpdateJob: {
      bucket: 'writes',
      permission: 'run.jobs.update',
      response: OPERATION,
      handle(request, caller, resource) {
        requireActAs(request, caller, resource)
        return jobs.update(request, caller.email)
      },
    },
    DeleteJob: {
      bucket: 'writes',
      permission: 'run.jobs.delete',
      response: OPERATION,
      handle: (request) => jobs.delete(request),
    },
    RunJob: {
      bucket: 'runs',
      permission: 'run.jobs.run',
      response: OPERATION,
      handle(request, caller, resource) {
        const hasOverrides = Object.keys(objectOf(request, 'overrides') ?? {}).length > 0
        if (hasOverrides) requirePermission(caller, 'run.jobs.runWithOverrides', resource)
        return jobs.run(request, caller.email)
      },
    },
    GetExecution: {
      bucket: 'reads',
      permission: 'run.executions.get',
      response: `${RUN}.Execution`,
      handle: (request) => executions.get(request),
    },
    ListExecutions: {
      bucket: 'reads',
      permission: 'run.executions.list',
      response: `${RUN}.ListExecutionsResponse`,
      handle: (request) => executions.list(request),
    },
    DeleteExecution: {
      bucket: 'writes',
      permission: 'run.executions.delete',
      response: OPERATION,
      handle: (request) => executions.delete(request),
    },
    CancelExecution: {
      bucket: 'writes',
      permission: 'run.executions.cancel',
      response: OPERATION,
      handle: (request) => executions.cancel(request),
    },
    GetTask: {
      bucket: 'reads',
      permission: 'run.tasks.get',
      response: `${RUN}.Task`,
      handle: (request) => executions.getTask(request),
    },
    ListTasks: {
      bucket: 'reads',
      permission: 'run.tasks.list',
      response: `${RUN}.ListTasksResponse`,
      handle: (request) => executions.listTasks(request),
    },
    GetOperation: {
      bucket: 'reads',
      permission: 'run.operations.get',
      response: OPERATION,
      handle: (request) => operations.get(request),
    },
    ListOperations: {
      bucket: 'reads',
      permission: 'run.operations.list',
      response: 'google.longrunning.ListOperationsResponse',
      handle: (request) => operations.list(request),
    },
    DeleteOperation: {
      bucket: 'writes',
      permission: 'run.operations.delete',
      response: 'google.protobuf.Empty',
      handle: (request) => operations.delete(request),
    },
    WaitOperation: {
      bucket: 'reads',
      permission: 'run.operations.get',
      response: OPERATION,
      handle: (request) => operations.wait(request),
    },
  }
  return new Map(Object.entries(table))
}

export function unimplemented(rpc: string): GoogleError {
  return new GoogleError('UNIMPLEMENTED', `This emulator does not implement ${rpc}.`)
}

/** Running a container under a service account needs the right to act as it. */
function requireActAs(request: JsonObject, caller: Caller, resource: string): void {
  const job = objectOf(request, 'job') ?? {}
  const template = objectOf(objectOf(job, 'template') ?? {}, 'template')
  const account = isObject(template) ? template['serviceAccount'] : undefined
  const granted = caller.account?.permissions ?? null
  if (typeof account !== 'string' || account === '' || granted === null) return
  if (granted.includes('iam.serviceaccounts.actAs')) return
  requirePermission(
    caller,
    'iam.serviceaccounts.actAs',
    `${resource.split('/').slice(0, 2).join('/')}/serviceAccounts/${account}`,
  )
}
