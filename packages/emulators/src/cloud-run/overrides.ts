/** `jobs.run` may change a few things for one execution: arguments, environment, task count, timeout. */
import { type Json, type JsonObject, objectOf, objectsOf, textOf } from '../json.ts'

/** The ExecutionTemplate as it will run. */
export function applyOverrides(execution: JsonObject, overrides: JsonObject): JsonObject {
  const template = objectOf(execution, 'template') ?? {}
  const containers = objectsOf(template, 'containers').map((container, index, all) => {
    const mine = objectsOf(overrides, 'containerOverrides').filter((override) => {
      const name = textOf(override, 'name') ?? ''
      return name === '' ? all.length === 1 : name === textOf(container, 'name')
    })
    return mine.reduce(overrideContainer, container)
  })
  const task_count = overrides['taskCount']
  const timeout = overrides['timeout']
  return {
    ...execution,
    ...(task_count === undefined || task_count === 0 ? {} : { taskCount: task_count }),
    template: { ...template, ...(timeout === undefined ? {} : { timeout }), containers },
  }
}

function overrideContainer(container: JsonObject, override: JsonObject): JsonObject {
  const args: Json | undefined = override['clearArgs'] === true ? [] : override['args']
  const changed = new Map(objectsOf(override, 'env').map((variable) => [textOf(variable, 'name'), variable]))
  const kept = objectsOf(container, 'env').filter((variable) => !changed.has(textOf(variable, 'name')))
  return { ...container, ...(args === undefined ? {} : { args }), env: [...kept, ...changed.values()] }
}
