import { Type } from 'typebox'
import { Default } from '../schema.ts'

/** Secret values are shown as asterisks unless asked for. */
export const IncludeSecrets = Default(Type.Boolean(), false)
