import type { TaskWorkerResponse, Timestamp } from '@slipway/contract'

/** The task workers that are connected to this server. */
export interface TaskWorkers {
  readonly add: (workspace_id: string, worker: TaskWorkerResponse) => () => void
  /** Those that work on any of the keys; no keys: all. */
  readonly list: (workspace_id: string, task_keys: readonly string[]) => readonly TaskWorkerResponse[]
}

export function createTaskWorkers(): TaskWorkers {
  const connected = new Set<{ readonly workspace_id: string; readonly worker: TaskWorkerResponse }>()
  return {
    add(workspace_id, worker) {
      const entry = { workspace_id, worker }
      connected.add(entry)
      return () => connected.delete(entry)
    },
    list: (workspace_id, task_keys) =>
      [...connected]
        .filter((entry) => entry.workspace_id === workspace_id)
        .map(({ worker }) => worker)
        .filter(({ task_keys: own }) => task_keys.length === 0 || task_keys.some((key) => own.includes(key))),
  }
}

export function taskWorker(identifier: string, task_keys: readonly string[], timestamp: Timestamp): TaskWorkerResponse {
  return { identifier, task_keys: [...task_keys], timestamp }
}
