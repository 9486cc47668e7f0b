import { operations } from '@slipway/contract'
import type { FastifyInstance } from 'fastify'
import { mount } from '../mount.ts'
import type { TaskWorkers } from '../sockets/task-workers.ts'

export function mountTaskWorkerRoutes(app: FastifyInstance, workers: TaskWorkers): void {
  mount(app, operations.readTaskWorkers, ({ body, workspace_id }) => [
    ...workers.list(workspace_id, body.task_worker_filter?.task_keys ?? []),
  ])
}
