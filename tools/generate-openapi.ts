import * as contract from '@slipway/contract'

/** docs/reference/openapi.json: what a server serves, in a form that can be reviewed line by line. */
export function renderOpenApiFile(): string {
  const document = contract.renderOpenApi({ operations: contract.allOperations, exports: contract })
  return `${JSON.stringify(document, null, 2)}\n`
}
