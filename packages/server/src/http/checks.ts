import { contractChecks, type Checks, type JsonObject } from '@slipway/contract'
import type { Config } from '../config.ts'
import { deploymentParameterComplaint } from '../domain/json-schema/parameters.ts'
import { createPatternCache } from '../domain/json-schema/patterns.ts'
import type { OpaqueObject } from '../domain/json-schema/plain.ts'
import { cronComplaint, intervalComplaint, ruleComplaint, timezoneComplaint } from '../domain/schedules/validate.ts'
import { parametersComplaint } from '../domain/automations/parameters.ts'
import { jinjaComplaint } from '../domain/json-schema/jinja.ts'
import { templateComplaint } from '../domain/templates/validate.ts'

/** Regular expressions of users' schemas that stay compiled. */
const MOST_PATTERNS = 500

interface DeploymentBody {
  readonly enforce_parameter_schema?: boolean
  readonly parameter_openapi_schema?: OpaqueObject | null
  readonly parameters?: OpaqueObject
  readonly concurrency_limit?: number | null
  readonly global_concurrency_limit_id?: string | null
}

/** The rules that the contract names: its own, and those that need a parser of the server. */
export function createRequestChecks({ max_parameter_bytes }: Pick<Config, 'max_parameter_bytes'>): Checks {
  const patterns = createPatternCache(MOST_PATTERNS)
  return {
    ...contractChecks,
    'parameters-size': (parameters: OpaqueObject) =>
      Buffer.byteLength(JSON.stringify(parameters)) > max_parameter_bytes
        ? `Parameters may have at most ${max_parameter_bytes} bytes as JSON`
        : null,
    cron: cronComplaint,
    rrule: ruleComplaint,
    interval: intervalComplaint,
    timezone: ({ timezone }: { readonly timezone: string | null }) =>
      timezone === null ? null : timezoneComplaint(timezone),
    'timezone-name': (timezone: string) => {
      const msg = timezoneComplaint(timezone)
      return msg === null ? null : { type: 'string_pattern_mismatch', msg }
    },
    template: (text: string) => asComplaint(jinjaComplaint(text)),
    'template-parameters': (parameters: JsonObject) => parametersComplaint(parameters),
    'base-job-template': (template: OpaqueObject) => templateComplaint(template),
    deployment: (body: DeploymentBody) => {
      if ((body.concurrency_limit ?? null) !== null && (body.global_concurrency_limit_id ?? null) !== null)
        return 'A deployment has either a concurrency limit of its own or a global one'
      // Enforcement is the default, but only who asks for it is told here; later checks answer with 409.
      if (body.enforce_parameter_schema !== true) return null
      const { parameters = {}, parameter_openapi_schema: schema = null } = body
      return deploymentParameterComplaint({ parameters, schema, patterns })
    },
  }
}

function asComplaint(reason: string | null): string | null {
  return reason === null ? null : `This is not a valid template: ${reason}`
}
