import type { JsonObject } from '@slipway/contract'
import { type ErrorTree, errorTree } from '../domain/json-schema/error-tree.ts'
import { createPatternCache } from '../domain/json-schema/patterns.ts'
import { allErrors } from '../domain/json-schema/validate.ts'
import { problem } from '../errors.ts'
import type { Queryable } from '../store/database.ts'
import { hydrateValues } from './hydrate-values.ts'

const MOST_PATTERNS = 100

/** What a form has to tell about the values that were typed into it. */
export async function checkValues(
  db: Queryable,
  workspace_id: string,
  { schema, values }: { readonly schema: JsonObject; readonly values: JsonObject },
): Promise<ErrorTree[]> {
  const hydrated = await hydrateValues(db, workspace_id, values)
  if (hydrated.kind === 'failed') return [hydrated.message]
  const result = allErrors({
    value: hydrated.value,
    schema,
    patterns: createPatternCache(MOST_PATTERNS),
    ignore_required: false,
    allow_none_with_default: false,
    preprocess: true,
  })
  switch (result.kind) {
    case 'checked':
      return errorTree(result.errors)
    case 'circular':
      throw problem(422, 'Invalid schema: Unable to validate schema with circular references.')
    case 'bad-schema':
    case 'invalid':
      throw problem(422, result.message)
  }
}
