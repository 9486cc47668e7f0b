import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import * as contract from '@slipway/contract'

/** docs/reference/openapi.json, as a server of this version serves it, in a form that can be reviewed line by line. */
export async function renderOpenApiFile(root: string): Promise<string> {
  const { version } = JSON.parse(await readFile(resolve(root, 'package.json'), 'utf8')) as { version: string }
  const document = contract.renderOpenApi({ version, operations: contract.allOperations, exports: contract })
  return `${JSON.stringify(document, null, 2)}\n`
}
