import { operations, type Variable } from '@slipway/contract'
import type { FastifyInstance } from 'fastify'
import type { EdgeContext } from '../../context.ts'
import { changeVariable, createVariable, removeVariable, variableNotFound } from '../../operations/edit-variables.ts'
import type { VariableRow } from '../../store/rows.ts'
import { countVariables, findVariable, listVariables, type VariableKey } from '../../store/variables.ts'
import { mount } from '../mount.ts'

export function mountVariableRoutes(app: FastifyInstance, ctx: EdgeContext): void {
  const read = async (workspace_id: string, key: VariableKey) => {
    const row = await findVariable(ctx.db, workspace_id, key)
    if (row === null) throw variableNotFound()
    return variableResponse(row)
  }
  mount(app, operations.createVariable, async ({ body, workspace_id }) =>
    variableResponse(await createVariable(ctx, workspace_id, body)),
  )
  mount(app, operations.readVariable, ({ params, workspace_id }) => read(workspace_id, params))
  mount(app, operations.readVariableByName, ({ params, workspace_id }) => read(workspace_id, params))
  mount(app, operations.readVariables, async ({ body, workspace_id }) => {
    const { variables: filter = null, sort, limit, offset } = body
    return (await listVariables(ctx.db, workspace_id, { filter, sort, limit, offset })).map(variableResponse)
  })
  mount(app, operations.countVariables, ({ body, workspace_id }) =>
    countVariables(ctx.db, workspace_id, body.variables ?? null),
  )
  mount(app, operations.updateVariable, ({ params, body, workspace_id }) =>
    changeVariable(ctx, workspace_id, params, body),
  )
  mount(app, operations.updateVariableByName, ({ params, body, workspace_id }) =>
    changeVariable(ctx, workspace_id, params, body),
  )
  mount(app, operations.deleteVariable, ({ params, workspace_id }) => removeVariable(ctx, workspace_id, params))
  mount(app, operations.deleteVariableByName, ({ params, workspace_id }) => removeVariable(ctx, workspace_id, params))
}

function variableResponse({ id, created, updated, name, value, tags }: VariableRow): Variable {
  return { id, created, updated, name, value, tags: [...tags] }
}
